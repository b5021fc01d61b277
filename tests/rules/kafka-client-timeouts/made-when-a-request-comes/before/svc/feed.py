from confluent_kafka import Producer


async def run_feed():
    return None

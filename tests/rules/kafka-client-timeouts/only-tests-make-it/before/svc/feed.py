async def run_feed():
    return None

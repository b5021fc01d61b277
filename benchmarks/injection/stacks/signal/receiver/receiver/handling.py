async def handle(value: bytes) -> None:
    print(value.decode(), flush=True)

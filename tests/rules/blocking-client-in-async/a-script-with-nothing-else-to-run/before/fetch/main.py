import asyncio
import time

import requests


async def fetch(number: int) -> str:
    time.sleep(1)
    return requests.get(f"https://example.org/{number}").text


async def main() -> None:
    for number in range(3):
        print(await fetch(number))


if __name__ == "__main__":
    asyncio.run(main())

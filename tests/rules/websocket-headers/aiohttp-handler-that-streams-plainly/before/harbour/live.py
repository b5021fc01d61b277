import aiohttp
from aiohttp import web


async def listed(request):
    return web.json_response([])


async def stream(request):
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    async with aiohttp.ClientSession() as session, session.ws_connect("wss://tides.example.org/feed") as socket:
        async for message in socket:
            await answer.write(message.data.encode())
    return answer

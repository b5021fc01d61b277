from aiohttp import WSMsgType, web


async def listed(request):
    return web.json_response([])


async def stream(request):
    socket = web.WebSocketResponse(heartbeat=20)
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await socket.send_str(message.data)
    return socket

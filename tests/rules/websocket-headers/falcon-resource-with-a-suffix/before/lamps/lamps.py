class Lamps:
    async def on_get(self, req, resp):
        resp.media = []

    async def on_websocket_glow(self, req, ws):
        await ws.accept()
        await ws.send_text("on")

class Lamps:
    async def on_get(self, req, resp):
        resp.media = []

    async def on_get_glow(self, req, resp):
        """Where the on_websocket of another service is met."""
        resp.media = {"socket": "wss://glow.example.com"}

from channels.generic.websocket import AsyncJsonWebsocketConsumer


class News(AsyncJsonWebsocketConsumer):
    pass


class Room(AsyncJsonWebsocketConsumer):
    pass

import socketio
from fastapi import FastAPI

api = FastAPI()
sio = socketio.AsyncServer(async_mode="asgi")
rooms = socketio.ASGIApp(sio, socketio_path="rooms")
api.mount("/socket.io", socketio.ASGIApp(sio, socketio_path=""))
app = socketio.ASGIApp(sio, api, socketio_path="/hall/socket.io/")

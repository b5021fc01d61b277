from flask import Flask

from live import socketio

app = Flask(__name__)
socketio.init_app(app)


@app.get("/questions")
def questions():
    return []


if __name__ == "__main__":
    socketio.run(app, host="0.0.0.0", port=5600)

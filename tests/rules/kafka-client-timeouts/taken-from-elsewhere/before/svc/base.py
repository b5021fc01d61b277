BASE = {"socket.timeout.ms": 5000}

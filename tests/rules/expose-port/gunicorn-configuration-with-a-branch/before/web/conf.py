import os

if os.environ.get("INSIDE"):
    bind = "127.0.0.1:9100"
else:
    bind = "0.0.0.0:8000"

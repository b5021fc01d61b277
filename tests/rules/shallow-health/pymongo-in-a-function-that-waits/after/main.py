import os
import time

from flask import Flask
from pymongo import MongoClient

app = Flask(__name__)
client = MongoClient(os.environ["MONGO_URL"])


@app.route("/health")
def health():
    return {"status": "ok"}


@app.route("/health/detailed")
def detailed_health():
    checks = {}
    started = time.perf_counter()
    try:
        client.admin.command("ping")
        checks["mongodb"] = {"status": "ok", "latency_ms": round((time.perf_counter() - started) * 1000, 1)}
    except Exception as error:
        checks["mongodb"] = {"status": "error", "error": type(error).__name__}
    failed = [check for check in checks.values() if check["status"] != "ok"]
    status = "healthy"
    if failed:
        status = "unhealthy" if len(failed) == len(checks) else "degraded"
    return {"status": status, "checks": checks}


@app.route("/casks")
def casks():
    return {"casks": [one["name"] for one in client.cellar.casks.find()]}

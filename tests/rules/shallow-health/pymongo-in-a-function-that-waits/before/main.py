import os

from flask import Flask
from pymongo import MongoClient

app = Flask(__name__)
client = MongoClient(os.environ["MONGO_URL"])


@app.route("/health")
def health():
    return {"status": "ok"}


@app.route("/casks")
def casks():
    return {"casks": [one["name"] for one in client.cellar.casks.find()]}

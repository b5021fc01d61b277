from flask import Flask, jsonify
from sqlalchemy import Engine, create_engine

app = Flask(__name__)
db: Engine = create_engine('postgresql://localhost/orders')


@app.route('/healthz/')
def healthz():
  return jsonify(status='ok')

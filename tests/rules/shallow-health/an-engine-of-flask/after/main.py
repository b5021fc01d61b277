import time

from flask import Flask, jsonify
from sqlalchemy import Engine, create_engine

app = Flask(__name__)
db: Engine = create_engine('postgresql://localhost/orders')


@app.route('/healthz/')
def healthz():
  return jsonify(status='ok')


@app.route('/healthz/detailed')
def detailed_health():
  checks = {}
  started = time.perf_counter()
  try:
    with db.connect() as connection:
      connection.exec_driver_sql('SELECT 1')
    checks['database'] = {'status': 'ok', 'latency_ms': round((time.perf_counter() - started) * 1000, 1)}
  except Exception as error:
    checks['database'] = {'status': 'error', 'error': type(error).__name__}
  failed = [check for check in checks.values() if check['status'] != 'ok']
  status = 'healthy'
  if failed:
    status = 'unhealthy' if len(failed) == len(checks) else 'degraded'
  return {'status': status, 'checks': checks}

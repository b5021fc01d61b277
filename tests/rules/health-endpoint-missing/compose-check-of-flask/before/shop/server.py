from flask import Flask, jsonify

app = Flask(__name__)


@app.route('/api/goods', methods=['GET'])
def goods():
  return jsonify([])

# A person starts it with python server.py.
if __name__ == '__main__':
  app.run(host='0.0.0.0', port=7400)

import os

from flask import Flask, jsonify

server = Flask(__name__)


@server.route('/left')
def left():
    return jsonify(boskoop=12, elstar=40)


if __name__ == '__main__':
    server.run(host='0.0.0.0', port=int(os.environ.get('PORT', '5050')))

import os

import pymysql
import requests
from flask import Flask, jsonify

application = Flask(__name__)
application.secret_key = os.environ['SESSION_KEY']

PAGE_SIZE = int(os.environ['PAGE_SIZE'])
CURRENCY = os.environ['CURRENCY']
STOCK_URL = os.environ['STOCK_URL']


def connect():
    return pymysql.connect(
        host=os.environ['DB_HOST'],
        port=int(os.environ['DB_PORT']),
        database=os.environ['DB_NAME'],
    )


@application.route('/healthz')
def healthz():
    with connect() as connection:
        connection.ping()
    return jsonify(status='ok')


@application.route('/apples')
def apples():
    left = requests.get(STOCK_URL + '/left', timeout=5).json()
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute('SELECT name, price FROM apple LIMIT %s', (PAGE_SIZE,))
        rows = cursor.fetchall()
    return jsonify(apples=rows, left=left, currency=CURRENCY)

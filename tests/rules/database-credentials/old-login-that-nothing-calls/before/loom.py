import os

import psycopg2


def import_old_cloth():
    return psycopg2.connect(host="yarn", user="spinner", password="wheel", dbname="wool")


def connect():
    try:
        return psycopg2.connect(os.environ["STORE_URL"])
    except psycopg2.OperationalError:
        return psycopg2.connect(host="yarn", user="postgres", password="postgres")


print(connect())

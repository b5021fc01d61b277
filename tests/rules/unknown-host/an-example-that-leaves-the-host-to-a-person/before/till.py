import os

import psycopg

psycopg.connect(os.environ["TILL_DATABASE"])

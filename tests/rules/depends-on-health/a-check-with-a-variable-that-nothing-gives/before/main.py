import os

import psycopg
import redis

psycopg.connect(os.environ["STORE"])
redis.Redis("pond").ping()

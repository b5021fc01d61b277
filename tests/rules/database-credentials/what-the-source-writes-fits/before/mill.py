import psycopg2
import redis
from sqlalchemy import create_engine

engine = create_engine("postgresql://miller:st%40ne@sacks:5432/mill")
admin = psycopg2.connect(host="sacks", user="miller", password="st@ne", dbname="postgres")
flour = redis.Redis(host="flour", password="white")
again = redis.from_url("redis://default:white@flour:6379/0")
meal = redis.Redis(host="meal")

from environs import Env

env = Env()
env.read_env()

MYSQL_HOST = env.str("MYSQL_HOST", "localhost")
MYSQL_PORT = env.int("MYSQL_PORT", 3306)
MYSQL_USER = env.str("MYSQL_USER")
MYSQL_PASSWORD = env.str("MYSQL_PASSWORD")
MYSQL_DB = env.str("MYSQL_DB")

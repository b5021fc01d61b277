import redis

nests = redis.Redis(host="cliff", port=6379, decode_responses=True)
nests.incr("eggs")

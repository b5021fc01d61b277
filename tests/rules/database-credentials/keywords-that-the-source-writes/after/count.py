import psycopg

with psycopg.connect("host=quay port=5432 user=warden password=moor dbname=berths") as store:
    store.execute("select 1")

import os
import time
import urllib.request

import psycopg2

store = psycopg2.connect(os.environ["SHELF_URL"])


def feed_client(url: str) -> bytes:
    for attempt in range(5):
        try:
            return connect_feed(url)
        except OSError:
            time.sleep(attempt)
    raise SystemExit(1)


def connect_feed(url: str) -> bytes:
    return urllib.request.urlopen(url).read()


print(feed_client("https://feeds.example.org/new"), store)

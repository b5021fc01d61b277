import os

import feedparser


def main():
    feed = feedparser.parse(os.environ["FEED_URL"])
    print(len(feed.entries))


if __name__ == "__main__":
    main()

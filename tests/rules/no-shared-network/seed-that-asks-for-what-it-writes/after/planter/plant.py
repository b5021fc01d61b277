import os
import pathlib
from urllib.parse import urlparse

from sqlalchemy import create_engine, text

from rows import table
import catalogue_client


def main():
    url = os.environ["CATALOG_URL"]
    store = pathlib.Path(os.environ["STORE"])
    engine = create_engine(f"sqlite:///{store}")
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {table()} VALUES (:url, :host)"), {"url": url, "host": urlparse(url).hostname})
        catalogue_client.announce(url)


if __name__ == "__main__":
    main()

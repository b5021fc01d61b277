import sys

from aiohttp import web


def lend() -> None:
    from store import shelf

    while True:
        print(shelf.blpop("loans"))


def main() -> None:
    if sys.argv[1] == "lend":
        lend()
    else:
        web.run_app(web.Application(), port=8000)


if __name__ == "__main__":
    main()

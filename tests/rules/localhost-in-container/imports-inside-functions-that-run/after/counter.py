import time


def count() -> None:
    from store import shelf

    while True:
        print(shelf.dbsize())
        time.sleep(60)


def main() -> None:
    count()


if __name__ == "__main__":
    main()

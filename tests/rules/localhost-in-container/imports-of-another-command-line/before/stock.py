import argparse


def check(options: argparse.Namespace) -> None:
    print("all there")


def restock(options: argparse.Namespace) -> None:
    from store import shelf

    shelf.flushall()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    checking = commands.add_parser("check")
    checking.set_defaults(run=check)
    restocking = commands.add_parser("restock")
    restocking.set_defaults(run=restock)
    chosen = parser.parse_args()
    chosen.run(chosen)

"""The command's door. `--version` is answered before anything is imported."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line of this process; the result is its exit code."""
    if sys.argv[1:] == ["--version"]:
        from stackfix import __version__  # noqa: PLC0415 - nothing else is needed

        print(f"stackfix {__version__}")  # noqa: T201 - the answer asked for
        return 0
    import gc  # noqa: PLC0415 - as below

    # A run makes millions of values that live to its end: looking through them for rubbish takes a third of its time.
    gc.set_threshold(1_000_000, 20, 100)
    from stackfix.cli import main as run  # noqa: PLC0415 - `--version` must not pay for it

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

"""`stackfix bot`: words in, exit code out.

May import everything, and imports what the command needs when it needs it.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable  # noqa: TC003 - typer evaluates annotations
from functools import partial
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from stackfix.cli.leaving import leave_sleepers
from stackfix.cli.printing import say
from stackfix.options import Wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackfix.bot.queue import Queue
    from stackfix.bot.signatures import Secrets
    from stackfix.fleet.durable import Database

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

_MOST_AT_ONCE = 512
"""Connections at once; at more, requests are turned away. Of those that say nothing, `connections` keeps fewer."""


@app.command()
def bot(  # noqa: PLR0913, PLR0917 - one parameter for each option is how typer declares them
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="Where to listen.")] = 8080,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            help="postgresql://… for many machines [a file in your state folder; or STACKFIX_DATABASE].",
        ),
    ] = None,
    concurrency: Annotated[
        int, typer.Option("--concurrency", metavar="N", min=1, help="Repositories at once on this machine.")
    ] = 2,
    onboarding: Annotated[
        bool, typer.Option("--onboarding", help="Ask a repository without configuration first, with a pull request.")
    ] = False,
    manifest: Annotated[
        str | None,
        typer.Option("--manifest", metavar="URL", help="Make a GitHub App for a bot that is reached there: one click."),
    ] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="ORG", help="Whose App that is [your own].")
    ] = None,
    output: Annotated[
        str, typer.Option("--output", metavar="FILE", help="Where its key goes, for you alone.")
    ] = "bot.env",
    check: Annotated[bool, typer.Option("--check", help="Say what is missing in the configuration.")] = False,
) -> Callable[[], int]:
    """Serve the webhooks of GitHub, GitLab, Gitea and Forgejo.

    Tokens and secrets come from the environment; docs/bot.md says which. Logs are JSON lines on stderr.
    """
    if check:
        return partial(_check, database)
    if manifest is not None:
        return partial(_make_app, manifest, organisation, output)
    if onboarding:
        # The processes that do the work are told by their environment.
        os.environ["STACKFIX_BOT_ONBOARDING"] = "1"
    return partial(_serve, host, port, database, concurrency)


def _check(url: str | None) -> int:
    from stackfix.bot import logs, setting  # noqa: PLC0415 - as below: the help must not wait for it

    lines = list(setting.check(os.environ, _database(url)))
    redact = logs.Redactor(logs.secrets_of(os.environ))
    for line in lines:
        say(redact(f"{'ok     ' if line.good else 'missing'} {line.what}\n"))
    return 0 if all(line.good for line in lines) else 2


def _make_app(address: str, organisation: str | None, output: str) -> int:
    from pathlib import Path  # noqa: PLC0415

    from stackfix.bot import manifest  # noqa: PLC0415
    from stackfix.forge.detect import slug  # noqa: PLC0415

    if not slug(f"{address}/-/-")[0] or not address.startswith(("https://", "http://")):
        raise Wrong(f"--manifest {address}: no address on the web, as https://stackfix.example.com is one")
    file = Path(output)
    try:
        manifest.check(file)
        api = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
        with manifest.Asking(address, organisation, api, file) as asking:
            say(f"open this in a browser on this machine, and click: {asking.url}\n")
            made = asking.wait()
    except manifest.NotMade as problem:
        raise Wrong(str(problem)) from None
    say(
        f"{made.name} is made, and what the bot needs of it is in {output}\n"
        f"install it on the repositories that it is to look after: {made.page}\n"
        f"then: set -a; . ./{output}; set +a; stackfix bot --check\n"
    )
    return 0


def _serve(host: str, port: int, url: str | None, concurrency: int) -> int:
    import uvicorn  # noqa: PLC0415

    from stackfix.bot import logs  # noqa: PLC0415
    from stackfix.bot.app import Setting  # noqa: PLC0415
    from stackfix.bot.app import app as served  # noqa: PLC0415
    from stackfix.bot.connections import Connection  # noqa: PLC0415
    from stackfix.bot.metrics import Metrics  # noqa: PLC0415
    from stackfix.bot.queue import Pace, Queue  # noqa: PLC0415

    secrets = _secrets()
    metrics = Metrics()
    queue = Queue(_database(url), secrets, metrics, Pace(machine=concurrency))
    listening = _listening(host, port)
    logs.set_up(sys.stderr, logs.Redactor(logs.secrets_of(os.environ)))
    config = uvicorn.Config(
        served(Setting(secrets, queue, metrics)),
        log_config=None,
        lifespan="off",
        access_log=False,
        server_header=False,
        http=Connection,
        ws="none",
        limit_concurrency=_MOST_AT_ONCE,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=30,
    )
    # uvicorn ends the server on a signal, and then sends it once more.
    signal.signal(signal.SIGTERM, _end)
    try:
        _started(queue)
        at, served_by = listening.getsockname()[:2], ", ".join(secrets)
        logging.getLogger("stackfix.bot").info("listening at http://%s:%d for %s", *at, served_by)
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        queue.stop()
    return leave_sleepers(0)


def _secrets() -> Mapping[str, Secrets]:
    from stackfix.bot import setting  # noqa: PLC0415

    try:
        secrets = setting.secrets(os.environ)
    except setting.Unset as problem:
        raise Wrong(str(problem)) from None
    if not secrets:
        raise Wrong("no webhook secret is set: stackfix bot --check says what is missing")
    return secrets


def _started(queue: Queue) -> None:
    from stackfix.fleet.durable import NoDatabase  # noqa: PLC0415

    try:
        queue.start()
    except NoDatabase as problem:
        raise Wrong(str(problem)) from None


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as problem:
        raise Wrong(f"{host}:{port} can't be listened at: {(problem.strerror or 'unknown').lower()}") from None


def _end(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _database(url: str | None) -> Database:
    from platformdirs import user_state_path  # noqa: PLC0415

    from stackfix.fleet.durable import Database, NoDatabase  # noqa: PLC0415

    try:
        word = url or os.environ.get("STACKFIX_DATABASE")
        return Database.named(word, user_state_path("stackfix", appauthor=False) / "bot.sqlite")
    except NoDatabase as problem:
        raise Wrong(str(problem)) from None

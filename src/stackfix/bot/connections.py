"""Connections that say nothing: closed after a while, and the oldest first where there are many.

Nobody has proved anything before a request is here, and anybody can open connections: they must not keep out others.

May import uvicorn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

PATIENCE = 10.0
"""Seconds within which a request's headers must be here."""

MOST_QUIET = 256
"""Connections that may be without a request; one more, and the one that has waited longest is closed."""

_quiet: dict[Connection, asyncio.TimerHandle] = {}


class Connection(H11Protocol):
    """One connection, as uvicorn serves it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn declares it
        """Wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Headers are waited for in all, however they drip; a body's time is counted by whoever reads it."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is nobody's any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self in _quiet:
            return
        _quiet[self] = self.loop.call_later(PATIENCE, self.end)
        if len(_quiet) > MOST_QUIET:
            next(iter(_quiet)).end()

    def _wait_no_more(self) -> None:
        if (timer := _quiet.pop(self, None)) is not None:
            timer.cancel()

    def end(self) -> None:
        """Close it."""
        self._wait_no_more()
        self.transport.close()

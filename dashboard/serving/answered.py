"""What is told of every answer to whoever keeps count: an id, the route, the status and the time."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import flask

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST_ID: Final = "X-Request-Id"
"""The header of every answer by which its line in the log is found."""
UNKNOWN: Final = "unknown"
"""The route of a path that there is none for, and the method of a request that says none of HTTP's."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_WATCHERS = "blupboard-watchers"


@dataclass(frozen=True)
class Answered:
    """One request whose answer is on its way."""

    request_id: str
    """Made here; hexadecimal."""
    method: str
    route: str
    """The pattern, as `/assets/<path:filename>`: what stands at its places is not told."""
    status: int
    seconds: float
    """From its arrival in a thread to the last byte of the answer that was handed to the listener."""


def watch_answers(server: flask.Flask) -> None:
    """Give every request its id; to be called before all else that may answer one."""
    server.before_request(_begin)
    server.after_request(_note_end)


def tell_of_answers(server: flask.Flask, watcher: Callable[[Answered], None]) -> None:
    """Have `watcher` called with each answer of a server that `watch_answers` was called with."""
    server.extensions.setdefault(_WATCHERS, []).append(watcher)


def current_request_id() -> str | None:
    """The id of the request that this thread is at; None where it is at none."""
    return flask.g.get("request_id") if flask.has_request_context() else None


def _begin() -> None:
    flask.g.begun = time.perf_counter()
    flask.g.request_id = secrets.token_hex(8)


def _note_end(response: flask.Response) -> flask.Response:
    request, begun, request_id = flask.request, flask.g.begun, flask.g.request_id
    # not the answer itself, which would hold itself and all that it holds open until garbage is collected
    status = response.status_code
    watchers: list[Callable[[Answered], None]] = flask.current_app.extensions.get(_WATCHERS, [])
    response.headers[REQUEST_ID] = request_id
    method = request.method if request.method in _METHODS else UNKNOWN
    route = UNKNOWN if request.url_rule is None else request.url_rule.rule

    def tell() -> None:
        answered = Answered(request_id, method, route, status, time.perf_counter() - begun)
        for watcher in watchers:
            watcher(answered)

    response.call_on_close(tell)
    return response

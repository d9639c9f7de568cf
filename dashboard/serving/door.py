"""Who may come in: everybody, or whoever has the token, knows the password, or is named by a proxy.

A server without a door is open. With one, all but the probes is answered 403, in a sentence that says what to
do, until somebody has come in; that is then noted in the signed session cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import flask
from markupsafe import escape

from dashboard.serving.fair_server import PROBES
from dashboard.serving.tries import Tries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.serving.passwords import HashedPassword

ENTER: Final = "/enter"
"""Where the entrance's form sends what was typed into it."""
_IN: Final = "in"
"""In the session: the mark of the door that somebody came in by."""
_DOOR: Final = "blupboard-door"
_AT_ONCE: Final = 2
"""Passwords that are looked at at a time, which takes a core and 16 MB each."""
_MOST_AT_IT: Final = 6
"""With those that wait for it; two of the server's threads are left to others."""
_NOT_IT: Final = "That is not it: try again."
_UNTOLD: Final = (
    "This page is for whoever started blupboard: open the address that it printed in the terminal, or enter "
    "the token at the end of that address."
)
_ASKS: Final = "This page asks for a password: whoever runs it can tell you."
_NO_USER: Final = "Whoever runs this server has people sign in before they come here: open it by that way."
_BUSY: Final = "Others are coming in right now: try again in a moment."


class Tokens:
    """What opens the door of one run: its token, and tickets that do so once.

    The command of a browser that is started can be read by all accounts of a machine, so that a ticket goes
    there and no token.
    """

    def __init__(self) -> None:
        self.of_run = secrets.token_urlsafe(24)
        self._tickets: set[str] = set()
        self._lock = threading.Lock()

    def ticket(self) -> str:
        """One more ticket."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets.add(ticket)
        return ticket

    def open_with(self, given: str) -> bool:
        """Whether this is the token or a ticket, which is no longer one then."""
        if _same(given, self.of_run):
            return True
        with self._lock:
            used = {ticket for ticket in self._tickets if _same(given, ticket)}
            self._tickets -= used
        return bool(used)


@dataclass(frozen=True)
class Door:
    """What opens it; any of the first two is enough."""

    tokens: Tokens | None = None
    passwords: Sequence[HashedPassword] = ()
    user_header: str | None = None
    """In which a proxy names who comes."""
    tries: Tries = field(default_factory=Tries)
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_MOST_AT_IT)
    )
    looking: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_AT_ONCE))

    def mark(self, key: bytes) -> str:
        """What a session bears that has come in; another one once the passwords are others."""
        kept = "\n".join(["token" if self.tokens else "", *map(str, self.passwords)])
        return hmac.new(key, f"came in by {kept}".encode(), hashlib.sha256).hexdigest()

    def opens(self, given: str) -> bool:
        """Whether this is one of the passwords."""
        with self.looking:
            return any(password.fits(given) for password in self.passwords)

    @property
    def sentence(self) -> str:
        """What to do for whoever stands before it."""
        return _ASKS if self.passwords else _UNTOLD


def put_door(server: flask.Flask, door: Door) -> None:
    """Let nobody into `server` but through `door`."""
    if _DOOR not in server.extensions:
        server.add_url_rule(ENTER, "enter", _enter, methods=["POST"])
    server.extensions[_DOOR] = door


def tokens_of(server: flask.Flask) -> Tokens | None:
    """What opens a server that asks for a token."""
    door: Door | None = server.extensions.get(_DOOR)
    return None if door is None else door.tokens


def named_user() -> str | None:
    """Who a proxy says that asks; None where none is asked to."""
    user: str | None = flask.g.get("user")
    return user


def leave() -> None:
    """Forget all of the session but that it has come in."""
    came_in = flask.session.get(_IN)
    flask.session.clear()
    if came_in is not None:
        flask.session[_IN] = came_in


def stranger_in(server: flask.Flask, environ: dict[str, Any]) -> str | None:
    """What is said to whoever sends a request with this head and has not come in; None for all others.

    A password that comes with it is not tried, which takes a core for a while: it opens the door at `ENTER`.
    """
    door: Door | None = server.extensions.get(_DOOR)
    if door is None:
        return None
    with server.request_context(environ):
        request = flask.request
        if door.user_header is not None:
            return None if request.headers.get(door.user_header, "").strip() else _NO_USER
        given = request.authorization
        token = "" if given is None else given.token or given.password or ""
        has_token = door.tokens is not None and _same(token, door.tokens.of_run)
        is_in = has_token or _same(str(flask.session.get(_IN, "")), _mark(door))
    return None if is_in else door.sentence


def keep_strangers_out() -> flask.typing.ResponseReturnValue | None:
    """Answer in the stead of the server where nobody may come in; to be called before each request."""
    door: Door | None = flask.current_app.extensions.get(_DOOR)
    request = flask.request
    if door is None or request.path in PROBES:
        return None
    if door.user_header is not None:
        flask.g.user = request.headers.get(door.user_header, "").strip()
        return None if flask.g.user else _entrance(_NO_USER, form=False)
    if request.path == ENTER and request.method == "POST":
        return _enter()
    is_in = _same(str(flask.session.get(_IN, "")), _mark(door))
    if door.tokens is not None and request.method == "GET" and "token" in request.args:
        if not is_in:
            return _let_in(door, request.args["token"])
        door.tokens.open_with(request.args["token"])  # a ticket is used up all the same
        return flask.redirect("/", HTTPStatus.SEE_OTHER)
    return None if is_in else _without_session(door)


def _without_session(door: Door) -> flask.typing.ResponseReturnValue | None:
    """Let a program in that sends the secret with each request, as a scraper does; none is noted."""
    given = flask.request.authorization
    secret = None if given is None else given.token if given.type == "bearer" else given.password
    if secret is None:
        return _entrance(door.sentence)
    return _refusal_of(door, secret)


def _enter() -> flask.typing.ResponseReturnValue:
    door: Door = flask.current_app.extensions[_DOOR]
    return _let_in(door, flask.request.form.get("secret", ""))


def _let_in(door: Door, given: str) -> flask.typing.ResponseReturnValue:
    refused = _refusal_of(door, given)
    if refused is not None:
        return refused
    flask.session.permanent = True
    flask.session[_IN] = _mark(door)
    return flask.redirect("/", HTTPStatus.SEE_OTHER)


def _refusal_of(door: Door, given: str) -> flask.typing.ResponseReturnValue | None:
    """What is answered to a secret that does not open the door; None where it does."""
    if door.tokens is not None and door.tokens.open_with(given):
        return None  # 192 bits are not guessed: no wrong tries of others keep it out
    address = flask.request.remote_addr or ""
    if not door.places.acquire(blocking=False):
        return _entrance(_BUSY, status=HTTPStatus.TOO_MANY_REQUESTS, pause=1)
    try:
        if pause := door.tries.pause_seconds(address):
            seconds = int(pause) + 1
            sentence = f"That was wrong too often: try again in {seconds} s."
            return _entrance(sentence, status=HTTPStatus.TOO_MANY_REQUESTS, pause=seconds)
        if door.opens(given):
            return None
        door.tries.note_wrong(address)
    finally:
        door.places.release()
    return _entrance(f"{_NOT_IT} {door.sentence}")


def _entrance(
    sentence: str, *, status: HTTPStatus = HTTPStatus.FORBIDDEN, form: bool = True, pause: int | None = None
) -> flask.Response:
    """The page before the door where a browser shows a page, else the sentence as other errors are."""
    if "text/html" in flask.request.headers.get("Accept", ""):
        page = (Path(__file__).parent / "entrance.html").read_text(encoding="utf-8")
        page = page.replace("{sentence}", str(escape(sentence))).replace("{hidden}", "" if form else "hidden")
        response = flask.Response(page, content_type="text/html; charset=utf-8")
    else:
        response = flask.jsonify(error=sentence)
    response.status_code = status
    if pause is not None:
        response.headers["Retry-After"] = str(pause)
    return response


def _mark(door: Door) -> str:
    key = flask.current_app.secret_key
    return door.mark(key if isinstance(key, bytes) else str(key).encode())


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))

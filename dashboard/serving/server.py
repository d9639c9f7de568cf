"""The HTTP side of the server: who is asking, what comes in, and what every answer carries.

`install` adds it to a Flask application before the pages are: the signed session cookie, `PUT /upload`,
the probes, the checks against requests from elsewhere, security headers, and errors in one sentence.
"""

from __future__ import annotations

import hashlib
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, cast

import flask
import flask_compress
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    LengthRequired,
)
from werkzeug.wsgi import get_input_stream

from dashboard.serving import page_assets
from dashboard.serving.answered import watch_answers
from dashboard.serving.asked_from import (
    allow_hosts,
    answer_for,
    refuse_other_sites,
    refuse_unknown_host,
    trust_proxies,
)
from dashboard.serving.desktop import open_browser, open_window
from dashboard.serving.door import keep_strangers_out, leave, named_user, tokens_of
from dashboard.serving.fair_server import PROBES
from dashboard.serving.kept_scripts import KeptScripts, script_key
from dashboard.serving.large_bodies import MOST_BYTES, UPLOAD, refused_at_head
from dashboard.serving.lifetime import at_work
from dashboard.serving.probes import install_probes
from dashboard.storage.errors import (
    CannotWrite,
    Interrupted,
    NoRoom,
    TooLarge,
    UnknownDataset,
    WorkspaceError,
)
from dashboard.storage.workspace import Workspace
from dashboard.words.grammar import shortened

if TYPE_CHECKING:
    from dashboard.serving.listener import Listener

DEFAULT_PORT = 8050

_COMPRESSED = {
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_MIN_SIZE": 1_000,  # what fits into one packet arrives no sooner for being smaller
    "COMPRESS_LEVEL": 4,
    "COMPRESS_CACHE_BACKEND": KeptScripts,
    "COMPRESS_CACHE_KEY": script_key,
}
_PUBLIC = (page_assets.UNDER, "/_dash-component-suites/", "/_favicon.ico")
"""What is the same for everybody, and the page without anything in it."""
_OWNER = "owner"
_EXTENSION = "blupboard"
_STATUS_OF: dict[type[WorkspaceError], HTTPStatus] = {
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Interrupted: HTTPStatus.BAD_REQUEST,
    NoRoom: HTTPStatus.INSUFFICIENT_STORAGE,
    CannotWrite: HTTPStatus.INSUFFICIENT_STORAGE,
    UnknownDataset: HTTPStatus.NOT_FOUND,
}


def install(
    server: flask.Flask,
    workspace: Workspace,
    *,
    csp_hashes: Callable[[], Iterable[str]],
    hosts: Iterable[str] = (),
    proxies: int = 0,
    strict_scripts: bool = False,
) -> None:
    """Make `server` hold `workspace` and answer as the module says.

    `csp_hashes` gives the Content-Security-Policy hashes of the inline scripts (`Dash.csp_hashes`); it is
    called with the first answer, when every callback is registered. `hosts` are the names under which the
    server may be asked, any when empty; `serve` adds the local ones. `proxies` counts the
    reverse proxies in front whose X-Forwarded headers tell the scheme, host and address of the client. With
    `strict_scripts` scripts of the page make no code from text.
    """
    server.extensions[_EXTENSION] = workspace
    # nobody who comes without a cookie leaves a trace but by an upload: a page asks with one
    workspace.may_keep = lambda: not (flask.has_request_context() and flask.g.get("is_first_visit"))
    allow_hosts(server, hosts)
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    if proxies:
        trust_proxies(server, proxies)
    _set_up_session(server, workspace.signing_key())
    server.config.update(_COMPRESSED)
    flask_compress.Compress(server)
    watch_answers(server)
    server.before_request(refuse_unknown_host)
    server.before_request(refuse_other_sites)
    server.before_request(keep_strangers_out)
    server.before_request(_know_the_owner)
    server.after_request(_security_headers(csp_hashes, strict_scripts=strict_scripts))
    server.register_error_handler(HTTPException, _answer_http_error)
    server.register_error_handler(WorkspaceError, _answer_workspace_error)
    server.register_error_handler(Exception, _answer_unforeseen)
    server.add_url_rule(UPLOAD, "upload", upload, methods=["PUT"])
    install_probes(server, workspace)


def workspace_of(server: flask.Flask) -> Workspace:
    """Return the workspace that `install` gave to `server`."""
    return cast(Workspace, server.extensions[_EXTENSION])


def owner() -> str:
    """Return the id of the session behind the current request, a new one on a first visit.

    Where a proxy says who asks, it is the same in every session of theirs.
    """
    if (user := named_user()) is not None:
        return f"user {user}"
    if _OWNER not in flask.session:
        flask.session.permanent = True
        flask.session[_OWNER] = secrets.token_urlsafe(24)
        flask.g.is_first_visit = True
    return cast(str, flask.session[_OWNER])


def forget_session() -> None:
    """End the session behind the current request: whoever comes with its cookie is somebody new."""
    leave()
    owner()


def upload() -> flask.Response:
    """Store the request's body as a dataset of this session; answers its token, name and size.

    A file that cannot be read, but might be another way, is kept: the answer is an error with its token.

    The body is the file itself, the query's `name` what the person calls it.
    """
    request = flask.request
    length = request.content_length
    if length is None and "wsgi.input_terminated" not in request.environ:
        raise LengthRequired("The upload did not say how large it is; try it from the page.")
    name = request.args.get("name", "")
    if not name:
        raise BadRequest("The upload came without a file name; try it from the page.")
    workspace = workspace_of(flask.current_app)
    # Not request.stream: the cap of the other requests does not hold here, the workspace has its own.
    stream = get_input_stream(request.environ)
    from dashboard.ingest import UnreadableFile

    try:
        dataset = workspace.receive(owner(), name, stream, length)
    except UnreadableFile as error:
        return _error(str(error), HTTPStatus.UNPROCESSABLE_ENTITY, token=error.kept_as)
    except ClientDisconnected as error:
        raise Interrupted("The upload was interrupted; try it again.") from error
    client_is_gone = request.environ.get("waitress.client_disconnected")
    if client_is_gone and client_is_gone():
        workspace.delete(owner(), dataset.token)
    table = dataset.table
    return flask.jsonify(token=dataset.token, name=dataset.name, rows=table.rows, columns=len(table.columns))


def serve(
    server: flask.Flask,
    host: str = "127.0.0.1",
    port: int | None = None,
    *,
    browser: bool = True,
    desktop: bool = False,
) -> None:
    """Serve until Ctrl-C, SIGTERM, or the closing of the window where `desktop` asks for one.

    `port` None means 8050, or the next free one. `browser` opens the page where there is a screen.
    Raises `listener.CannotListen`, and InUse where another process serves the same data folder, with a
    sentence for the person.
    """
    from dashboard.serving.listener import Listener, bind

    listening = bind(host, DEFAULT_PORT if port is None else port, or_next_free=port is None)
    answer_for(server, host)
    workspace = workspace_of(server)
    with at_work(server, workspace) as note_address, _signals_exit():
        listener = Listener(
            server,
            listening,
            max_body_bytes=max(workspace.max_upload_bytes, MOST_BYTES),
            too_large_message=workspace.too_large_message,
            refused_at_head=partial(refused_at_head, server, workspace),
        )
        address = at_first = listener.url
        if (tokens := tokens_of(server)) is not None:
            address = f"{listener.url}?token={tokens.of_run}"
            at_first = f"{listener.url}?token={tokens.ticket()}"
        note_address(address)
        print(f"blupboard is at {address} (Ctrl-C ends it)", flush=True)
        if desktop:
            _serve_window(listener, at_first, workspace.root / "window")
        else:
            if browser:
                open_browser(at_first)
            listener.run()


def _serve_window(listener: Listener, address: str, profile: Path) -> None:
    """Serve for as long as the window is open; without a window, until Ctrl-C or SIGTERM."""
    thread = threading.Thread(target=listener.run, name="listener")
    thread.start()
    try:
        if not open_window(address, "blupboard", profile):
            thread.join()
    except KeyboardInterrupt:
        pass
    finally:
        listener.stop()
        thread.join()


@contextmanager
def _signals_exit() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP like Ctrl-C, so that windows close and requests finish, in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, lambda *_: sys.exit(0)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, kept from plain http whenever it was given over https."""

    def get_cookie_secure(self, app: flask.Flask) -> bool:  # noqa: ARG002 - Flask's signature
        return flask.request.is_secure


def _set_up_session(server: flask.Flask, key: bytes) -> None:
    server.secret_key = key
    server.session_interface = _SessionCookie()
    server.config.update(
        # Cookies do not know ports: servers with different keys on one host must not overwrite each other's.
        SESSION_COOKIE_NAME=f"blupboard_{hashlib.sha256(key).hexdigest()[:8]}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),
        SESSION_REFRESH_EACH_REQUEST=False,
    )


def _know_the_owner() -> None:
    """Give the session its owner with the page, before its callbacks ask several at a time."""
    if flask.request.path not in PROBES:
        owner()
    if "text/html" in flask.request.headers.get("Accept", ""):
        flask.session.modified = True  # a visit to the page lets the cookie's year begin anew


def _security_headers(
    csp_hashes: Callable[[], Iterable[str]], *, strict_scripts: bool
) -> Callable[[flask.Response], flask.Response]:
    # without it plotly.js draws all traces but four kinds: see `plugin_figure`
    made_of_text = () if strict_scripts else ("'unsafe-eval'",)

    @cache
    def policy() -> str:
        return "; ".join(
            (
                "default-src 'self'",
                " ".join(("script-src 'self'", *made_of_text, *csp_hashes())),
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "font-src 'self' data:",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )

    def add(response: flask.Response) -> flask.Response:
        response.headers["Content-Security-Policy"] = policy()
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if not flask.request.path.startswith(_PUBLIC) and flask.request.path != "/":
            response.headers["Cache-Control"] = "no-store"  # what is somebody's own stays in no cache
        elif flask.request.path.startswith(page_assets.UNDER) and response.status_code == HTTPStatus.OK:
            response.headers["Cache-Control"] = page_assets.KEPT
        return response

    return add


def _error(sentence: str, status: int, token: str | None = None) -> flask.Response:
    """A sentence about what is wrong; with the token of an upload that was kept all the same."""
    said = shortened(sentence)
    response = flask.jsonify(error=said) if token is None else flask.jsonify(error=said, token=token)
    response.status_code = status
    return response


def _answer_http_error(error: HTTPException) -> flask.Response | HTTPException:
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error  # a redirect, or an answer someone has made already
    return _error(error.description or error.name, error.code)


def _answer_workspace_error(error: WorkspaceError) -> flask.Response:
    return _error(str(error), _STATUS_OF.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR))


def _answer_unforeseen(error: Exception) -> flask.Response:
    flask.current_app.logger.error("unforeseen error", exc_info=error)
    return _error(
        "Something went wrong on the server; reload the page and try again.", HTTPStatus.INTERNAL_SERVER_ERROR
    )

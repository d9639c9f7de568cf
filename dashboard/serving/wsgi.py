"""The page as a WSGI application for gunicorn, waitress-serve and their like: one process, several threads.

    BLUPBOARD_DATA_DIR=/srv/data gunicorn --workers 1 --threads 8 dashboard.serving.wsgi:app

What `blupboard serve` has options for is set by variables: BLUPBOARD_ALLOWED_HOST for --allowed-host, and
so on. A second process on the same data folder ends with a sentence, as does one whose options cannot be.
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

import click

from dashboard.cli.serve import Settings, configured_app, refuse_columns_of_no_file, serve_command
from dashboard.serving.asked_from import answer_for
from dashboard.serving.lifetime import at_work
from dashboard.serving.server import workspace_of
from dashboard.storage.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import flask
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CANNOT_START: Final = 3
"""The exit status at which gunicorn ends, too, instead of starting the process again and again."""
FORKED: Final = (
    "This process was made from one that has loaded blupboard: start the server without --preload, with one "
    "process and several threads."
)


class OneProcess:
    """A WSGI application that answers in the process that made it only, not in copies of that.

    What is computed beside the requests, and its threads, are not there in a copy.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._process = os.getpid()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or 503 with a sentence."""
        if os.getpid() == self._process:
            return self._application(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
        return [FORKED.encode()]


def _application() -> flask.Flask:
    try:
        parameters: dict[str, Any] = serve_command.make_context("blupboard", []).params
        host = parameters.pop("host")
        for of_listener in ("port", "no_browser", "desktop"):
            del parameters[of_listener]
        if parameters["token"]:
            _end("--token is of blupboard serve, which prints it: ask for a password with --password-file")
        settings = cast("Settings", parameters)
        refuse_columns_of_no_file(settings)
        server: flask.Flask = configured_app(settings).server
        whole_life = ExitStack()
        whole_life.enter_context(at_work(server, workspace_of(server)))
    except click.ClickException as error:
        _end(error.format_message())
    except WorkspaceError as error:
        _end(str(error))
    atexit.register(whole_life.close)
    answer_for(server, host)
    server.wsgi_app = OneProcess(server.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way
    return server


def _end(sentence: str) -> NoReturn:
    print(f"blupboard: {sentence}", file=sys.stderr, flush=True)
    sys.exit(CANNOT_START)


app = _application()

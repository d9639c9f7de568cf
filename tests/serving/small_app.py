"""A small application with the HTTP side installed, for tests of it."""

import flask

from dashboard.serving import server
from dashboard.storage.workspace import Workspace

CSV = b"score,school\n1.5,a\n2.5,a\n3,b\n4,b\n"
OURS = {"X-Requested-With": "XMLHttpRequest"}


def make_app(root, *, install=None, **options):
    app = flask.Flask("test")
    workspace = Workspace(root, **options)
    server.install(app, workspace, **{"csp_hashes": lambda: ["'sha256-abc='"], **(install or {})})

    @app.get("/")
    def page():
        return "the page"

    @app.get("/dataset/<token>")
    def dataset(token):
        return workspace.get(server.owner(), token).name

    @app.get("/broken")
    def broken():
        raise RuntimeError("a secret detail")

    return app


def nothing_is_left(root):
    """Neither a table nor an upload as it came, kept or being received."""
    return not list((root / "incoming").iterdir()) and not list((root / "owners").glob("*/datasets/*"))

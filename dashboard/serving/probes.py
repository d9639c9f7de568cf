"""Whether the server is well: `/healthz` (and `/health`) of its process, `/readyz` of what it needs."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import flask

from dashboard.storage.errors import WorkspaceError
from dashboard.storage.incoming import work_folder

if TYPE_CHECKING:
    from dashboard.storage.workspace import Workspace


def install_probes(server: flask.Flask, workspace: Workspace) -> None:
    """Add the routes; they know no session."""

    def ready() -> flask.Response:
        problems = problems_of(workspace)
        response = flask.jsonify(status="not ready" if problems else "ready", problems=problems)
        if problems:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return response

    for path in ("/health", "/healthz"):
        server.add_url_rule(path, path[1:], lambda: flask.jsonify(status="ok"))
    server.add_url_rule("/readyz", "readyz", ready)


def problems_of(workspace: Workspace) -> list[str]:
    """What is in the way of taking a file now, a sentence each; it writes a byte to the disk to know."""
    problems = []

    def room() -> None:
        workspace.quota.require_room(workspace.root)

    def writable() -> None:
        with work_folder(workspace.incoming) as folder:
            (folder / "probe").write_bytes(b"x")

    for look in (workspace.signing_key, room, writable):
        try:
            look()
        except WorkspaceError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"The data folder cannot be read ({error.strerror}).")
    return problems

"""What is refused as soon as the head of a request is in, so that its large body is never taken.

The listener takes a body in whole, on the disk past half a megabyte, before the application sees a request:
nobody may have it do so but with an upload, and where there is a door, once in.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dashboard.serving.door import stranger_in
from dashboard.storage.errors import NoRoom, format_bytes

if TYPE_CHECKING:
    import flask

    from dashboard.storage.workspace import Workspace

MOST_BYTES: Final = 2**20
"""Of the body of every request but an upload."""
UPLOAD: Final = "/upload"
_ONLY_UPLOADS: Final = f"A request holds {format_bytes(MOST_BYTES)} at most, unless it brings a file."


class Refused(NamedTuple):
    """An answer in the stead of the application's."""

    status: HTTPStatus
    sentence: str


def refused_at_head(server: flask.Flask, workspace: Workspace, environ: dict[str, Any]) -> Refused | None:
    """The answer to a request that announces a large body, or none that it tells; None where it may come.

    ``environ`` is that of WSGI without a body. The answer is quick: no password is tried here.
    """
    if environ["REQUEST_METHOD"] != "PUT" or environ["PATH_INFO"] != UPLOAD:
        return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _ONLY_UPLOADS)
    if (sentence := stranger_in(server, environ)) is not None:
        return Refused(HTTPStatus.FORBIDDEN, sentence)
    try:
        workspace.quota.require_free(workspace.root, int(environ.get("HTTP_CONTENT_LENGTH", 0)))
    except NoRoom as error:
        return Refused(HTTPStatus.INSUFFICIENT_STORAGE, str(error))
    return None

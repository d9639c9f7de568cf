"""The scripts of the page, compressed once: every first visit fetches the same megabytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash.fingerprint import check_fingerprint

if TYPE_CHECKING:
    import flask

_SCRIPTS = "/_dash-component-suites/"


def script_key(request: flask.Request) -> str:
    """The file behind the address of a script, with or without its version; empty for all else.

    Versions that nobody published lead to the same file, so that what is kept is bounded by the files.
    """
    path, _ = check_fingerprint(request.path)  # type: ignore[no-untyped-call]  # dash has no types there
    return str(path) if request.path.startswith(_SCRIPTS) else ""


class KeptScripts:
    """What flask-compress keeps: the compressed bytes by ``algorithm;script_key``."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """The compressed bytes; None where they are not known."""
        return self._kept.get(key)

    def set(self, key: str, value: bytes) -> None:
        """Keep these bytes, unless they are the answer to one request alone."""
        if not key.endswith(";"):
            self._kept[key] = value

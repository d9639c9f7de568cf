"""Downloads: the tidy columns as a CSV that is safe to open in a spreadsheet, and simulated rows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import flask
from werkzeug.exceptions import BadRequest, NotFound

from dashboard.scripts.simulated_csv import FILE_NAME, csv_pieces
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.storage.workspace import UnknownDataset
from estimators import TIDY_COLUMNS, BlupboardError
from estimators.contract.comparison import group_columns

if TYPE_CHECKING:
    from dashboard.session.comparisons import Comparisons
    from estimators import Comparison

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""

_LINES = 5_000
_INCOMPLETE = "The address of this download is incomplete; start it from the page."


def install(server: flask.Flask, comparisons: Comparisons) -> None:
    """Add the downloads, for the session that owns the dataset.

    ``GET /export/groups.csv?choices=...`` gives the table, ``GET /export/simulated.csv?choices=...`` the rows
    that were simulated.
    """

    def groups_csv() -> flask.Response:
        choices = _asked_for()
        try:
            comparison = comparisons.comparison(owner(), choices)
            simulated = choices.design is not None
            name = FILE_NAME if simulated else comparisons.workspace.get(owner(), choices.token).name
        except UnknownDataset as error:
            raise NotFound(str(error)) from error
        except (BlupboardError, ValueError) as error:
            raise BadRequest(str(error)) from error
        return _download(csv_lines(comparison), f"{name.rsplit('.', 1)[0]}-groups.csv")

    def simulated_csv() -> flask.Response:
        design = _asked_for().design
        if design is None:
            raise BadRequest(_INCOMPLETE)
        try:
            return _download(csv_pieces(comparisons.simulated(design)), FILE_NAME)
        except BlupboardError as error:
            raise BadRequest(str(error)) from error

    server.add_url_rule("/export/groups.csv", "groups_csv", groups_csv)
    server.add_url_rule("/export/simulated.csv", "simulated_csv", simulated_csv)


def _asked_for() -> Choices:
    try:
        choices = Choices.from_json(json.loads(flask.request.args.get("choices", "")))
    except (ValueError, RecursionError) as error:
        raise BadRequest(_INCOMPLETE) from error
    if choices is None:
        raise BadRequest(_INCOMPLETE)
    return choices


def _download(pieces: Iterator[bytes], name: str) -> flask.Response:
    response = flask.Response(pieces, mimetype="text/csv")
    response.headers["Content-Disposition"] = attachment(name)
    return response


def attachment(name: str) -> str:
    """The header that gives a download its name; a header itself holds only ASCII (RFC 6266)."""
    plain = re.sub(r"[^ !#-\[\]-~]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def csv_lines(comparison: Comparison) -> Iterator[bytes]:
    """The file in pieces: UTF-8, text cells guarded, every digit of the numbers."""
    yield _written([TIDY_COLUMNS])
    for result in comparison.succeeded:
        columns = group_columns(comparison.data, result)
        columns["group"] = [guarded(label) for label in columns["group"]]
        lines = list(zip(*columns.values(), strict=True))
        for start in range(0, len(lines), _LINES):
            yield _written([(result.id, *line) for line in lines[start : start + _LINES]])


def guarded(text: str) -> str:
    """The text with a quote in front where a spreadsheet would calculate it."""
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _written(lines: list[tuple[object, ...]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    return buffer.getvalue().encode()

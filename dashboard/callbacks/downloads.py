"""Downloads: the tidy columns as a CSV that is safe to open in a spreadsheet, and the rows of a source."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import flask
from dash import Output
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from dashboard.pages import ids
from dashboard.pages.header import rows_entry
from dashboard.scene.rank_spread import ranking_series, ranks_in_data_order
from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.session.lesson import lesson_lines
from dashboard.session.running_scorecards import SEED
from dashboard.storage.errors import UnknownDataset, WorkspaceError
from dashboard.words.csv_text import FOR_SPREADSHEETS, csv_block, csv_of_lines
from dashboard.words.ranks import rank_columns
from dashboard.words.risk_csv import risk_lines
from dashboard.words.table_csv import table_csv
from dashboard.words.tidy_csv import tidy_csv
from estimators import BlupboardError
from estimators.inference.summary import rank_lines
from estimators.risk.scorecard import scorecard_dict

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.running_studies import RunningStudies

_LONGEST_QUERY = 6_000
"""Characters of an address that every browser and proxy takes."""
INCOMPLETE = "The address of this download is incomplete; start it from the page."


TABLE_ADDRESS = "/export/table.csv"
GROUPS_ADDRESS = "/export/groups.csv"
ROWS_ADDRESS = "/export/rows.csv"
RISK_ADDRESS = "/export/risk.csv"
SCORECARD_ADDRESS = "/export/scorecard.json"
LESSON_ADDRESS = "/export/lesson.csv"


def install(server: flask.Flask, comparisons: Comparisons, studies: RunningStudies) -> None:
    """Add the downloads, for the session that owns the data.

    TABLE_ADDRESS with ``?choices=...`` gives the page's table, with ``&table=...`` in the grid's order;
    GROUPS_ADDRESS a line for each group and method, with ``&ranks=1`` how sure the ranks are besides;
    ROWS_ADDRESS the rows, where the source has a file of them. RISK_ADDRESS gives the session's study,
    SCORECARD_ADDRESS its scorecard, LESSON_ADDRESS the lesson's four data sets.
    """
    server.add_url_rule(TABLE_ADDRESS, "table_csv", lambda: _table_csv(comparisons))
    server.add_url_rule(RISK_ADDRESS, "risk_csv", lambda: _risk_csv(studies))
    server.add_url_rule(SCORECARD_ADDRESS, "scorecard_json", lambda: _scorecard_json(comparisons))
    server.add_url_rule(LESSON_ADDRESS, "lesson_csv", _lesson_csv)
    server.add_url_rule(GROUPS_ADDRESS, "groups_csv", lambda: _groups_csv(comparisons))
    server.add_url_rule(ROWS_ADDRESS, "rows_csv", lambda: _rows_csv(comparisons))


OUTPUTS = {
    "download_csv": Output(ids.DOWNLOAD_CSV, "href"),
    "download_tidy": Output(ids.DOWNLOAD_TIDY, "href"),
    "download_ranks": Output(ids.DOWNLOAD_RANKS, "href"),
    "download_rows": Output(ids.DOWNLOAD_ROWS, "children"),
}
"""What the menu offers."""


def addresses(comparisons: Comparisons, choices: Choices) -> dict[str, str | Component | None]:
    """Relative to the page, of the table, and of all methods without and with ranks; the entry for rows."""
    query = choices_query(choices)
    try:
        rows = comparisons.source(owner(), choices).rows()
    except WorkspaceError:
        rows = None  # the data have gone meanwhile, which the comparison's own callback says
    entry = None if rows is None else rows_entry(rows.label, f"{ROWS_ADDRESS[1:]}{query}")
    tidy = f"{GROUPS_ADDRESS[1:]}{query}"
    return {
        "download_csv": f"{TABLE_ADDRESS[1:]}{query}",
        "download_tidy": tidy,
        "download_ranks": f"{tidy}&ranks=1",
        "download_rows": entry,
    }


def _table_csv(comparisons: Comparisons) -> flask.Response:
    choices = requested_choices(comparisons)
    try:
        table = json.loads(flask.request.args.get("table", "{}"))
        if not isinstance(table, dict):
            raise BadRequest(INCOMPLETE)
        pieces = table_csv(comparisons.scene(owner(), choices), table)
        name = comparisons.source(owner(), choices).describe().file_name
        return _download(_resumed(next(pieces), pieces), f"{name.rsplit('.', 1)[0]}-table.csv")
    except UnknownDataset as error:
        raise NotFound(str(error)) from error
    except RecursionError as error:
        raise BadRequest(INCOMPLETE) from error
    except (BlupboardError, ValueError) as error:
        raise BadRequest(str(error)) from error


def _risk_csv(studies: RunningStudies) -> flask.Response:
    snapshot = studies.look(owner())
    if snapshot is None or snapshot.report is None:
        raise NotFound("There is no study to save yet; press Run first.")
    return _download(iter([csv_of_lines(risk_lines(snapshot.report))]), "risk.csv")


def _scorecard_json(comparisons: Comparisons) -> flask.Response:
    run = comparisons.scorecards.look(owner())
    if run is None or len(run.cards) < run.total:
        raise NotFound("There is no whole scorecard to save yet; press Fill in on the Risk page first.")
    found = scorecard_dict(run.estimator, run.options, run.cards, seed=SEED, level=run.level)
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    return _download(iter([text.encode()]), f"scorecard-{run.estimator.id}.json", "application/json")


def _lesson_csv() -> flask.Response:
    return _download(iter([csv_block(lesson_lines())]), "lesson.csv")


def choices_query(choices: Choices) -> str:
    """The choices as part of an address, or where to find them: thousands of labels left out fit in none."""
    plain = quote(json.dumps(choices.to_json()))
    if len(plain) <= _LONGEST_QUERY:
        return f"?choices={plain}"
    return f"?kept={quote(choices.source.token)}&digest={_digest(choices)}"


def _digest(choices: Choices) -> str:
    return hashlib.sha256(json.dumps(choices.to_json()).encode()).hexdigest()


def _groups_csv(comparisons: Comparisons) -> flask.Response:
    choices = requested_choices(comparisons)
    try:
        comparison = comparisons.comparison(owner(), choices)
        asked = flask.request.args.get("ranks")
        ranks = ranks_of(comparisons.scene(owner(), choices)) if asked else {}
        name = comparisons.source(owner(), choices).describe().file_name
    except UnknownDataset as error:
        raise NotFound(str(error)) from error
    except (BlupboardError, ValueError) as error:
        raise BadRequest(str(error)) from error
    return _download(tidy_csv(comparison, FOR_SPREADSHEETS, ranks), f"{name.rsplit('.', 1)[0]}-groups.csv")


def ranks_of(scene: Scene) -> dict[str, list[Any]]:
    """How sure the ranks are as columns beside the tidy ones, None where a method says nothing.

    Raises:
        DataError: the standard deviations differ too much in size.

    """
    comparison = scene.comparison
    lines = {
        series.id: {"ranks": rank_lines(comparison.data, ranks)}
        for series in ranking_series(scene)
        if (ranks := ranks_in_data_order(scene, series)) is not None
    }
    return rank_columns(comparison, lines)


def _rows_csv(comparisons: Comparisons) -> flask.Response:
    try:
        rows = comparisons.source(owner(), requested_choices(comparisons)).rows()
        if rows is None:
            raise BadRequest(INCOMPLETE)
        pieces = rows.pieces()
        # what is wrong is found before the first piece: from there on the answer is under way
        first = next(pieces)
        return _download(_resumed(first, pieces), rows.name)
    except UnknownDataset as error:
        raise NotFound(str(error)) from error
    except (BlupboardError, ValueError) as error:
        raise BadRequest(str(error)) from error


def _resumed(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """All pieces; unlike a chain it is closed with the answer, and what the pieces hold open with it."""
    yield first
    yield from pieces


def requested_choices(comparisons: Comparisons) -> Choices:
    """The choices that the address holds, or that were kept when it was made."""
    asked = flask.request.args
    try:
        if "kept" in asked:
            given: object = comparisons.workspace.load_choices(owner(), asked["kept"])
        else:
            given = json.loads(asked.get("choices", ""))
        choices = Choices.from_json(given)
    except UnknownDataset as error:
        raise NotFound(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise BadRequest(INCOMPLETE) from error
    if choices is None:
        raise BadRequest(INCOMPLETE)
    if "kept" in asked and _digest(choices) != asked.get("digest"):
        raise Conflict("What is chosen has changed since; start this download from the page again.")
    return choices


def _download(pieces: Iterator[bytes], name: str, mimetype: str = "text/csv") -> flask.Response:
    response = flask.Response(pieces, mimetype=mimetype)
    response.headers["Content-Disposition"] = attachment(name)
    return response


def attachment(name: str) -> str:
    """The header that gives a download its name; a header itself holds only ASCII (RFC 6266)."""
    plain = re.sub(r"[^ !#-\[\]-~]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

"""Tables of databases that an operator names: chosen by name, reduced where they live, found again."""

from __future__ import annotations

import logging

import pytest
from plotly.io.json import to_json_plotly as to_json

from dashboard.app import create_app
from dashboard.callbacks.database import read_table
from dashboard.figures.page_view import draw_views
from dashboard.ingest import UnreadableFile
from dashboard.ingest.named_connections import NamedConnections, named_connections
from dashboard.pages.comparison import comparison_content
from dashboard.pages.layout import layout
from dashboard.plugin_host.collect_plugins import collect
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.connected_table import ChosenTable
from dashboard.session.first_choices import session_start
from dashboard.session.sources import SourceControls
from dashboard.storage.errors import UnknownDataset
from dashboard.storage.workspace import Workspace
from dashboard.words.comparison import rows_used
from estimators import DataError, GroupData, build_registry
from tests.components import text_of
from tests.dashboard.page_requests import CALLBACK, SAME_SITE, callback_bodies
from tests.databases import AWKWARD, duckdb_address, dyestuff_rows, sqlite_address

pytestmark = [
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis of DuckDB
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning"),  # of SQLite
]
FORM = {"connection": "lab", "table": "measured", "outcome": "Yield", "group": "Batch", "asked": 1}


@pytest.fixture(params=[duckdb_address, sqlite_address], ids=["duckdb", "sqlite"])
def address(request, tmp_path):
    return request.param(tmp_path)


@pytest.fixture
def comparisons(address, tmp_path):
    connections = NamedConnections({"lab": address, "gone": "duckdb:///nowhere/no.duckdb"})
    registry = collect(entry_points=False)
    samples = {sample.id: sample.file for sample in registry.samples.values()}
    workspace = Workspace(tmp_path / "kept", samples=samples)
    return Comparisons(workspace, registry, connections=connections)


def choices(comparisons, **changed):
    on = tuple(comparisons.registry)
    return Choices(ChosenTable(**{**FORM, **changed}), on)


@pytest.mark.slow
def test_a_table_on_the_page_gives_the_answer_of_its_rows_in_every_view(comparisons):
    opened, held, problem = read_table(comparisons, "ann", FORM)
    assert problem is None
    assert (opened["token"], held) == ("connected", FORM)
    asked = choices(comparisons)
    source, scene = comparisons.source("ann", asked), comparisons.scene("ann", asked)
    labels, values = zip(*dyestuff_rows(), strict=True)
    want = GroupData.from_arrays(values, labels)
    assert source.groups().mean == pytest.approx(want.mean, rel=1e-13)
    assert source.facts() == ("30 rows", "6 batches", "in lab")
    drawings = draw_views(comparisons.views, scene)
    assert all(drawing.figure for drawing in drawings.values())
    content = comparison_content(comparisons, asked, source, scene)
    assert (content["connected_used"], content["roles"]) == ("All 30 rows used", True)
    assert rows_used(source.groups()) == "All 30 rows used"
    assert b"".join(source.rows().pieces()).splitlines()[:2] == [b"group,outcome", b"A,1545.0"]
    scripts = source.script(scene.comparison)
    assert all("measured-rows.csv" in text for text in (scripts.r, scripts.python, scripts.statsmodels))


@pytest.mark.slow_cases
def test_a_key_of_each_row_is_no_group(comparisons, monkeypatch):
    monkeypatch.setattr("dashboard.ingest.named_connections.MOST_GROUPS", 5)
    with pytest.raises(UnreadableFile, match="'Batch' has 6 different values, and up to 5 groups"):
        comparisons.source("ann", choices(comparisons)).groups()


@pytest.mark.parametrize("form", [{}, {**FORM, "asked": float("inf")}, {**FORM, "asked": True}, {"table": 1}])
def test_a_garbled_form_is_refused_in_a_sentence(form):
    with pytest.raises(DataError, match="Choose a database"):
        ChosenTable.from_controls(SourceControls("connected", connected=form))
    with pytest.raises((KeyError, TypeError, ValueError)):
        ChosenTable.from_json({"connected": form})


@pytest.mark.slow_cases
def test_it_is_read_once_and_anew_when_it_is_asked_for_again(comparisons, address):
    first = comparisons.source("ann", choices(comparisons))
    assert first.groups().total == 30
    assert comparisons.source("bob", choices(comparisons)) is first
    again = comparisons.source("ann", choices(comparisons, asked=2))
    assert again is not first
    assert again.key != first.key
    assert choices(comparisons).source.selection_key == choices(comparisons, asked=2).source.selection_key


@pytest.mark.slow
def test_a_session_finds_its_table_again_until_the_operator_names_it_no_more(comparisons):
    read_table(comparisons, "ann", FORM)
    comparisons.workspace.save_choices("ann", "connected", choices(comparisons).to_json())
    start = session_start(comparisons, "ann", "sample-schools", prefer=False)
    assert start.source == ChosenTable(**FORM)
    page = to_json(layout(comparisons, "ann", start))
    assert '"value":"measured"' in page
    without = Comparisons(comparisons.workspace, comparisons.registry)
    assert session_start(without, "ann", "sample-schools", prefer=False).source.token == "sample-schools"
    with pytest.raises(UnknownDataset):
        start.source.open(without.holdings, "ann")
    assert "Database" not in text_of(
        layout(without, "ann", session_start(without, "ann", "sample-schools", prefer=True))
    )


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"table": ""}, "Choose a database, a table"),
        ({"table": "other"}, "no table 'other'"),
        ({"table": "measured; drop table measured"}, "no table"),
        ({"table": "sqlite_schema"}, "no table"),
        ({"table": "information_schema.tables"}, "no table"),
        ({"outcome": "Batch"}, "choose two different columns"),
        ({"outcome": "Batch", "group": "n"}, "holds"),
        ({"outcome": '"Yield" from measured; --'}, "no column"),
        ({"connection": "gone"}, "is not there any more"),
        ({"connection": "else"}, "no connection 'else'"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_nothing_is_opened(comparisons, changed, sentence):
    if changed.get("connection") == "else":
        with pytest.raises(UnreadableFile, match=sentence):
            comparisons.holdings.connections.tables("else")
        return
    opened, held, problem = read_table(comparisons, "ann", {**FORM, **changed})
    assert sentence in text_of(problem)
    assert "/nowhere" not in text_of(problem)
    assert comparisons.workspace.current("ann") is None
    assert not isinstance(opened, dict)
    assert not isinstance(held, dict)


@pytest.mark.slow_cases
def test_awkward_names_are_offered_and_quoted(comparisons):
    connections = comparisons.holdings.connections
    assert {"measured", AWKWARD} <= set(connections.tables("lab"))
    columns = {column.name: column.is_number for column in connections.columns("lab", AWKWARD)}
    assert columns == {AWKWARD: False, "a b": True}
    form = {**FORM, "table": AWKWARD, "outcome": "a b", "group": AWKWARD}
    assert read_table(comparisons, "ann", form)[2] is None


@pytest.mark.slow_cases
def test_rows_past_a_number_stay_in_the_database_and_the_view_says_so(comparisons, monkeypatch):
    monkeypatch.setattr("dashboard.ingest.named_connections.MOST_ROWS", 29)
    scene = comparisons.scene("ann", choices(comparisons))
    drawings = draw_views(comparisons.views, scene)
    assert [name for name, drawing in drawings.items() if not drawing.figure] == ["group-rows"]
    assert "30 are more than the 29" in drawings["group-rows"].problem
    source = comparisons.source("ann", choices(comparisons))
    with pytest.raises(DataError, match="the rows stay in the database"):
        source.rows().pieces()


@pytest.mark.slow
def test_only_so_many_ask_at_a_time(comparisons, monkeypatch):
    monkeypatch.setattr("dashboard.ingest.named_connections.WAIT_SECONDS", 0.01)
    connections = comparisons.holdings.connections
    with (
        connections._turn(),
        connections._turn(),
        pytest.raises(UnreadableFile, match="keep the databases busy"),
    ):
        connections.tables("lab")
    assert connections.tables("lab")


def test_what_an_operator_writes_is_checked_and_never_repeated(monkeypatch):
    monkeypatch.setenv("DATABASE", "postgresql://me:secret@db/school")
    found = named_connections(("school=${DATABASE}", "lab = duckdb:///srv/lab.duckdb"), 5)
    assert found.names == ("school", "lab")
    assert "secret" not in repr(found)
    for wrong in (
        "duckdb:///srv/lab.duckdb",
        "=duckdb:///x",
        "a=",
        "a=postgresql://me:secret@db/school",
        "a=mysql://h",
    ):
        with pytest.raises(UnreadableFile) as error:
            named_connections((wrong,), 5)
        assert "secret" not in str(error.value)
    with pytest.raises(UnreadableFile, match="twice"):
        named_connections(("a=duckdb:///x", "a=duckdb:///y"), 5)


def test_a_password_shows_neither_on_the_page_nor_in_the_log(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("DATABASE", "postgresql://me:secret@127.0.0.1:1/school")
    pytest.importorskip("psycopg")
    comparisons = Comparisons(
        Workspace(tmp_path),
        build_registry(entry_points=False),
        connections=named_connections(("school=${DATABASE}",), 5),
    )
    with caplog.at_level(logging.DEBUG), pytest.raises(UnreadableFile, match="The database says") as error:
        comparisons.holdings.connections.tables("school")
    assert "secret" not in f"{error.value} {caplog.text}"


@pytest.mark.slow
def test_the_requests_of_the_page_are_answered(tmp_path):
    connections = NamedConnections({"lab": duckdb_address(tmp_path)})
    client = create_app(data_dir=tmp_path / "kept", connections=connections).server.test_client()
    tables = [body for body in callback_bodies(client) if body["output"].startswith("..connected-table.data")]
    [body] = tables
    for one in body["inputs"]:
        if one["id"] == "sources":
            one["value"] = "database"
    answer = client.post(CALLBACK, json=body, headers=SAME_SITE)
    assert answer.status_code == 200
    offered = answer.json["response"]["connected-table"]["data"]
    assert {"measured", AWKWARD, "other.rest"} == {option["value"] for option in offered}

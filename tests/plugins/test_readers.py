"""Files that a plugin reads: told by their names, made Parquet on the way in; what goes wrong is said."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dashboard.ingest import Table, UnreadableFile, reduce_file, reduce_table, store_table
from dashboard.ingest.plugin_kinds import kind_of
from dashboard.plugin_host.collect_plugins import collect
from dashboard.plugin_host.file_kinds import foreign_kinds
from dashboard.scripts.file_rows import FileRows
from dashboard.scripts.python_code import python_script
from dashboard.scripts.r_code import r_script
from dashboard.session.choices import Choices
from dashboard.session.comparisons import Comparisons
from dashboard.session.stored_file import ChosenColumns
from dashboard.storage.workspace import Workspace
from estimators import Reader, Source, build_registry, compare
from tests.scenes import BUILT_IN
from tests.scripts import run_python

TEXT = "a 1\na 2.5\nb 4\nb 6\nc 0\n"
MEANS = {"a": 1.75, "b": 5.0, "c": 0.0}


def columns(path):
    lines = [line.split() for line in Path(path).read_text().splitlines()]
    return {"g": [g for g, _ in lines], "y": [float(y) for _, y in lines]}


FRAMES = {
    "pandas": lambda path: pd.DataFrame(columns(path), index=list("vwxyz")),
    "polars": lambda path: pl.DataFrame(columns(path)),
    "lazy": lambda path: pl.LazyFrame(columns(path)),
    "arrow": lambda path: pa.table(columns(path)),
}
PAIRS = pa.table({"g": ["a", "b"] * 3, "y": [1.5] * 6})
LINES = Reader("lines", "list of lines", (".lines", ".LNS"), FRAMES["polars"])


def kinds(*readers):
    return foreign_kinds(collect(entry_points=False, plugins=readers))


def put(folder, name="data.lines", text=TEXT):
    path = folder / name
    path.write_text(text)
    return path


def stored(folder, reader=LINES, name="data.lines", text=TEXT):
    """As an upload is: it lies on disk under a name without an end."""
    return store_table(
        put(folder, "upload", text), name=name, target=folder / "stored.parquet", kinds=kinds(reader)
    )


def refusal(folder, reader, **more):
    with pytest.raises(UnreadableFile) as refused:
        stored(folder, reader, **more)
    return str(refused.value)


def means(data):
    return dict(zip(data.labels.tolist(), data.mean.tolist(), strict=True))


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", FRAMES)
def test_any_frame_goes_the_ordinary_way(tmp_path, kind):
    reader = replace(LINES, read=FRAMES[kind])
    table = stored(tmp_path, reader)
    assert [(c.name, c.kind) for c in table.columns] == [("g", "text"), ("y", "number")]
    assert (table.rows, table.layout, table.reader) == (5, None, "lines")
    assert means(reduce_table(table, outcome="y", group="g")) == MEANS
    straight = reduce_file(put(tmp_path), outcome="y", group="g", kinds=kinds(reader))
    assert means(straight) == MEANS
    assert straight.rows.outcome.tolist() == columns(put(tmp_path))["y"]


@pytest.mark.parametrize("name", ["data.lines", "DATA.LINES", "x.csv.Lns"])
def test_capitals_do_not_matter_and_the_reader_finds_the_end_it_knows(tmp_path, name):
    seen = []
    reader = replace(LINES, read=lambda path: seen.append(path.name) or FRAMES["arrow"](path))
    assert stored(tmp_path, reader, name).rows == 5
    assert seen[0].endswith((".lines", ".LNS"))
    assert not list(tmp_path.glob("ingest-*"))


def test_the_longest_end_wins():
    one, two = kinds(replace(LINES, suffixes=(".b",)), replace(LINES, id="long", suffixes=(".a.b",)))
    assert kind_of("x.A.B", (one, two)) == (two, ".a.b")
    assert kind_of("x.b", (one, two)) == (one, ".b")
    assert kind_of("x.csv", (one, two)) is None


def test_what_a_reader_knows_is_not_refused_as_foreign(tmp_path):
    workbook = "%PDF-1.7 not really"
    assert "is a PDF document" in refusal(tmp_path, LINES, name="data.pdf", text=workbook)
    reader = replace(LINES, suffixes=(".pdf",), read=lambda _path: PAIRS)
    assert stored(tmp_path, reader, "data.pdf", workbook).rows == 6


def fails_with(error):
    def read(_path):
        raise error

    return read


NO_FRAME = "it gives a str, not a frame (pandas, Polars, PyArrow, ...)"
FAULTS = {
    "says why": (fails_with(ValueError("line 3\nis odd")), "line 3 is odd"),
    "raises": (fails_with(KeyError("sheet")), "KeyError: 'sheet'"),
    "exits": (fails_with(SystemExit(3)), "SystemExit: 3"),
    "gives no frame": (Path.read_text, NO_FRAME),
    "gives nothing": (lambda _path: None, NO_FRAME.replace("str", "NoneType")),
    "no columns": (lambda _path: pa.table({}), "its table has no columns"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_in_a_reader_is_said_in_a_sentence(tmp_path, fault):
    read, words = FAULTS[fault]
    said = refusal(tmp_path, replace(LINES, read=read))
    assert said == f"data.lines could not be read as a list of lines by the plugin Reader: {words}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["upload"]


@pytest.mark.parametrize(
    ("label", "article"), [("SPSS file", "an"), ("Stata file", "a"), ("Excel workbook", "an"), ("DBF", "a")]
)
def test_the_article_fits(tmp_path, label, article):
    said = refusal(tmp_path, replace(LINES, label=label, read=fails_with(ValueError("no"))))
    assert f"read as {article} {label} by" in said


def test_a_table_without_an_outcome_is_refused_like_any_other(tmp_path):
    reader = replace(LINES, read=lambda _path: pa.table({"g": ["a", "b"]}))
    assert "could not be read" not in refusal(tmp_path, reader)


def test_a_missing_file_is_missing_whoever_reads_it(tmp_path):
    with pytest.raises(FileNotFoundError):
        reduce_file(tmp_path / "none.lines", outcome="y", group="g", kinds=kinds(LINES))


# Who may read what


@pytest.mark.parametrize(
    ("suffix", "known"),
    [
        (".csv", ".csv"), (".CSV", ".csv"), (".my.txt", ".txt"), (".gz", ".gz"), (".csv.gz", ".gz"),
        (".parquet", ".parquet"), (".zip", ".zip"),
    ],
)  # fmt: skip
def test_what_blupboard_reads_itself_is_no_readers(suffix, known):
    registry = build_registry(entry_points=False, plugins=[replace(LINES, suffixes=(".ok", suffix))])
    assert dict(registry.readers) == {}
    (failure,) = registry.failures
    assert f"the suffix {suffix!r} of the reader lines is no new one" in failure.reason
    assert f"blupboard reads {known} itself" in failure.reason


@pytest.mark.parametrize("suffix", [".a/b", ".a b", "..\\x", "."])
def test_an_end_that_is_no_part_of_a_name_is_refused(suffix):
    registry = build_registry(entry_points=False, plugins=[replace(LINES, suffixes=(suffix,))])
    assert "must be text that starts with a dot" in registry.failures[0].reason


def test_a_packed_kind_of_its_own_is_allowed():
    registry = build_registry(entry_points=False, plugins=[replace(LINES, suffixes=(".lines.gz",))])
    assert list(registry.readers) == ["lines"]


def test_the_first_reader_of_an_end_keeps_it():
    registry = build_registry(
        entry_points=False, plugins=[LINES, replace(LINES, id="again", suffixes=(".new", ".Lines"))]
    )
    assert list(registry.readers) == ["lines"]
    (failure,) = registry.failures
    assert failure.reason == (
        "the suffix '.lines' is taken by the reader lines of the object Reader, "
        "so the reader again of the object Reader is left out"
    )
    assert failure.mend == "leave out one of the two plugins"


# What is kept, and what is exported


def test_a_table_remembers_its_reader_and_older_ones_are_read(tmp_path):
    table = stored(tmp_path)
    fields = json.loads(json.dumps(table.to_json()))
    assert Table.from_json(fields, table.path) == table
    del fields["reader"]
    assert Table.from_json(fields, table.path) == replace(table, reader=None)


PLUGIN = """
import pandas
from pathlib import Path
from estimators import Reader, hookimpl

def read(path):
    return pandas.read_csv(path, sep=" ", names=["g", "y"])

@hookimpl
def register_readers():
    return [Reader("lines", "list of lines", (".lines",), read)]
"""


@pytest.fixture
def shelf(tmp_path):
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "liner.py").write_text(PLUGIN)
    return folder


@pytest.mark.slow
def test_the_python_script_reads_the_file_with_the_plugin(tmp_path, shelf):
    path = put(tmp_path)
    data = reduce_file(
        path, outcome="y", group="g", kinds=foreign_kinds(collect([shelf], entry_points=False))
    )
    comparison = compare(data, [BUILT_IN["ols"]])
    rows = FileRows(path.name, "y", "g", reader="lines", plugins_dirs=(str(shelf),))
    script = python_script(comparison, rows)
    got, _ = run_python(script, tmp_path)
    assert got == json.loads(comparison.tidy().to_json())


def test_the_r_script_asks_for_the_rows_as_used(tmp_path):
    comparison = compare(reduce_table(stored(tmp_path), outcome="y", group="g"), [BUILT_IN["ols"]])
    script = r_script(comparison, FileRows("data.lines", "y", "g", reader="lines", plugins_dirs=("shelf",)))
    command = "blupboard rows --plugins-dir=shelf --outcome=y --group=g --output=data-rows.csv -- data.lines"
    assert f"#   {command}\n" in script
    assert 'read.csv(\n  "data-rows.csv"' in script


def test_the_page_exports_code_for_such_a_file(tmp_path):
    registry = collect(entry_points=False, plugins=[LINES])
    workspace = Workspace(
        tmp_path / "root",
        store=lambda source, *, name, target, reading: store_table(
            source, name=name, target=target, reading=reading, kinds=foreign_kinds(registry)
        ),
    )
    comparisons = Comparisons(workspace, registry)
    token = workspace.receive("ann", "a.lines", io.BytesIO(TEXT.encode()), None).token
    choices = Choices(ChosenColumns(token, "y", "g"), ("ols",))
    scripts = comparisons.source("ann", choices).script(comparisons.comparison("ann", choices))
    assert '"a-rows.csv"' in scripts.r
    assert "'a-rows.csv'" in scripts.statsmodels
    assert "kinds = foreign_kinds(build_registry())" in scripts.python


# The command line


def test_the_command_line_reads_with_a_plugin(blupboard, shelf, tmp_path):
    path = put(tmp_path)
    ask = ("compare", path, "--outcome", "y", "--group", "g", "--format", "json", "--plugins-dir", shelf)
    done = blupboard(*ask)
    assert (done.code, done.err) == (0, "")
    (own,) = [fit for fit in done.json["fits"] if fit["estimator"] == "ols"]
    assert [round(group["estimate"], 9) for group in own["groups"]] == list(MEANS.values())
    path.write_text("a x\n" * 4)
    (shelf / "liner.py").write_text(PLUGIN.replace("return", "raise KeyError('no')\n    return", 1))
    done = blupboard(*ask)
    assert done.code == 2
    assert "data.lines could not be read as a list of lines by the plugin liner: KeyError: 'no'" in done.err


def test_what_a_reader_prints_stays_out_of_the_answer(blupboard, shelf, tmp_path):
    (shelf / "liner.py").write_text(PLUGIN.replace("return pandas", "print('hello')\n    return pandas"))
    done = blupboard(
        "compare", put(tmp_path), "--outcome", "y", "--group", "g", "--format", "json", "--plugins-dir", shelf
    )
    assert done.json
    assert "plugin liner printed: hello" in done.err


def test_a_source_says_which_plugin_reads(shelf):
    registry = collect([shelf], entry_points=False)
    (kind,) = foreign_kinds(registry)
    assert (kind.plugin, kind.label, kind.suffixes) == ("liner", "list of lines", (".lines",))
    assert registry.source_of(registry.readers["lines"]) == Source("liner", str(shelf / "liner.py"))

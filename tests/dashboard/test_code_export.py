"""The exported scripts run as shown: Python against ``compare``, R against lme4 where it is.

The R texts are stored, so that they are held where R is not. ``python -m tests.dashboard.test_code_export``
writes them anew; do so only where Rscript and lme4 then run them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import estimators
from dashboard.ingest import reduce_file
from dashboard.scripts.code_export import TextLayout, python_script, r_script
from estimators import Estimator, GroupData, GroupFit, compare, option
from tests.oracles import STORED_METHODS
from tests.scripts import r_with_lme4, run_python, run_r

STORED = Path(__file__).parents[1] / "data" / "code_export"


@dataclass(frozen=True)
class Case:
    """A file and what to say about it."""

    name: str
    text: str
    file_name: str = "scores.csv"
    outcome: str = "score"
    group: str = "school"
    layout: TextLayout = field(default_factory=TextLayout)
    encoding: str = "utf-8"
    columns: tuple[str, ...] = ()


def table(labels, sizes=(3, 5, 2, 4, 1), head="school,score", seed=1):
    """CSV text with the labels as they are written in the file; numbers vary between and within groups."""
    random = np.random.default_rng(seed)
    lines = [head]
    for label, size in zip(labels, sizes, strict=True):
        level = random.normal(20, 5)
        lines += [f"{label},{level + value:.4f}" for value in random.normal(0, 3, size)]
    return "\n".join(lines) + "\n"


PLAIN = table("ABCDE")
AWKWARD_LABELS = table(["01", "1", "NA", '"say ""hi"", <b>=1+1\nnext"', '"Zürich, Ωmega 🎲"'])
MISSING_WORDS = PLAIN + "A,NA\nB,n/a\nC,.\nD,-\nE,\nA,what\nB,0x10\nC,1e400\nD,inf\n ,5\n,6\nB, 7.5 \nA,1d3\n"
THOUSANDS = {
    "Ulm": ("977,17", "1.009,07", "1.012"),
    "Bonn": ("988,1", "1.001,25", "995"),
    "Kiel": ("1.100,5", "1.030,0", "1.050"),
    "Jena": ("2.000,5", "1.999,0", "1.990"),
}
CASES = (
    Case("plain", PLAIN),
    Case("labels", AWKWARD_LABELS),
    Case("missing", MISSING_WORDS),
    Case(
        "names",
        table("ABCDE", head='"the ""group"" \\ of\nall","y\'s\tnumber, ütf 🎲"'),
        file_name='it\'s "a" file, ü.csv',
        outcome="y's\tnumber, ütf 🎲",
        group='the "group" \\ of\nall',
    ),
    Case(
        "german",
        "schule;note\n" + PLAIN.split("\n", 1)[1].replace(",", ";").replace(".", ","),
        outcome="note",
        group="schule",
        layout=TextLayout(delimiter=";", decimal=","),
    ),
    Case(
        "thousands",
        "plant;amount\n" + "".join(f"{p};{a}\n" for p, amounts in THOUSANDS.items() for a in amounts),
        outcome="amount",
        group="plant",
        layout=TextLayout(delimiter=";", decimal=",", thousands=True),
    ),
    Case("tabs", PLAIN.replace(",", "\t"), file_name="scores.tsv", layout=TextLayout(delimiter="\t")),
    Case(
        "latin1",
        table(["é", "ü", "ñ", "å", "ø"]),
        encoding="latin-1",
        layout=TextLayout(encoding="windows-1252"),
    ),
    Case("bom", PLAIN, encoding="utf-8-sig", layout=TextLayout(encoding="UTF-8-BOM")),
    Case("remarks", "# one\n# two\n" + PLAIN, layout=TextLayout(lines_above=2)),
    Case(
        "twice",
        table("ABCDE", head="score,score"),
        outcome="score (column 2)",
        group="score (column 1)",
        columns=("score (column 1)", "score (column 2)"),
    ),
    Case("boundary", "school,score\n" + "".join(f"{g},{v}\n" for g in "ABCD" for v in (1, 5, 9.5))),
    Case("one_group", "school,score\nA,1\nA,2.5\n"),
    Case(
        "no_spread_within",
        "school,score\n" + "".join(f"{g},{v}\n" * 3 for g, v in zip("ABCD", (1, 2, 4, 9), strict=True)),
    ),
    Case("all_equal", "school,score\n" + "".join(f"{g},7\n" for g in "AABBCCDD")),
    Case(
        "many_groups",
        "school,score\n" + "".join(f"g{i},{(i * 37 + k * 11) % 101}\n" for i in range(300) for k in (0, 1)),
    ),
)
BY_NAME = {case.name: case for case in CASES}


def place(case, folder):
    path = folder / case.file_name
    path.write_bytes(case.text.encode(case.encoding))
    return path


def compared(case, path, **settings):
    data = reduce_file(path, outcome=case.outcome, group=case.group)
    return compare(data, STORED_METHODS, **settings)


def r_text(case, comparison):
    return r_script(
        comparison,
        file_name=case.file_name,
        outcome=case.outcome,
        group=case.group,
        layout=case.layout,
        columns=case.columns,
    )


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """The comparison and script of every case, and the folder where R has run it, if R is there.

    One process runs all scripts, for R and lme4 take seconds to start.
    """
    root = tmp_path_factory.mktemp("r")
    found = {}
    for case in CASES:
        folder = root / case.name
        folder.mkdir()
        comparison = compared(case, place(case, folder))
        found[case.name] = comparison, r_text(case, comparison), folder
        (folder / "script.R").write_text(found[case.name][1], encoding="utf-8")
    run_r(root, [folder for _, _, folder in found.values()])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_the_r_script_is_the_stored_one_and_agrees_where_r_is(name, answers):
    comparison, script, folder = answers[name]
    assert script == (STORED / f"{name}.R").read_text(encoding="utf-8")
    if r_with_lme4() is None:
        return
    data = comparison.data
    printed = (folder / "printed.txt").read_text(encoding="utf-8")
    assert printed.startswith(f"{data.total} of {data.rows_read} rows in {len(data)} groups\n")
    frame = pd.read_csv(folder / "result.txt", dtype={"group": str}, keep_default_na=False)
    assert frame["group"].tolist() == data.labels.tolist()
    assert frame["n"].tolist() == data.n.tolist()
    assert list(frame.columns) == ["group", "n", "raw_mean", *(r.id for r in comparison.succeeded)]
    for result in comparison.succeeded:
        scale = max(float(np.ptp(data.mean)), 1e-3 * float(np.abs(data.mean).max()))
        assert np.abs(frame[result.id] - result.fit.estimate).max() < 1e-5 * scale, result.id


@pytest.mark.slow
@pytest.mark.parametrize("name", ["names", "labels", "german", "missing", "one_group"])
def test_the_python_script_says_what_compare_says(name, tmp_path):
    case = BY_NAME[name]
    comparison = compared(
        case, place(case, tmp_path), level=0.8, options={"reml": {"std_error": "conditional"}}
    )
    script = python_script(comparison, file_name=case.file_name, outcome=case.outcome, group=case.group)
    got, printed = run_python(script, tmp_path)
    assert got == json.loads(comparison.tidy().to_json())
    assert printed.splitlines()[0].split() == list(estimators.TIDY_COLUMNS)
    for result in comparison.failed:
        assert f"{result.label}: {result.message}" in printed


PLUGIN = """
from dataclasses import dataclass
import numpy as np
from estimators import Estimator, GroupFit, hookimpl, option

@dataclass(frozen=True)
class Options:
    toward: float = option(0.0, label="Toward", minimum=-100, maximum=100)

class Half(Estimator):
    id, label, summary, Options = "half", "Half \\n way", "Half way to a number.", Options
    def _fit(self, data, options):
        return GroupFit(estimate=(data.mean + options.toward) / 2)

@hookimpl
def register_estimators():
    return [Half()]
"""


@pytest.mark.slow
def test_the_python_script_finds_plugins_in_their_folders(tmp_path):
    case = BY_NAME["plain"]
    (tmp_path / 'my "plugins"').mkdir()
    (tmp_path / 'my "plugins"' / "half.py").write_text(PLUGIN)
    registry = estimators.build_registry([tmp_path / 'my "plugins"'], entry_points=False)
    data = reduce_file(place(case, tmp_path), outcome="score", group="school")
    comparison = compare(data, [registry["ols"], registry["half"]], options={"half": {"toward": 12.5}})
    script = python_script(
        comparison, file_name="scores.csv", outcome="score", group="school", plugins_dirs=['my "plugins"']
    )
    got, _ = run_python(script, tmp_path)
    assert got == json.loads(comparison.tidy().to_json())


@dataclass(frozen=True)
class ShiftOptions:
    by: float = option(0.0, label="By")


class Shifted(Estimator):
    """A method of somebody else's, with R code that depends on an option."""

    id = "shifted-mean"
    label = 'Shifted\nmean"; quit() #'
    summary = "The mean and a bit."
    Options = ShiftOptions

    def _fit(self, data, options):
        return GroupFit(estimate=data.mean + options.by)

    def r_code(self, data, options):
        return f"\nmeans <- tapply(y, g, mean)\n\nestimate <- as.vector(means) + {options.by!r}\n"


class WithoutR(Shifted):
    id = "without_r"
    label = "Without R"

    def r_code(self, data, options):
        return None


class BrokenR(Shifted):
    id = "broken_r"
    label = "Broken R"

    def r_code(self, data, options):
        raise RuntimeError("no\nidea")


def test_a_method_of_somebody_elses_says_its_own_r_or_a_comment_says_why_not():
    data = GroupData.from_arrays([1.0, 2.0, 4.0], ["a", "a", "b"])
    comparison = compare(data, [Shifted(), WithoutR(), BrokenR()], options={"shifted-mean": {"by": 2.5}})
    script = r_script(comparison, file_name="f.csv", outcome="y", group="g")
    assert 'result[["shifted-mean"]] <- local({\n  means <- tapply(y, g, mean)\n\n  estimate <-' in script
    assert "as.vector(means) + 2.5\n  estimate\n})" in script
    assert '# Shifted mean"; quit() #\n' in script
    assert "# Without R: has no R code\n" in script
    assert "# Broken R: its R code failed with RuntimeError: no idea\n" in script
    assert "lme4" not in script


def test_what_failed_or_needs_a_word_is_said_in_comments():
    alone = compare(GroupData.from_arrays([1.0, 2.0], ["a", "a"]), STORED_METHODS)
    script = r_script(alone, file_name="f.csv", outcome="y", group="g")
    for result in alone.failed:
        assert f"# {result.label}: left out, {result.message}\n" in script
        assert f'"{result.id}"' not in script
    boundary = r_text(
        BY_NAME["boundary"], compare(GroupData.from_arrays([1.0, 5.0, 1.0, 5.0], list("aabb")), ["reml"])
    )
    assert "# Note: The group means lie no further apart than chance" in boundary


@pytest.mark.parametrize("file_name", ["f.parquet", "F.PARQUET"])
def test_parquet_is_read_as_parquet(file_name):
    data = GroupData.from_arrays([1.0, 2.0, 4.0], ["a", "a", "b"])
    script = r_script(compare(data, ["ols"]), file_name=file_name, outcome="y", group="g")
    assert f'arrow::read_parquet("{file_name}")' in script
    assert "read.csv" not in script


@pytest.mark.parametrize(
    ("file_name", "read"),
    [
        ("a.tsv", 'read.csv(\n  "a.tsv",'),
        ("a.TSV.gz", 'read.csv(\n  "a.TSV.gz",'),
        ("a.tsv.zst", 'read.csv(\n  "a.tsv",'),
        ("a.csv.zip", 'read.csv(\n  "a.csv",'),
        ("a.parquet.zst", 'arrow::read_parquet("a.parquet")'),
    ],
)
def test_the_name_of_a_file_says_how_r_reads_it(file_name, read):
    comparison = compare(GroupData.from_arrays([1.0, 2.0], ["a", "b"]), ["ols"])
    script = r_script(comparison, file_name=file_name, outcome="y", group="g")
    assert read in script
    assert ('sep = "\\t"' in script) == (".tsv" in file_name.lower())
    assert ("# Unpack the file first" in script) == file_name.endswith((".zst", ".zip"))


@pytest.mark.parametrize(
    "text", ['"', "\\", "\n", "\r", "\t", "\u202e", "\x7f", "\u00a0", "é", "🎲", "\\n", "{x}"]
)
def test_names_stay_on_their_line_and_inside_their_quotes(text):
    data = GroupData.from_arrays([1.0, 2.0, 4.0], ["a", "a", "b"])
    comparison = compare(data, ["ols"])
    name = f"a{text}b"
    plain = r_script(comparison, file_name="f.csv", outcome="y", group="g")
    awkward = r_script(comparison, file_name="f.csv", outcome=name, group="g")
    assert len(awkward.splitlines()) == len(plain.splitlines())
    assert all(c.isprintable() or c == "\n" for c in awkward)
    script = python_script(comparison, file_name=name, outcome=name, group=name)
    assert all(c.isprintable() or c == "\n" for c in script)
    compile(script, "script", "exec")


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    STORED.mkdir(exist_ok=True)
    for one in CASES:
        with TemporaryDirectory() as scratch:
            text = r_text(one, compared(one, place(one, Path(scratch))))
        (STORED / f"{one.name}.R").write_text(text, encoding="utf-8")

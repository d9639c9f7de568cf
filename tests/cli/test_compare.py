"""``blupboard compare``, clause by clause: what it takes and what it refuses."""

from __future__ import annotations

import gzip

import pytest

from dashboard.ingest.open_source import open_source
from tests.commands import DYESTUFF, ROLES
from tests.ingest.made_files import xlsx

# which estimators, which options


def test_the_named_estimators_come_in_the_order_named_once_each(blupboard):
    done = blupboard(
        "compare", DYESTUFF, *ROLES, "--format", "csv", *("--estimator", "reml", "--estimator", "ols") * 2
    )
    assert [row["estimator"] for row in done.rows] == ["reml"] * 6 + ["ols"] * 6


def test_level_widens_the_intervals(blupboard):
    def width(level):
        done = blupboard(
            "compare", DYESTUFF, *ROLES, "--format", "csv", "--estimator", "ols", "--level", level
        )
        return float(done.rows[0]["conf_high"]) - float(done.rows[0]["conf_low"])

    assert width("0.5") < width("0.95") < width("0.999")
    default = blupboard("compare", DYESTUFF, *ROLES, "--format", "csv", "--estimator", "ols").rows[0]
    assert float(default["conf_high"]) - float(default["conf_low"]) == width("0.95")


def test_std_error_is_that_of_whoever_offers_it(blupboard):
    def errors(*arguments):
        done = blupboard("compare", DYESTUFF, *ROLES, "--format", "csv", *arguments)
        return {row["estimator"]: row["std_error"] for row in done.rows}

    default, conditional = errors(), errors("--std-error", "conditional")
    assert errors("--std-error", "second_order") == default
    changed = {name for name in default if default[name] != conditional[name]}
    assert changed == {"reml", "ml"}
    both = errors("--std-error", "conditional", "--option", "ml.std_error=second_order")
    assert (both["reml"], both["ml"]) == (conditional["reml"], default["ml"])
    assert errors("--option", "reml.std_error=conditional")["reml"] == conditional["reml"]


@pytest.mark.parametrize("level", ["0", "1", "-0.5", "95", "nan", "inf"])
def test_a_level_that_is_none(refused, level):
    assert "--level lies between 0 and 1" in refused("compare", DYESTUFF, *ROLES, "--level", level)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--level", "high"], "--level"),
        (["--std-error", "robust"], "'prediction', 'conditional'"),
        (["--format", "xlsx"], "'table', 'csv', 'json', 'parquet'"),
        (
            ["--estimator", "remI"],
            "there is no estimator 'remI'; there are ols, reml, ml, james_stein, grand_mean",
        ),
        (["--option", "reml.stderr=x"], "reml has no option stderr: it knows std_error, error_spread"),
        (["--option", "grand_mean.x=1"], "grand_mean has no option x: it has none"),
        (
            ["--option", "reml.std_error=robust"],
            "reml.std_error takes one of second_order, prediction, conditional, not 'robust'",
        ),
        (["--option", "nobody.x=1"], "nobody is not among ols, reml, ml, james_stein, grand_mean"),
        (["--estimator", "ols", "--option", "reml.std_error=conditional"], "reml is not among ols"),
        (["--option", "std_error=conditional"], "ID.NAME=VALUE"),
        (["--option", "reml.std_error"], "ID.NAME=VALUE"),
        (["--option", "reml.=conditional"], "ID.NAME=VALUE"),
        (["--option", ""], "ID.NAME=VALUE"),
        (["--sort", "n"], "--sort"),
        (["another.csv"], "another.csv"),
        (["--plugins-dir", "/no/such/folder"], "the plugins folder '/no/such/folder' does not exist"),
    ],
)
def test_wrong_options_are_refused_in_one_sentence(refused, arguments, words):
    assert words in refused("compare", DYESTUFF, *ROLES, *arguments)


# wrong files and columns


def test_a_file_is_asked_for(refused):
    assert "FILE" in refused("compare", *ROLES)


@pytest.mark.parametrize("name", ["yield", "Ertrag", ""])
@pytest.mark.parametrize("role", ["--outcome", "--group"])
def test_a_column_that_is_not_there(refused, role, name):
    roles = dict(zip(ROLES[::2], ROLES[1::2], strict=True)) | {role: name}
    sentence = refused("compare", DYESTUFF, *(part for pair in roles.items() for part in pair))
    assert "column" in sentence
    assert '"Yield"' in sentence


def test_names_match_with_their_spaces(blupboard, file):
    path = file(" y ,y,g\n1,5,a\n2,6,a\n3,9,b\n")
    done = blupboard(
        "compare", path, "--outcome", " y ", "--group", "g", "--estimator", "ols", "--format", "csv"
    )
    assert [float(row["raw_mean"]) for row in done.rows] == [1.5, 3]


def test_outcome_and_group_are_two_columns(refused):
    sentence = refused("compare", DYESTUFF, "--outcome", "Yield", "--group", "Yield")
    assert "two different columns" in sentence


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"g,y\n",
        b"only\n1\n2\n",
        b"g,y\na,1\nb,2,3\n",
        b'g,y\na,1\n"b,2\n',
        b"PK\x03\x04 not a workbook",
        b"\x1f\x8b not compressed",
        b"PAR1 broken",
        bytes(range(256)) * 10,
        b"g,y\na,low\nb,mid\nb,high\n",
        b"g,y\n,1\n,2\n",
        b"g,y\na,NA\nb,.\n",
        b"g,y\na,1e999\n",
        b"g,y\na,1e300\nb,-1e300\n",
    ],
)
def test_a_file_that_cannot_be_used(refused, file, text):
    assert refused("compare", file(text), "--outcome", "y", "--group", "g")


def test_a_file_that_is_not_there(refused, tmp_path):
    assert "nowhere.csv" in refused("compare", tmp_path / "nowhere.csv", *ROLES)
    assert "folder" in refused("compare", tmp_path, *ROLES)


def test_a_file_that_cannot_be_written(refused, tmp_path):
    assert "nowhere" in refused("compare", DYESTUFF, *ROLES, "--output", tmp_path / "nowhere" / "out.csv")
    assert refused("compare", DYESTUFF, *ROLES, "--output", tmp_path)


@pytest.mark.slow
def test_other_files_are_read_as_well(blupboard, file):
    text = "Batch;Yield\n" + "".join(f"{g};{v},5\n" for g in "abc" for v in (1, 2))
    for name, content in (("a.csv", text.encode("utf-16")), ("b.csv.gz", gzip.compress(text.encode()))):
        done = blupboard("compare", file(content, name), *ROLES, "--format", "csv", "--estimator", "ols")
        assert [float(row["raw_mean"]) for row in done.rows] == [2.0, 2.0, 2.0]


def test_one_group_is_enough_for_some(blupboard, refused, file):
    path = file("g,y\na,1\na,2\n")
    done = blupboard("compare", path, "--outcome", "y", "--group", "g")
    assert done.code == 0
    assert "REML BLUP: left out, needs at least 2 groups" in done.out
    assert "James–Stein: left out, needs at least 4 groups" in done.out
    chosen = ["--estimator", "reml", "--estimator", "ml", "--estimator", "james_stein"]
    sentence = refused("compare", path, "--outcome", "y", "--group", "g", *chosen)
    assert sentence == (
        "no estimator could be fitted: REML BLUP, ML BLUP: needs at least 2 groups to tell how much groups "
        "differ; James–Stein: needs at least 4 groups"
    )


@pytest.mark.parametrize("kind", ["xlsx", "txt"])
def test_a_file_that_opens_slowly_is_opened_once_for_its_guess_and_its_rows(
    tmp_path, monkeypatch, blupboard, kind
):
    rows = [["ward", "stay"], *([f"w{i % 3} x", i + 0.5] for i in range(30)), ["w1 x", None]]
    printed = "".join(f"{ward:12}{'' if stay is None else stay:>8}\n" for ward, stay in rows).encode()
    path = tmp_path / f"stays.{kind}"
    path.write_bytes(xlsx(rows, tmp_path) if kind == "xlsx" else printed)
    opened = []

    def counted(*given, **named):
        opened.append(given)
        return open_source(*given, **named)

    for place in ("dashboard.ingest.store_upload", "dashboard.ingest.open_source"):
        monkeypatch.setattr(f"{place}.open_source", counted)
    monkeypatch.setattr("dashboard.ingest.judge_rows.ROWS_HELD", 10)
    guessed = blupboard("compare", path, "--format", "json", "--checks").json
    assert len(opened) == 1
    named = blupboard(
        "compare", path, *("--outcome", "stay", "--group", "ward"), "--format", "json", "--checks"
    )
    roles = guessed.pop("roles")
    assert (roles["outcome"], roles["group"], roles["guessed"]) == ("stay", "ward", True)
    assert guessed == {key: value for key, value in named.json.items() if key != "roles"}

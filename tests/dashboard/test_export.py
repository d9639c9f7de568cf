"""The CSV that the page gives away: the tidy columns to the last digit, and no cell that calculates."""

from __future__ import annotations

import csv
import io
import itertools
import json
from dataclasses import replace
from urllib.parse import quote, unquote

import flask
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dashboard.callbacks import conclude
from dashboard.callbacks import downloads as export
from dashboard.callbacks.downloads import RISK_ADDRESS, TABLE_ADDRESS
from dashboard.cli.simulate import simulate_command
from dashboard.ingest import RowFilter
from dashboard.session.asked_questions import AskedQuestions
from dashboard.session.choices import Choices
from dashboard.session.running_studies import RunningStudies
from dashboard.session.simulation import ChosenDesign
from dashboard.session.stored_file import ChosenColumns
from dashboard.words.csv_text import EXACT, FOR_SPREADSHEETS, csv_block, csv_of_columns, formula_safe
from dashboard.words.tidy_csv import tidy_csv
from estimators import TIDY_COLUMNS, Design, GroupData, compare, simulate
from tests.scenes import BUILT_IN, LABELS, built_in, everyone, group_data, groups_of

PATH = "/export/groups.csv"
ROWS_PATH = "/export/rows.csv"
DRAWN = Design(groups=12, per_group="2-9", mean=-3, sigma_error=2, effects="t", stream="r", seed=5)
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def read(comparison):
    text = b"".join(tidy_csv(comparison, FOR_SPREADSHEETS)).decode()
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.slow
@given(
    group_data(),
    st.lists(st.sampled_from(everyone()), unique_by=lambda e: e.id),
    st.sampled_from([0.5, 0.99]),
)
def test_the_file_holds_the_tidy_columns_to_the_last_digit(data, estimators, level):
    comparison = compare(data, estimators, level=level)
    head, *lines = read(comparison)
    assert tuple(head) == TIDY_COLUMNS
    wanted = list(zip(*comparison.columns().values(), strict=True))
    assert len(lines) == len(wanted)
    for line, tidy in zip(lines, wanted, strict=True):
        for name, cell, value in zip(TIDY_COLUMNS, line, tidy, strict=True):
            if name == "group":
                assert cell == formula_safe(value)
            elif name == "estimator":
                assert cell == value
            else:
                assert (cell == "") if value is None else (float(cell) == value)


@pytest.mark.parametrize("start", FORMULA_STARTS)
@pytest.mark.parametrize("before", ["", " ", "   "])
def test_every_start_of_a_formula_is_guarded(start, before):
    label = f"{before}{start}cmd|'/c calc'!A1"
    assert formula_safe(label) == "'" + label
    cells = {line[1] for line in read(compare(groups_of([2, 3], labels=[label, "b"]), built_in("ols")))[1:]}
    assert cells == {"'" + label, "b"}


@given(LABELS)
def test_only_what_might_calculate_is_touched(label):
    text = formula_safe(label)
    assert text in (label, "'" + label)
    assert not text.lstrip(" ").startswith(FORMULA_STARTS)
    if label.lstrip(" ")[:1].isalnum():
        assert text == label


@given(st.lists(LABELS, min_size=1, max_size=6, unique=True))
def test_any_label_comes_back_from_a_reader_of_csv(labels):
    lines = read(compare(groups_of([2] * len(labels), labels=labels), built_in("ols")))
    assert [line[1] for line in lines[1:]] == [formula_safe(label) for label in sorted(labels)]


@given(st.lists(st.floats(allow_nan=False) | st.integers(-(2**53), 2**53).map(float) | st.none(), min_size=1))
def test_numbers_are_written_in_columns_as_in_lines(numbers):
    assert b"".join(csv_of_columns([numbers, numbers])) == csv_block((v, v) for v in numbers)


def test_columns_are_written_as_lines_are():
    parts = [" ", "a", '"', ",", "\n", "\r", "'", "\u00a0", "\x00", *FORMULA_STARTS]
    texts = ["".join(some) for length in range(3) for some in itertools.product(parts, repeat=length)]
    lines = [(formula_safe(text), number) for number, text in enumerate(texts)]
    assert b"".join(csv_of_columns([texts, np.arange(len(texts))])) == csv_block(lines)
    exactly = b"".join(csv_of_columns([texts, np.arange(len(texts))], EXACT))
    assert list(csv.reader(io.StringIO(exactly.decode(), newline=""))) == [
        [t, str(i)] for i, t in enumerate(texts)
    ]
    holes = [None, 1.5, float("nan"), -1e-7, 5e300, 2.0]
    assert b"".join(csv_of_columns([holes])) == csv_block((v if v == v else None,) for v in holes)
    assert b"".join(csv_of_columns([["", "a"]])) == csv_block([("",), ("a",)])
    assert list(csv_of_columns([])) == []


@pytest.mark.slow
def test_a_failed_method_has_no_lines_and_a_long_file_comes_in_pieces():
    data = GroupData.from_arrays(range(12_000), range(12_000))
    comparison = compare(data, BUILT_IN)
    pieces = list(tidy_csv(comparison, FOR_SPREADSHEETS))
    assert {line[0] for line in read(comparison)[1:]} == {"ols", "grand_mean"}
    assert len(pieces) == 1 + 2 * 3
    assert b"".join(pieces).count(b"\r\n") == 1 + 2 * 12_000


# Over HTTP


@pytest.fixture
def download(comparisons, monkeypatch):
    """A client whose session is that of ``ann``, unless another name is given."""
    app = flask.Flask("test")
    studies = RunningStudies(1)
    export.install(app, comparisons, studies)
    conclude.install(app, comparisons)
    client = app.test_client()
    monkeypatch.setattr(export, "owner", lambda: "ann")

    def get(choices, who="ann", path=PATH, address=None, more=""):
        for module in (export, conclude):
            monkeypatch.setattr(module, "owner", lambda: who)
        if address is not None:
            return client.get(f"/{address}")
        given = choices if isinstance(choices, str) else json.dumps(choices.to_json())
        return client.get(f"{path}?choices={quote(given)}{more}")

    yield get
    studies.close()


@pytest.fixture
def upload(comparisons):
    def receive(name="scores.csv", content="score,school\n1,=a\n2,=a\n4,b\n9,b\n5,c\n"):
        token = comparisons.workspace.receive("ann", name, io.BytesIO(content.encode()), None).token
        return Choices(ChosenColumns(token, "score", "school"), on=("ols", "reml"))

    return receive


def test_the_owner_downloads_what_is_on_screen(comparisons, download, upload):
    choices = upload()
    answer = download(choices)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert "scores-groups.csv" in answer.headers["Content-Disposition"]
    assert answer.data == b"".join(tidy_csv(comparisons.comparison("ann", choices), FOR_SPREADSHEETS))
    assert b"\r\nreml,'=a,2,1.5," in answer.data


@pytest.mark.slow
def test_the_table_on_screen_is_downloaded_as_the_grid_shows_it(download, upload):
    grid = {"columns": ["own", "group"], "sortModel": [{"colId": "own", "sort": "asc"}]}
    answer = download(upload(), path=TABLE_ADDRESS, more="&table=" + quote(json.dumps(grid)))
    assert answer.status_code == 200
    assert "scores-table.csv" in answer.headers["Content-Disposition"]
    assert answer.data == b"own mean,school\r\n1.5,'=a\r\n5.0,c\r\n6.5,b\r\n"
    for garbled in ("7", "[", "[" * 50_000):
        assert download(upload(), path=TABLE_ADDRESS, more="&table=" + garbled).status_code == 400


def test_there_is_no_study_to_save_before_one_was_run(download, upload):
    answer = download(upload(), path=RISK_ADDRESS)
    assert answer.status_code == 404
    assert b"press Run first" in answer.data


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", ['schöne "Daten".csv', "学校.csv", "no ending", ".csv", "a;b=c.csv"])
def test_any_file_name_makes_a_header(download, upload, name):
    header = download(upload(name)).headers["Content-Disposition"]
    assert header.startswith("attachment; filename")
    header.encode("ascii")
    assert "\n" not in header
    _, _, encoded = header.partition("filename*=UTF-8''")
    assert unquote(encoded) == name.removesuffix(".csv") + "-groups.csv"


@pytest.mark.slow
def test_very_many_groups_left_out_are_kept_and_downloaded_without(comparisons, download, upload):
    content = "score,school\n" + "".join(f"{i % 7},school {i // 2:06}\n" for i in range(24_000))
    gone = tuple(f"school {i:06}" for i in range(11_990))
    choices = upload(content=content)
    choices = replace(choices, source=replace(choices.source, rows=RowFilter(exclude=gone)))
    comparisons.workspace.save_choices("ann", choices.source.token, choices.to_json())
    offered = export.addresses(comparisons, choices)
    table, rows = offered["download_tidy"], offered["download_rows"]
    assert len(table) < 500
    answer = download(None, address=table)
    assert {line["group"] for line in csv.DictReader(io.StringIO(answer.text))} == {
        f"school {i:06}" for i in range(11_990, 12_000)
    }
    assert len(download(None, address=rows.href).text.splitlines()) == 1 + 20
    answers = download(None, address=conclude.addresses(choices, AskedQuestions())["csv"])
    assert len(answers.text.splitlines()) == 1 + 10

    fewer = replace(choices, source=replace(choices.source, rows=RowFilter(exclude=gone[1:])))
    comparisons.workspace.save_choices("ann", choices.source.token, fewer.to_json())
    later = download(None, address=table)
    assert later.status_code == 409
    assert "changed since" in later.text
    assert download(None, "bob", address=table).status_code == 404


def test_conclusions_are_downloaded_by_their_owner_alone(download, upload):
    choices = upload()
    address = conclude.addresses(choices, AskedQuestions(top=2))["json"]
    assert len(address) < 1_000
    answer = download(None, address=address)
    assert "conclusions.json" in answer.headers["Content-Disposition"]
    assert [line["group"] for line in answer.get_json()["above"]] == ["=a", "b", "c"]
    assert download(None, "bob", address=address).status_code == 404
    assert download(None, address=address.partition("&asked")[0]).status_code == 400
    assert download("{", path="/export/conclusions.csv", more="&asked={}").status_code == 400


def test_nobody_else_downloads_it(download, upload):
    choices = upload()
    assert download(choices).status_code == 200
    answer = download(choices, who="bob")
    assert answer.status_code == 404
    assert b"1.5" not in answer.data


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "given", ["", "{", "null", "[]", "{}", "7", "[" * 50_000, "9" * 6_000, '{"token": 1}', "NaN"]
)
def test_a_garbled_address_is_told_so(download, upload, given):
    upload()
    answer = download(given)
    assert answer.status_code == 400
    assert b"start it from the page" in answer.data


def simulated_choices(design=DRAWN):
    return Choices(ChosenDesign(design), on=("ols", "reml"))


def test_the_table_of_simulated_data_is_downloaded(comparisons, download):
    answer = download(simulated_choices())
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert 'filename="simulated-groups.csv"' in answer.headers["Content-Disposition"]
    assert answer.data == b"".join(
        tidy_csv(compare(simulate(DRAWN).data, built_in("ols", "reml")), FOR_SPREADSHEETS)
    )


@pytest.mark.slow
@pytest.mark.parametrize("design", [DRAWN, Design(groups=3, per_group="40000", sigma_group=0)])
def test_simulated_rows_are_the_bytes_that_the_command_writes(download, tmp_path, design):
    answer = download(simulated_choices(design), path=ROWS_PATH)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert 'filename="simulated.csv"' in answer.headers["Content-Disposition"]
    dials = {k: v for k, v in design.to_json().items() if k not in ("shape", "skip")}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in dials.items()]
    written = CliRunner().invoke(simulate_command, [*options, "--output", str(tmp_path / "rows.csv")])
    assert written.exit_code == 0, written.output
    assert answer.data == (tmp_path / "rows.csv").read_bytes()
    head, *lines = csv.reader(io.StringIO(answer.data.decode()))
    assert head == ["group", "y", "true_mean"]
    drawn = simulate(design)
    assert [float(y) for _, y, _ in lines] == drawn.outcome.tolist()
    assert {g: float(m) for g, _, m in lines} == dict(
        zip(drawn.data.labels, drawn.true_mean.tolist(), strict=True)
    )


def test_the_rows_of_a_file_are_downloaded_as_they_are_used(download, upload):
    text = 'score,school\n1.50,=a\nNA,=a\n-2e3,=a\n4, b\n9,\n5,"c, ""d"""\n7,NA\n'
    answer = download(upload("my scores.csv", text), path=ROWS_PATH)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert 'filename="my scores-rows.csv"' in answer.headers["Content-Disposition"]
    assert answer.data.decode().split("\r\n") == [
        "group,outcome", "=a,1.5", "=a,-2000.0", " b,4.0", '"c, ""d""",5.0', "NA,7.0", "",
    ]  # fmt: skip
    assert download(upload(), who="bob", path=ROWS_PATH).status_code == 404


def test_what_is_wrong_with_rows_is_a_sentence_and_no_half_file(download, upload):
    choices = upload(content="score,school,other\nx,a,1\ny,b,2\nz,b,3\n")
    answer = download(choices, path=ROWS_PATH)
    assert answer.status_code == 400
    assert b"none of the 3 rows can be used" in answer.data
    answer = download(
        Choices(ChosenColumns(choices.source.token, "nobody", "school"), on=("ols",)), path=ROWS_PATH
    )
    assert answer.status_code == 400
    assert b"has no column" in answer.data


def test_rows_are_asked_for_by_the_page_alone(download):
    for asked in ("", "{", '{"token": "simulated"}'):
        answer = download(asked, path=ROWS_PATH)
        assert answer.status_code == 400
        assert b"start it from the page" in answer.data
    garbled = {**simulated_choices().to_json(), "design": {"groups": -1}}
    assert download(json.dumps(garbled), path=ROWS_PATH).status_code == 400


def test_more_rows_than_the_page_takes_are_refused_in_a_sentence(download):
    answer = download(simulated_choices(Design(groups=2000, per_group="2000")), path=ROWS_PATH)
    assert answer.status_code == 400
    assert b"too many for the page" in answer.data


def test_half_a_character_is_no_name(download, upload):
    garbled = {**upload().to_json(), "outcome": "\ud800"}
    assert download(json.dumps(garbled)).status_code == 400


def test_columns_that_do_not_work_are_told_so(download, upload):
    choices = upload()
    for outcome, group in (
        ("school", "score"),
        ("nobody", "school"),
        ("score", "score"),
    ):
        answer = download(Choices(ChosenColumns(choices.source.token, outcome, group), on=("ols",)))
        assert answer.status_code == 400, (outcome, group)
        assert b"Traceback" not in answer.data
    wrong = Choices(
        ChosenColumns(choices.source.token, "score", "school"),
        on=("reml",),
        options=(("reml", "std_error", "magic"),),
    )
    assert download(wrong).status_code == 400

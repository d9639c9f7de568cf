"""FILE through a pipe, and roles that are guessed where none are named."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PANEL = "firm,year,sector,wage\n" + "".join(
    f"f{i},{year},{'ab'[i % 2]},{i * 1.25 + year % 7}\n" for i in range(6) for year in range(2001, 2006)
)
ROLES = ["--outcome", "wage", "--group", "firm"]


def compare(*arguments, text=PANEL):
    command = [sys.executable, "-m", "dashboard.cli", "compare", *arguments, "--format", "json"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    return json.loads(done.stdout or "null"), done.stderr.decode()


def test_bytes_that_are_no_text_are_refused_in_a_sentence():
    answer, errors = compare("-", "--missing", b"\xff")
    assert answer is None
    assert errors == "blupboard: An option holds bytes that are no text: write it in UTF-8.\n"


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_a_pipe_is_a_file(name):
    answer, errors = compare(name, *ROLES)
    assert errors == ""
    assert answer["data"]["groups"] == 6
    assert answer["roles"] == {
        "outcome": "wage", "group": "firm", "guessed": False, "why": "both were named",
    }  # fmt: skip


def test_roles_that_are_not_named_are_guessed_and_said():
    answer, errors = compare("-")
    roles = answer["roles"]
    assert (roles["outcome"], roles["group"], roles["guessed"]) == ("wage", "firm", True)
    assert '"sector" is constant within it' in roles["why"]
    assert errors == f'blupboard: guessed --outcome "wage" --group "firm": {roles["why"]}\n'


def test_a_role_that_is_named_stays():
    answer, errors = compare("-", "--group", "sector")
    assert (answer["roles"]["outcome"], answer["roles"]["group"]) == ("wage", "sector")
    assert 'guessed --outcome "wage":' in errors


def test_a_name_that_is_not_there_is_refused_though_the_other_is_guessed():
    answer, errors = compare("-", "--group", "sektor")
    assert answer is None
    assert 'standard input has no column "sektor": did you mean "sector"' in errors


def test_columns_that_are_stacked_are_the_groups():
    answer, errors = compare("-", "--stack", "A:B", text="day,A,B\n1,2.5,3.5\n2,4.5,7\n")
    assert {g["group"]: g["raw_mean"] for g in answer["fits"][0]["groups"]} == {"A": 3.5, "B": 5.25}
    assert answer["roles"]["outcome"] == "value"
    assert answer["reading"]["stack"] == ["A", "B"]
    assert '2 columns stacked ("A", "B")' in answer["remarks"][0]
    assert 'guessed --outcome "value" --group "column": each of the columns' in errors


def test_a_table_with_a_column_for_each_group_says_how_to_stack_it():
    answer, errors = compare("-", text="day,North East,South,West\n1,2.5,3.5,1.5\n2,4.5,7,8.25\n")
    assert answer is None
    flag = "--stack 'North East:West'"
    assert f'if each column is a group ("North East", "South", "West"), stack them: {flag}.' in errors

"""What the guide to plugins promises is what there is: names, columns, and the JSON of the command line."""

from __future__ import annotations

import json
import re

import estimators
from estimators import CONTRACT, TIDY_COLUMNS, Estimator, GroupData, GroupFit, compare
from estimators.contract.fit import STANDARD_PARAMETERS
from estimators.data.features import FEATURES
from tests.test_docs import text_of

GUIDE = text_of("docs/plugins.md")
PROMISE = GUIDE[GUIDE.index("## 13.") :]
_VERSION = r"\d+\.\d+"


def listed(start):
    """The names in the lines of the tables that begin like this."""
    lines = [line for line in PROMISE.splitlines() if line.startswith(start)]
    assert lines, start
    return [name for line in lines for name in re.findall(r"`(\w+)`", line.split("|")[-2])]


def test_every_public_name_is_promised_once():
    names = re.findall(rf"^\| {_VERSION} \| (`.*) \|$", PROMISE, re.MULTILINE)
    promised = [name for line in names for name in re.findall(r"`(\w+)`", line)]
    assert sorted(promised) == sorted(estimators.__all__)


def test_what_came_later_is_there_and_no_version_is_past_the_contract():
    for owner in (Estimator, GroupData, GroupFit):
        (line,) = re.findall(rf"^\| {_VERSION} \| of `{owner.__name__}`: (.*) \|$", PROMISE, re.MULTILINE)
        known = {*dir(owner), *owner.__annotations__}
        assert set(re.findall(r"`(\w+)`", line)) <= known
    versions = re.findall(rf"\| ({_VERSION}) \|", PROMISE)
    assert max(versions, key=lambda version: tuple(map(int, version.split(".")))) == CONTRACT
    assert f"now {CONTRACT}" in PROMISE


def test_the_words_of_handles_are_those_that_there_are():
    for word, meaning in FEATURES.items():
        assert f"| `{word}` | {meaning} |" in GUIDE


def test_the_columns_and_the_json_of_a_comparison_are_as_promised():
    given = compare(GroupData.from_arrays([1.0, 2, 4, 5, 9, 3], list("aabbcc"))).to_dict()
    assert listed("| tidy columns ") == list(TIDY_COLUMNS)
    assert listed("| `compare` ") == list(given)
    assert listed("| `compare`: `data` ") == list(given["data"])
    assert listed("| `compare`: `data.dropped` ") == list(given["data"]["dropped"])
    states = ["ok", "failed"]
    keys = [name for name in listed("| `compare`: each of `fits`") if name not in states]
    assert all(keys == list(fit) for fit in given["fits"])
    assert {fit["status"] for fit in given["fits"]} <= set(states)
    assert listed("| `compare`: `parameters`") == list(STANDARD_PARAMETERS)
    assert all(
        list(fit["parameters"] or STANDARD_PARAMETERS)[:7] == list(STANDARD_PARAMETERS)
        for fit in given["fits"]
    )
    assert all(list(line) == list(TIDY_COLUMNS)[1:] for fit in given["fits"] for line in fit["groups"])
    notes = [
        note
        for fit in compare(GroupData.from_arrays([1.0, 1], ["a", "b"])).to_dict()["fits"]
        for note in fit["notes"]
    ]
    assert notes
    assert all(listed("| `compare`: each of `notes`") == list(note) for note in notes)


def test_the_json_of_the_lists_is_as_promised(blupboard):
    for command in ("estimators", "plugins"):
        given = json.loads(blupboard(command, "--format", "json").out)
        assert all(listed(f"| `{command}`: each") == list(entry) for entry in given)

"""What a person chose: it survives the way through a browser, and nothing else comes through."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ingest import AS_FOUND, Condition, Reading, RowFilter
from dashboard.ingest.reading import Labels, Operator
from dashboard.session.choices import (
    LEVELS,
    Choices,
    checked_level,
    own_options,
    shared_options,
    sort_choices,
    spread_shared,
)
from dashboard.session.simulation import ChosenDesign
from dashboard.session.stored_file import ChosenColumns
from estimators import Design, Estimator, GroupFit, Registry, Source, option
from tests.scenes import BUILT_IN, Share

TEXT = st.text(max_size=20)
VALUES = st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False) | TEXT
DESIGNS = st.builds(Design, groups=st.integers(1, 50), seed=st.integers(-9, 9))
MARKS = st.none() | st.text(max_size=1)
LINES = st.none() | st.integers(0, 99)
READINGS = st.builds(
    Reading,
    encoding=st.none() | TEXT,
    delimiter=MARKS,
    decimal=st.sampled_from([None, ".", ","]),
    thousands=st.sampled_from([None, "", " ", "'"]),
    header=LINES,
    skip_rows=LINES,
    comment=MARKS,
    sheet=st.none() | TEXT,
    missing=st.lists(TEXT, max_size=3).map(tuple),
    labels=st.sampled_from([None, *get_args(Labels)]),
    fill_down=st.none() | st.booleans(),
)
ROWS = st.builds(
    RowFilter,
    exclude=st.lists(TEXT, max_size=3).map(tuple),
    where=st.lists(st.builds(Condition, TEXT, st.sampled_from(get_args(Operator)), TEXT), max_size=3).map(
        tuple
    ),
)
CHOICES = st.builds(
    Choices,
    source=st.builds(ChosenColumns, TEXT, TEXT, TEXT, READINGS, ROWS) | st.builds(ChosenDesign, DESIGNS),
    on=st.lists(TEXT, max_size=4).map(tuple),
    options=st.lists(st.tuples(TEXT, TEXT, VALUES), max_size=4).map(tuple),
    level=st.sampled_from(LEVELS),
    bootstrap=st.booleans(),
    sort=TEXT,
    show_own=st.booleans(),
    waved_off=st.lists(TEXT, max_size=3).map(tuple),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)
PLAIN = Choices(ChosenColumns("t", "y", "g"), ("ols",), (("reml", "std_error", "conditional"),)).to_json()


@pytest.mark.slow
@given(CHOICES)
def test_choices_come_back_from_json(choices):
    assert Choices.from_json(json.loads(json.dumps(choices.to_json()))) == choices
    assert len({choices, Choices.from_json(choices.to_json())}) == 1


@pytest.mark.slow
@given(JSON)
def test_any_other_json_is_refused(given_json):
    assert Choices.from_json(given_json) is None


@given(st.sampled_from(sorted(PLAIN)), JSON)
def test_one_odd_value_is_refused_or_of_the_right_kind(name, value):
    read = Choices.from_json({**PLAIN, name: value})
    if read is None:
        return
    source = read.source
    texts = (source.token, source.outcome, source.group, read.sort, *read.on)
    assert all(isinstance(text, str) for text in texts)
    assert all(len(entry) == 3 and isinstance(entry[0], str) for entry in read.options)
    assert read.level in LEVELS
    assert isinstance(read.show_own, bool)
    hash(read)


@pytest.mark.parametrize(
    "name",
    sorted(
        PLAIN.keys()
        - {
            "design",
            "reading",
            "rows",
            "summary",
            "model",
            "waved_off",
            "lower_better",
            "ratios",
            "arrangement",
            "bootstrap",
        }
    ),
)
def test_a_missing_part_is_refused(name):
    assert Choices.from_json({k: v for k, v in PLAIN.items() if k != name}) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("on", "ols"),
        ("on", {"ols": True}),
        ("on", [["ols"]]),
        ("options", "abc"),
        ("options", ["abc"]),
        ("options", [["reml", "std_error"]]),
        ("options", [["reml", "std_error", None]]),
        ("options", [["reml", "std_error", ["conditional"]]]),
        ("options", [{"a": 1, "b": 2, "c": 3}]),
        ("level", 0.97),
        ("level", None),
        ("level", True),
        ("level", "a lot"),
        ("level", 10**400),
        ("level", [0.95]),
        ("show_own", 1),
        ("sort", None),
        ("token", 7),
    ],
)
def test_garbage_that_looks_alike_is_refused(name, value):
    assert Choices.from_json({**PLAIN, name: value}) is None


@pytest.mark.parametrize("given_level", ["0.5", "0.95", 0.99, 0.8, "0.90"])
def test_a_level_that_the_page_offers(given_level):
    assert checked_level(given_level) == float(given_level)


@pytest.mark.parametrize("given_level", ["", None, "nan", "inf", 0, 1, -0.95, 0.951, "95", {}, "1" * 5_000])
def test_a_level_that_it_does_not_offer(given_level):
    with pytest.raises(ValueError, match=r".*"):
        checked_level(given_level)


# Options that several estimators share


@dataclass(frozen=True)
class Draws:
    draws: int = option(100, label="Draws", minimum=1, maximum=1000)
    robust: bool = option(True, label="Robust")


@dataclass(frozen=True)
class OtherDraws:
    draws: int = option(50, label="Draws", minimum=1, maximum=1000)


def stranger(name, options, **hints):
    def fit(self, data, options):
        return GroupFit(data.mean)

    members = {"id": name, "label": name, "summary": name, "Options": options, "_fit": fit}
    members |= hints
    return type(name, (Estimator,), members)()


def registry_of(*estimators):
    return Registry([(e, Source("test", "built in")) for e in estimators], [], [])


REGISTRY = registry_of(
    *BUILT_IN.values(),
    stranger("a", Draws),
    stranger("b", Draws),
    stranger("c", OtherDraws),
    stranger("d", OtherDraws),
    Share(),
)


def test_an_option_that_several_offer_alike_is_asked_for_once():
    shared = shared_options(REGISTRY)
    assert [s.name for s in shared] == ["error_spread", "std_error", "draws", "robust"]
    assert next(s for s in shared if s.name == "draws").default == 100
    assert [s.name for s in own_options(REGISTRY["share"], shared)] == ["share", "loud"]
    assert own_options(REGISTRY["reml"], shared) == own_options(REGISTRY["a"], shared) == ()


def test_an_option_of_the_same_name_that_means_something_else_stays_their_own():
    shared = shared_options(REGISTRY)
    assert [s.default for s in own_options(REGISTRY["c"], shared)] == [50]
    spread = spread_shared(REGISTRY, shared, {"draws": 7})
    assert spread == [("a", "draws", 7), ("b", "draws", 7)]


def test_methods_that_are_off_at_first_share_with_those_that_are_on_only():
    quiet = [stranger(name, OtherDraws, on_at_first=False) for name in "cd"]
    registry = registry_of(stranger("a", Draws), stranger("b", Draws, on_at_first=False), *quiet)
    assert shared_options(registry) == ()
    registry = registry_of(
        stranger("a", Draws), stranger("b", Draws), stranger("q", Draws, on_at_first=False)
    )
    assert [s.name for s in shared_options(registry)] == ["draws", "robust"]
    assert own_options(registry["q"], shared_options(registry)) == ()


def test_a_shared_value_goes_to_all_who_offer_it_on_or_off():
    shared = shared_options(REGISTRY)
    spread = spread_shared(REGISTRY, shared, {"std_error": "conditional", "robust": False, "nobody": 1})
    assert spread == [
        ("reml", "std_error", "conditional"),
        ("ml", "std_error", "conditional"),
        ("a", "robust", False),
        ("b", "robust", False),
    ]
    assert spread_shared(REGISTRY, shared, {}) == []


def test_only_estimators_that_are_on_get_options():
    choices = Choices(
        ChosenColumns("t", "y", "g"),
        ("reml",),
        (("reml", "std_error", "conditional"), ("ml", "std_error", "x")),
    )
    assert choices.options_by_estimator() == {"reml": {"std_error": "conditional"}}


def test_one_can_sort_by_what_is_on():
    offered = sort_choices(REGISTRY, ["share", "reml", "nobody"])
    assert [o["value"] for o in offered] == ["", "reml", "share", "@own", "@rows", "@name"]
    assert all(o["label"] for o in offered)


def test_a_design_survives_and_choices_kept_before_there_were_designs_are_understood():
    simulated = replace(Choices.from_json(PLAIN), source=ChosenDesign(Design(groups=7, seed=-3)))
    assert Choices.from_json(json.loads(json.dumps(simulated.to_json()))) == simulated
    earlier = {k: v for k, v in PLAIN.items() if k not in ("design", "reading", "rows", "waved_off")}
    assert Choices.from_json(earlier).source == ChosenColumns("t", "y", "g")
    later = PLAIN | {"reading": {"decimal": ",", "bold": True}}
    assert Choices.from_json(later).source.reading == Reading(decimal=",")


@pytest.mark.parametrize("design", [3, "model1", [], {"groups": -1}, {"sigma_group": "x"}, {"nonsense": 1}])
def test_a_design_that_is_none_is_refused(design):
    assert Choices.from_json(PLAIN | {"design": design}) is None


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("reading", "semicolons"),
        ("reading", {"delimiter": ";;"}),
        ("reading", {"header": -1}),
        ("reading", {"skip_rows": True}),
        ("reading", {"labels": "sounds alike"}),
        ("reading", {"missing": "-999"}),
        ("reading", {"decimal": ",", "thousands": ","}),
        ("rows", ["A"]),
        ("rows", {"exclude": [3]}),
        ("rows", {"where": [["year", "~", "2024"]]}),
        ("rows", {"where": ["year=2024"]}),
    ],
)
def test_a_reading_or_a_filter_that_is_none_is_refused(name, odd):
    assert Choices.from_json(PLAIN | {name: odd}) is None


def test_a_selection_belongs_to_the_groups_of_one_reading_and_one_filter():
    plain = ChosenColumns("t", "y", "g")
    others = [
        replace(plain, reading=Reading(labels="folded")),
        replace(plain, rows=RowFilter(exclude=("A",))),
        replace(plain, rows=RowFilter(where=(Condition("year", "=", "2024"),))),
    ]
    assert plain.selection_key == replace(plain, reading=AS_FOUND).selection_key
    assert len({one.selection_key for one in (plain, *others)}) == 4

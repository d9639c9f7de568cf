"""Options and parameters: read from values and text, refused in one sentence with their bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from estimators import DataError, FitError, GroupData, GroupFit, OptionError, Parameter
from tests.estimators.plugin_parts import DATA, Options, Share, variant
from tests.oracles import BUILT_IN


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"share": 2}, "share.share takes a number from 0 to 1, not 2"),
        ({"share": "much"}, "share.share takes a number from 0 to 1, not 'much'"),
        ({"share": "nan"}, "share.share takes a number from 0 to 1, not 'nan'"),
        ({"share": True}, "share.share takes a number from 0 to 1, not True"),
        ({"rounds": 0}, "share.rounds takes a whole number of at least 1, not 0"),
        ({"rounds": "2.5"}, "share.rounds takes a whole number of at least 1, not '2.5'"),
        ({"low": 1}, "share.low takes a number of at most 0, not 1"),
        ({"free": "x"}, "share.free takes a number, not 'x'"),
        ({"kind": "odd"}, "share.kind takes one of plain, fancy, not 'odd'"),
        ({"loud": "maybe"}, "share.loud takes true or false, not 'maybe'"),
        ({"name": 3}, "share.name takes text, not 3"),
        ({"shar": 1}, "share has no option shar: it knows share, rounds, kind, loud, name, low, free"),
        (object(), "options of share are Options or a mapping, not object"),
    ],
)
def test_a_value_out_of_bounds_is_named_with_the_bounds(given, message):
    with pytest.raises(OptionError) as told:
        Share().fit(DATA, given)
    assert str(told.value) == message


def test_an_instance_of_options_is_checked_too():
    with pytest.raises(OptionError, match="a number from 0 to 1"):
        Share().fit(DATA, replace(Options(), share=7.0))


def test_an_estimator_without_options_says_so():
    with pytest.raises(OptionError, match="grand_mean has no option x: it has none"):
        BUILT_IN["grand_mean"].fit(DATA, {"x": 1})


def test_text_is_read_as_the_command_line_gives_it():
    given = {"share": "0.25", "rounds": "7", "loud": "YES", "kind": "fancy", "name": " a "}
    assert Share.make_options(given) == Options(share=0.25, rounds=7, loud=True, kind="fancy", name=" a ")
    assert Share.make_options({"rounds": 10**15 + 1}).rounds == 10**15 + 1
    assert Share.make_options({"rounds": 3.0}).rounds == 3


def test_specifications_carry_words_and_bounds():
    spec = Share.option_specs()[0]
    assert (spec.name, spec.default, spec.label, spec.minimum, spec.maximum) == ("share", 0.5, "Share", 0, 1)
    kind = BUILT_IN["reml"].option_specs()[0]
    assert set(kind.choices) == {"second_order", "prediction", "conditional"}


# The record


def test_parameters_are_filled_in_and_refuse_what_is_no_number():
    fit = GroupFit([1.0], parameters={"mu": 3, "tau": Parameter("tau", 2.0, "Tau", "Spread"), "icc": None})
    assert fit.parameters["mu"].value == 3.0
    assert fit.parameters["mu"].label
    assert fit.parameters["mu"].help
    assert fit.parameters["tau"].label == "Tau"
    assert fit.parameters["icc"].value is None
    with pytest.raises(FitError, match="parameter mu is inf"):
        GroupFit([1.0], parameters={"mu": float("inf")})
    with pytest.raises(TypeError):
        fit.parameters["mu"] = 1.0


def test_a_method_that_needs_rows_says_so_of_summaries():
    with pytest.raises(DataError, match="needs the rows themselves"):
        variant(needs="rows").fit(GroupData.from_estimates("ab", [1.0, 2.0], [1.0, 1.0]))

"""What plugins bring besides estimators, objects handed over by a program, and fits that travel."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from estimators import (
    ConformanceError,
    FitError,
    GroupFit,
    Look,
    Note,
    OptionError,
    Reader,
    Sample,
    View,
    build_registry,
    check_estimator,
    compare,
    hookimpl,
)
from tests.estimators.plugin_parts import DATA, Share, variant

HERE = Path(__file__)
SAMPLE = Sample("heights", "Heights", HERE, "height", "school")
READER = Reader("lines", "List of lines", (".lines",), Path.read_text)
VIEW = View("gaps", "Gaps", "between neighbours", lambda _comparison, _look: None)
BROUGHT = {"register_datasets": SAMPLE, "register_readers": READER, "register_views": VIEW}


def carrier(**hooks):
    """An object with hooks, each of which returns what is given."""
    made = {name: hookimpl(lambda given=given: given) for name, given in hooks.items()}
    return type("Carrier", (), {name: staticmethod(hook) for name, hook in made.items()})()


def registry_with(*plugins, **more):
    return build_registry(entry_points=False, plugins=plugins, **more)


def test_each_hook_brings_what_it_is_for():
    registry = registry_with(carrier(**{name: [thing] for name, thing in BROUGHT.items()}))
    assert dict(registry.samples) == {"heights": SAMPLE}
    assert dict(registry.readers) == {"lines": READER}
    assert dict(registry.views) == {"gaps": VIEW}
    status = registry.statuses()[-1]
    assert (status.samples, status.readers, status.views) == (("heights",), ("lines",), ("gaps",))
    assert (status.estimators, status.failures) == ((), ())
    assert registry.source_of(VIEW).name == "Carrier"


def test_an_object_is_taken_as_it_is():
    registry = registry_with(Share(), SAMPLE, READER, VIEW)
    assert registry["share"].fit(DATA).center == DATA.mean.mean()
    assert registry.source("share").origin == "python"
    assert (*registry.samples, *registry.readers, *registry.views) == ("heights", "lines", "gaps")
    assert registry.failures == ()


def test_an_object_without_hooks_is_named():
    (failure,) = registry_with(SimpleNamespace(register_estimators=list)).failures
    assert failure.source.name == "SimpleNamespace"
    assert failure.reason == "it has no hook: mark register_estimators with @hookimpl"


def test_blupboards_own_carriers_count_as_built_in():
    registry = registry_with(SAMPLE, built_in=[carrier(register_datasets=[replace(SAMPLE, title="Own")])])
    assert registry.samples["heights"].title == "Own"
    assert registry.source_of(registry.samples["heights"]).origin == "built in"
    assert "heights" in registry.statuses()[0].samples
    assert (
        "is taken by blupboard itself, so that of the object Sample is left out"
        in registry.failures[0].reason
    )


def test_ids_are_distinct_within_a_kind_only():
    registry = registry_with(replace(SAMPLE, id="share"), replace(VIEW, id="share"), Share())
    assert (*registry.samples, *registry.views) == ("share", "share")
    assert "share" in registry
    assert registry.failures == ()


def boom():
    raise RuntimeError("boom")


@pytest.mark.parametrize("name", BROUGHT)
def test_a_hook_that_fails_leaves_the_others_of_its_plugin(name):
    plugin = carrier(register_estimators=[Share()], **{name: []})
    setattr(type(plugin), name, staticmethod(hookimpl(boom)))
    registry = registry_with(plugin)
    assert "share" in registry
    (failure,) = registry.failures
    assert failure.reason == "RuntimeError: boom"
    assert failure.mend == f"{name} must return a list of instances of {type(BROUGHT[name]).__name__}"


WRONG = {
    "no sample": ("register_datasets", "heights", "no instance of Sample"),
    "no file": ("register_datasets", replace(SAMPLE, file=HERE.parent / "no.csv"), "no.csv"),
    "no path": ("register_datasets", replace(SAMPLE, file="heights.csv"), "must be a pathlib.Path"),
    "no outcome": ("register_datasets", replace(SAMPLE, outcome=None), "Sample lacks outcome"),
    "no suffix": ("register_readers", replace(READER, suffixes=()), "must be a tuple such as ('.sav',)"),
    "one text": ("register_readers", replace(READER, suffixes=".sav"), "must be a tuple such as"),
    "no dot": ("register_readers", replace(READER, suffixes=("sav",)), "text that starts with a dot"),
    "no read": ("register_readers", replace(READER, read=None), "must be a function of a path"),
    "no figure": ("register_views", replace(VIEW, figure={}), "function of a comparison and a look"),
    "bad id": ("register_views", replace(VIEW, id="Two words"), "must be lower-case letters"),
    "no hint": ("register_estimators", variant(on_at_first="yes"), "must be True or False, not 'yes'"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_cannot_be_used_is_left_out_with_its_reason(fault):
    hook, thing, words = WRONG[fault]
    registry = registry_with(carrier(**{hook: [thing]}))
    (failure,) = registry.failures
    assert words in failure.reason
    assert (*registry.samples, *registry.readers, *registry.views) == ()


# Who takes part where nobody has chosen


def test_a_method_that_is_not_on_at_first_is_there_when_asked_for():
    registry = registry_with(variant(id="quiet", on_at_first=False))
    assert "quiet" in registry
    assert [estimator.id for estimator in registry.at_first] == [name for name in registry if name != "quiet"]


def test_a_registry_with_other_objects_keeps_everything_else():
    registry = registry_with(Share(), VIEW, carrier(register_estimators=3))
    other = Share()
    changed = registry.with_estimators([other])
    assert changed["share"] is other
    assert list(changed) == list(registry)
    assert changed.statuses() == registry.statuses()
    assert dict(changed.views) == dict(registry.views)


# Fits that travel


def test_a_fit_comes_back_from_pickle_as_it_was():
    fit = GroupFit(
        [1.0, 2.0], [0.5, 0.5], [1.0, 0.0], center=1.5, parameters={"mu": 1.5, "icc": None},
        notes=[Note("a", "info", "b")], df=3.0, details={"curve": np.arange(3.0)},
    )  # fmt: skip
    back = pickle.loads(pickle.dumps(fit))
    for name in ("estimate", "std_error", "weight"):
        np.testing.assert_array_equal(getattr(back, name), getattr(fit, name))
        with pytest.raises(ValueError, match="read-only"):
            getattr(back, name)[0] = 9.0
    assert (back.center, back.df, back.notes) == (fit.center, fit.df, fit.notes)
    assert dict(back.parameters) == dict(fit.parameters)
    assert back.details["curve"].tolist() == [0.0, 1.0, 2.0]
    np.testing.assert_array_equal(back.interval(0.9), fit.interval(0.9))


def test_details_cannot_be_written_to():
    fit = GroupFit([1.0], details={"a": 1})
    with pytest.raises(TypeError):
        fit.details["a"] = 2


def test_the_check_finds_a_fit_that_cannot_travel():
    kept = variant(_fit=lambda self, data, options: GroupFit(data.mean, details={"f": lambda: 1}))
    with pytest.raises(ConformanceError, match=r"its fit cannot be pickled .* let details hold"):
        check_estimator(kept)


# The check with other options than the defaults


class Wrong(Share):
    """Right at its defaults only."""

    def _fit(self, data, options):
        if options.kind == "fancy":
            return GroupFit([1.0])
        return super()._fit(data, options)


def test_the_check_takes_options():
    check_estimator(Wrong())
    check_estimator(Wrong(), {"rounds": 2})
    with pytest.raises(ConformanceError, match="estimate has shape"):
        check_estimator(Wrong(), {"kind": "fancy"})
    with pytest.raises(OptionError, match="has no option colour"):
        check_estimator(Wrong(), {"colour": 1})


# The look of a view


def test_points_of_a_look_carry_the_methods_style_and_are_linked():
    result = compare(DATA, [Share()]).results[0]
    look = Look(
        dark=False, outcome="y", group="g", ink="#000000", faint="#888888",
        colors={"share": "#123456"}, symbols={"share": "diamond"},
    )  # fmt: skip
    trace = look.points(result, DATA.mean, result.fit.estimate, hoverinfo="none")
    assert trace["meta"] == {"groups": True}
    assert (trace["marker"]["color"], trace["marker"]["symbol"]) == ("#123456", "diamond")
    assert (trace["name"], trace["hoverinfo"]) == ("Share", "none")


# Groups that have no standard error of their own

SOME = np.ma.masked_invalid([0.5, np.nan, 1.0, 2.0])


def test_some_groups_may_have_a_standard_error_and_others_none():
    fit = GroupFit(DATA.mean, SOME, df=[3.0, 0.0, 2.0, 1.0])
    fit.check(4)
    low, high = fit.interval(0.5)
    assert high.tolist()[1] is None
    assert low.tolist()[1] is None
    alone = GroupFit(DATA.mean[[0, 2, 3]], SOME.compressed(), df=[3.0, 2.0, 1.0])
    np.testing.assert_array_equal(np.ma.compressed(high), alone.interval(0.5)[1])
    for array in (fit.std_error, fit.df, low):
        with pytest.raises(ValueError, match="read-only"):
            np.asarray(array)[0] = 3.0


def test_what_is_missing_is_missing_everywhere():
    partly = variant(_fit=lambda self, data, options: GroupFit(data.mean, SOME if len(data) == 4 else None))
    comparison = compare(DATA, [partly])
    columns = comparison.columns()
    for name in ("std_error", "conf_low", "conf_high"):
        assert [value is None for value in columns[name]] == [False, True, False, False]
    assert comparison.to_dict()["fits"][0]["groups"][1]["std_error"] is None
    assert comparison.tidy()["conf_low"].isna().tolist() == [False, True, False, False]
    back = pickle.loads(pickle.dumps(comparison.results[0].fit))
    assert back.std_error.tolist() == [0.5, None, 1.0, 2.0]
    check_estimator(partly)


def test_a_mask_over_everything_is_no_standard_error():
    assert GroupFit([1.0, 2.0], np.ma.masked_all(2)).std_error is None


def test_nan_without_a_mask_is_a_mistake():
    with pytest.raises(FitError, match="std_error holds values that are not finite"):
        GroupFit([1.0, 2.0], [np.nan, 1.0]).check(2)


@pytest.mark.parametrize(
    ("df", "words"), [([1.0], "df has shape (1,)"), ([1.0, 0.0], "positive"), (-1.0, "positive")]
)
def test_degrees_of_freedom_fit_the_standard_errors(df, words):
    with pytest.raises(FitError, match=re.escape(words)):
        GroupFit([1.0, 2.0], [1.0, 1.0], df=df).check(2)


def test_intervals_of_ones_own_may_be_missing_too():
    low = np.ma.masked_equal([1.0, -9.0, 1.0, 1.0], -9.0)
    own = variant(_fit=lambda self, data, options: GroupFit(data.mean, interval_fn=lambda _: (low, low + 10)))
    (result,) = compare(DATA, [own]).results
    assert result.interval[0].tolist() == [1.0, None, 1.0, 1.0]
    assert result.interval[1].tolist() == [11.0, None, 11.0, 11.0]


def test_intervals_of_ones_own_may_be_open_at_one_end():
    def ends(level):
        return np.ma.masked_all(4), DATA.mean + level

    result = compare(DATA, [variant(_fit=lambda self, data, options: GroupFit(data.mean, interval_fn=ends))])[
        "share"
    ]
    assert result.message is None
    assert result.interval[0].tolist() == [None] * 4
    np.testing.assert_array_equal(result.interval[1], DATA.mean + 0.95)


def test_intervals_of_ones_own_that_are_all_missing_at_a_level_are_none_there():
    def ends(level):
        return (np.ma.masked_all(4), np.ma.masked_all(4)) if level > 0.9 else (DATA.mean, DATA.mean)

    own = variant(_fit=lambda self, data, options: GroupFit(data.mean, interval_fn=ends))
    assert compare(DATA, [own], level=0.95).results[0].interval is None
    assert compare(DATA, [own], level=0.9).results[0].interval is not None

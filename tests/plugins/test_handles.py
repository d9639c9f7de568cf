"""What data a method takes, and the contract that a plugin is written for: refused in one sentence."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.plugin_host.stand_ins import StandIn
from estimators import CONTRACT, DataError, Estimator, GroupData, GroupFit, build_registry, compare
from estimators.contract.version import contract_fault, contract_in_source
from estimators.data.features import FEATURES

PUBLISHED = GroupData.from_estimates("abcdef", [1, 4, 2, 8, 5, 7], [1, 2, 1, 3, 1, 2])
ROWS = GroupData.from_arrays([1.0, 2, 4, 5, 9, 3], list("aabbcc"))
REFUSAL = "does not handle published standard errors, which these data have"


class RowsOnly(Estimator):
    id = "rows_only"
    label = "Rows only"
    summary = "Each group's own mean."
    handles = frozenset()

    def _fit(self, data, options):
        return GroupFit(data.mean)


class Carrying(GroupData):
    """Groups that carry more than any do today."""

    carries = frozenset({"weights", "counts"})


def test_data_say_what_they_carry():
    assert ROWS.carries == frozenset()
    assert PUBLISHED.carries == {"known_variance"}


def test_every_method_of_today_takes_published_summaries():
    assert Estimator.handles == {"known_variance"}
    handled = {name: e.handles for name, e in build_registry(entry_points=False).items()}
    assert all("known_variance" in handles for handles in handled.values())
    of_rows = {"weights", "covariates", "group_covariates"}
    for name in ("ols", "reml", "ml"):
        assert handled[name] & of_rows == of_rows
    assert handled["james_stein"] & of_rows == {"weights", "group_covariates"}
    assert handled["grand_mean"] & of_rows == {"weights"}


def test_what_a_method_does_not_handle_is_refused_in_one_sentence():
    assert RowsOnly().fit(ROWS).estimate.tolist() == ROWS.mean.tolist()
    with pytest.raises(DataError, match=f"^{REFUSAL}$"):
        RowsOnly().fit(PUBLISHED)
    comparison = compare(PUBLISHED, [RowsOnly(), "ols"])
    assert comparison["rows_only"].message == REFUSAL
    assert [result.id for result in comparison.succeeded] == ["ols"]


def test_everything_that_is_not_handled_is_named():
    data = Carrying(["a"], [1], 0.0, [1.0], [0.0], [True], 1)
    with pytest.raises(DataError, match=r"^does not handle weights of the rows and counts for an"):
        RowsOnly().fit(data)


def test_a_method_that_handles_all_refuses_nothing():
    kind = type("All", (RowsOnly,), {"handles": frozenset(FEATURES)})
    np.testing.assert_array_equal(kind().fit(PUBLISHED).estimate, PUBLISHED.mean)


def test_what_stands_in_for_a_method_refuses_what_the_method_does():
    with pytest.raises(DataError, match=REFUSAL):
        StandIn.of(RowsOnly(), processes=None).fit(PUBLISHED)


@pytest.mark.parametrize(
    ("handles", "words"),
    [
        (frozenset({"weigths"}), f"handles of bad holds 'weigths', which is none of {', '.join(FEATURES)}"),
        ("weights", "handles of bad must be a set such as frozenset({'known_variance'}), not 'weights'"),
    ],
)
def test_a_word_that_nobody_knows_is_reported(handles, words):
    bad = type("Bad", (RowsOnly,), {"id": "bad", "handles": handles})()
    registry = build_registry(entry_points=False, plugins=[bad, RowsOnly()])
    assert [failure.reason for failure in registry.failures] == [words]
    assert "rows_only" in registry
    assert "bad" not in registry


# The contract

PLUGIN = """
{contract}
from estimators import Estimator, GroupFit, hookimpl{more}

class Mine(Estimator):
    id, label, summary = "{id}", "Mine", "Mine"
    {inside}
    def _fit(self, data, options):
        return GroupFit(data.mean)

@hookimpl
def register_estimators():
    return [Mine()]
"""
NEWER = (
    f"it is written for contract 99.1 of blupboard, and the one installed here offers {CONTRACT}: "
    "update blupboard"
)


def written(folder, name, contract="", inside="", more=""):
    text = PLUGIN.format(contract=contract, inside=inside, more=more, id=name)
    (folder / f"{name}.py").write_text(text)


@pytest.mark.parametrize(
    "parts",
    [
        {"contract": "blupboard_contract = '99.1'"},
        {"contract": "blupboard_contract = '99.1'", "more": ", NotInventedYet"},
        {"inside": "blupboard_contract = '99.1'"},
    ],
    ids=["module", "a module that cannot be imported", "class"],
)
def test_a_plugin_for_a_newer_contract_is_told_so_and_the_rest_goes_on(tmp_path, parts):
    written(tmp_path, "newer", **parts)
    written(tmp_path, "older", contract="blupboard_contract = '0.1'")
    written(tmp_path, "same", contract=f"blupboard_contract = {CONTRACT!r}")
    written(tmp_path, "silent")
    registry = build_registry([tmp_path], entry_points=False)
    assert [(f.source.name, f.reason) for f in registry.failures] == [("newer", NEWER)]
    assert {"older", "same", "silent", "ols"} <= set(registry)
    assert "newer" not in registry


def test_an_object_that_asks_for_more_is_told_so_too():
    kind = type("Newer", (RowsOnly,), {"id": "newer", "blupboard_contract": "99.1"})
    registry = build_registry(entry_points=False, plugins=[kind(), RowsOnly()])
    assert [failure.reason for failure in registry.failures] == [NEWER]
    assert "rows_only" in registry


def test_an_import_that_fails_otherwise_says_what_it_said_before(tmp_path):
    written(tmp_path, "broken", contract=f"blupboard_contract = {CONTRACT!r}", more=", NotInventedYet")
    (failure,) = build_registry([tmp_path], entry_points=False).failures
    assert failure.reason.startswith(
        "importing it failed with ImportError: cannot import name 'NotInventedYet'"
    )


@pytest.mark.parametrize("stated", [None, "0", "0.1", "0.1.9", CONTRACT])
def test_an_older_contract_is_fine(stated):
    assert contract_fault(stated) is None


@pytest.mark.parametrize("stated", ["0.10", f"{CONTRACT}.1", "1"])
def test_versions_are_compared_as_numbers(stated):
    assert contract_fault(stated).startswith(f"it is written for contract {stated} of")


@pytest.mark.parametrize("stated", [0.2, "new", "", "0.2b", ("0", "2")])
def test_a_contract_that_is_no_version_is_refused(stated):
    assert contract_fault(stated).startswith("blupboard_contract must be text such as '0.2', not ")


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("blupboard_contract = '0.3'", "0.3"),
        ("import x\nother = blupboard_contract = '0.3'", "0.3"),
        ("def f():\n    blupboard_contract = '0.3'", None),
        ("blupboard_contract = f()", None),
    ],
)
def test_what_a_module_states_is_read_without_running_it(text, stated):
    assert contract_in_source(text) == stated

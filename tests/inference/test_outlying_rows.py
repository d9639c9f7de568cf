"""Rows far from their group against a regression in which the row has a coefficient of its own."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from estimators import GroupData, model_checks
from estimators.inference.outlying_rows import outlying_rows
from tests.inference.oracles import groups_of

GROUP = np.array(list("aaaabbbbbbcccd"))
VALUE = np.array([3.1, 2.9, 3.4, 2.7, 5.0, 5.2, 4.7, 5.1, 4.9, 9.5, 7.0, 7.3, 6.8, 40.0])


def shifted(at):
    """Student's t and degrees of freedom of a dummy for one row beside those of the groups."""
    design = np.column_stack([*(g == GROUP for g in "abcd"), np.arange(len(GROUP)) == at]).astype(float)
    found, squares, rank, _ = np.linalg.lstsq(design, VALUE)
    assert rank == design.shape[1]
    degrees = len(VALUE) - rank
    variance = squares[0] / degrees * np.linalg.inv(design.T @ design)[-1, -1]
    return found[-1] / np.sqrt(variance), degrees


def test_a_row_is_as_far_as_its_own_coefficient_says():
    found = outlying_rows(GroupData.from_arrays(VALUE + 1e6, GROUP))
    t, degrees = shifted(9)
    assert (found.groups, found.value.tolist(), found.looked_at) == (("b",), [9.5 + 1e6], 13)
    assert found.distance[0] == pytest.approx(t, rel=1e-7)
    assert found.p[0] == pytest.approx(13 * 2 * stats.t.sf(abs(t), degrees), rel=1e-6)
    others = [abs(shifted(at)[0]) for at in range(13) if at != 9]
    assert 13 * 2 * stats.t.sf(max(others), degrees) > 0.05


def test_the_check_names_it_and_says_what_to_do():
    checks = model_checks(GroupData.from_arrays(VALUE, GROUP))
    assert checks.sentences()["rows"].startswith("Far from the others of their group: 9.5 in b. See whether")
    [row] = json.loads(json.dumps(checks.to_dict(), allow_nan=False))["rows"]["rows"]
    assert (row["group"], row["value"]) == ("b", 9.5)
    quiet = model_checks(groups_of("dyestuff"))
    assert quiet.sentences()["rows"].startswith("No row lies further")


def test_few_rows_of_many_are_named_where_nothing_is_wrong():
    rng = np.random.default_rng(5)
    named = [
        len(outlying_rows(GroupData.from_arrays(rng.standard_normal(300), np.arange(300) % 20)).groups)
        for _ in range(200)
    ]
    assert 1 <= sum(number > 0 for number in named) <= 22


@pytest.mark.slow
def test_where_it_says_nothing_there_is_no_check():
    events = GroupData.from_arrays([0.0] * 30 + [1.0] + [0.0] * 9, list("ab") * 20)
    for data in (events, groups_of("eight_schools"), GroupData.from_arrays([1.0, 2, 4], list("aab"))):
        assert outlying_rows(data) is None
    assert "rows" not in model_checks(groups_of("eight_schools")).sentences()

"""Tables in any usual dialect come back as they were written, or what became of them is said."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dialects import REFUSED, silent_change, table


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_no_number_changes_or_is_lost_in_silence(tmp_path_factory, seed):
    assert silent_change(table(random.Random(seed)), tmp_path_factory.mktemp("dialects")) in (None, REFUSED)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_nor_does_one_in_a_frame(seed):
    assert silent_change(table(random.Random(seed)), None) in (None, REFUSED)

"""Few requests are at work at a time, and none is held up for long."""

import threading
from contextlib import ExitStack

import pytest

from dashboard.serving.few_at_work import FewAtWork
from tests.waiting import PATIENCE


def begin(few):
    """A thread that takes a turn: the thread, and events of being at work and of its end."""
    at_work, end = threading.Event(), threading.Event()

    def work():
        with few.turn():
            at_work.set()
            assert end.wait(PATIENCE)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, at_work, end


def finish(*begun):
    for thread, at_work, end in begun:
        assert at_work.wait(PATIENCE)
        end.set()
        thread.join(PATIENCE)


def test_another_waits_until_one_has_ended():
    few = FewAtWork(most=2, seconds=PATIENCE)
    first, second = begin(few), begin(few)
    assert first[1].wait(PATIENCE)
    assert second[1].wait(PATIENCE)
    third = begin(few)
    assert not third[1].wait(0.05)
    finish(first)
    finish(second, third)


def test_what_is_long_at_work_holds_up_nobody():
    few = FewAtWork(most=1, seconds=0.01)
    begun = [begin(few) for _ in range(4)]
    for _, at_work, _ in begun:
        assert at_work.wait(PATIENCE)
    finish(*begun)


def test_a_turn_ends_with_what_fails_in_it():
    few = FewAtWork(most=1, seconds=PATIENCE)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="fails"), few.turn():
            raise RuntimeError("fails")
    with ExitStack() as stack:
        stack.enter_context(few.turn())

"""What is read once: by one of those who look, while others are read too."""

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from estimators.data.read_once import ReadOnce
from tests.waiting import PATIENCE


class Slow:
    """Reads when it may."""

    def __init__(self):
        self.times = 0

    @ReadOnce
    def value(self):
        """What is read."""
        self.times += 1
        began.release()
        assert may.wait(PATIENCE)
        return self.times


began, may = threading.Semaphore(0), threading.Event()


def test_one_reads_for_all_who_look_and_nobody_waits_for_another_object():
    one, other = Slow(), Slow()
    with ThreadPoolExecutor(4) as threads:
        looks = [threads.submit(lambda held=held: held.value) for held in (one, one, one, other)]
        assert all(began.acquire(timeout=PATIENCE) for _ in range(2))  # both objects are being read
        may.set()
        assert [look.result(PATIENCE) for look in looks] == [1] * 4
    assert (one.times, other.times) == (1, 1)
    assert pickle.loads(pickle.dumps(one)).value == 1
    assert Slow.value.__doc__ == "What is read."


def test_what_fails_is_read_again():
    class Failing:
        times = 0

        @ReadOnce
        def value(self):
            self.times += 1
            if self.times == 1:
                raise OSError("not yet")
            return "read"

    failing = Failing()
    with pytest.raises(OSError, match="not yet"):
        _ = failing.value
    assert failing.value == "read"

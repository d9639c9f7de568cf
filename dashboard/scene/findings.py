"""What fits let conclude: computed once for each, and kept as long as the fit is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary

from estimators import exact_intervals, group_ranks, profile_intervals, spread_tests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimators import (
        DrawnJoint,
        ExactInterval,
        GroupData,
        Joint,
        ProfileInterval,
        Questions,
        Ranks,
        Result,
        SpreadTests,
    )
    from estimators.methods.profile import Method

Found = TypeVar("Found")


@dataclass(frozen=True)
class Spreads:
    """What the likelihood of a method says of the spreads."""

    profile: Mapping[str, ProfileInterval]
    """Intervals by the parameter's name, of those that have one."""
    tests: SpreadTests


class Findings:
    """Intervals of spreads by the groups, ranks by the joint distribution of a fit.

    Whoever asks while a thing is being computed waits for it; nothing is computed twice.
    """

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Any, dict[Hashable, _Once]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def exact_intervals(self, data: GroupData, level: float) -> Mapping[str, ExactInterval]:
        """What :func:`estimators.exact_intervals` gives, and raises."""
        return self._once(data, level, lambda: exact_intervals(data, level))

    def spreads(self, data: GroupData, method: Method, level: float) -> Spreads:
        """The intervals at a level and the tests, by the likelihood of a method.

        Raises:
            DataError: the spreads cannot be told apart, see :func:`estimators.profile_intervals`.

        """
        return self._once(
            data,
            (method, level),
            lambda: Spreads(
                profile_intervals(data, method, level),
                self._once(data, method, lambda: spread_tests(data, method)),
            ),
        )

    def known_spreads(self, data: GroupData, method: Method, level: float) -> Spreads | None:
        """The same where they were computed before; else None."""
        return cast("Spreads | None", self._known(data, (method, level)))

    def ranks(
        self, joint: Joint | DrawnJoint, *, level: float, top: int | None, smallest_first: bool
    ) -> Ranks:
        """The ranks under a joint distribution; raises what :func:`estimators.group_ranks` does.

        A distribution of ranks that was computed once has them at every level.
        """

        def compute() -> Ranks:
            return group_ranks(joint, level=level, top=top, smallest_first=smallest_first)

        def at_level() -> Ranks:
            first = self._once(joint, (top, smallest_first), compute)
            return first if first.level == level else first.at(level, top) or compute()

        return self._once(joint, (level, top, smallest_first), at_level)

    def known_ranks(
        self, joint: Joint | DrawnJoint, *, level: float, top: int | None, smallest_first: bool
    ) -> Ranks | None:
        """The same where they were computed before; else None."""
        return cast("Ranks | None", self._known(joint, (level, top, smallest_first)))

    def answers(
        self, data: GroupData, result: Result, questions: Questions, ranks: Callable[[], Ranks | None]
    ) -> Mapping[str, Any]:
        """The answers by the joint distribution of a result; raises what ``questions.answers`` does.

        ``ranks`` gives those of the page.
        """
        return self._once(result.fit, questions, lambda: questions.answers(data, result, ranks()))

    def _once(self, of: object, key: Hashable, compute: Callable[[], Found]) -> Found:
        with self._lock:
            entry = self._kept.setdefault(of, {}).setdefault(key, _Once())
        return cast("Found", entry.value(compute))

    def _known(self, of: object, key: Hashable) -> object:
        with self._lock:
            entry = self._kept.get(of, {}).get(key)
        return None if entry is None else entry.found


class _Once:
    """A value that is computed when it is first asked for; what raises is tried again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.found: object = None

    def value(self, compute: Callable[[], object]) -> object:
        """The value, by ``compute`` where nobody has computed it yet."""
        with self._lock:
            if self.found is None:
                self.found = compute()
            return self.found

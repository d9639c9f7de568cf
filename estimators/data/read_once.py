"""A property that is read at the first look and kept; whoever looks meanwhile waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


class ReadOnce(Generic[Value]):
    """Like ``functools.cached_property``, with a lock of its own for each object.

    That of functools has one for all objects up to Python 3.11, so that one slow file has everybody wait, and
    none from 3.12 on, so that a slow file is read by everybody who looks.
    """

    def __init__(self, read: Callable[[Any], Value]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> ReadOnce[Value]: ...
    @overload
    def __get__(self, holder: object, owner: type | None = None) -> Value: ...
    def __get__(self, holder: object | None, owner: type | None = None) -> Any:
        """The value; raises what reading it does, and is read again then."""
        if holder is None:
            return self
        kept = vars(holder)
        place = f"_reading_{self._name}"
        # taken away again, since an object is pickled without locks
        with kept.setdefault(place, threading.RLock()):
            try:
                if self._name not in kept:
                    kept[self._name] = self._read(holder)
                return kept[self._name]
            finally:
                kept.pop(place, None)

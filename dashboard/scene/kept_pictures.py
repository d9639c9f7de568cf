"""Pictures that another level leaves as they are: the latest of each view, for the scenes that share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


class KeptPictures:
    """What was drawn of scenes that differ by their level alone. Nobody may change what it holds."""

    def __init__(self) -> None:
        self._latest: dict[str, tuple[Hashable, Any]] = {}

    def once(self, view_id: str, request: Hashable, draw: Callable[[], T]) -> T:
        """The picture of a view for a request, by ``draw`` where the latest was drawn for another one."""
        found = self._latest.get(view_id)
        if found is None or found[0] != request:
            found = self._latest[view_id] = (request, draw())
        return cast("T", found[1])

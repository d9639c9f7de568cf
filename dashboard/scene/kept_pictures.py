"""Pictures that another level leaves as they are: the latest of each view, for the scenes that share them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable


class KeptPictures:
    """What was drawn of scenes that differ by their level alone. Nobody may change what it holds."""

    def __init__(self) -> None:
        self._latest: dict[str, tuple[Hashable, object]] = {}

    def find(self, view_id: str, request: Hashable) -> object:
        """The picture of a view for a request; None where the latest was drawn for another one."""
        of, picture = self._latest.get(view_id, (None, None))
        return picture if of == request else None

    def keep(self, view_id: str, request: Hashable, picture: object) -> None:
        """Keep the picture of a view for a request in place of the one before."""
        self._latest[view_id] = (request, picture)

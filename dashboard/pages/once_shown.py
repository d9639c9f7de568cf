"""What lies behind something closed, and is drawn once that is opened for the first time.

Dash's renderer draws every component of a page before the first of them can be used, those of a closed fold
or another page too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.pages.own_component import OwnComponent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component


class OnceShown(OwnComponent):
    """Components without a box around them; drawn by ``assets/shared/once_shown.mjs``.

    They take part in callbacks from the start, and stay drawn once they are.
    """

    properties = ("children",)

    def __init__(self, children: Sequence[Component]) -> None:
        super().__init__(children=children)

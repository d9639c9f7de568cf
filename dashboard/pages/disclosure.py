"""What a small button opens in its place on the page, and closes again.

The kit's own popovers ask dash for every change of what is in them, for which its renderer looks through the
whole page at every change of any part: one for each estimator took half of a change's time in scripts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.pages.own_component import OwnComponent
from dashboard.pages.symbols import icon_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component


class Disclosure(OwnComponent):
    """A button with an icon, and below it what it opens; drawn by ``assets/shared/disclosure.mjs``.

    What is in it takes part in callbacks whether it is open or not, and is drawn only while it is.
    """

    properties = ("children", "icon", "label")

    def __init__(self, children: Sequence[Component], *, icon: str, label: str) -> None:
        super().__init__(children=children, icon=icon_source(icon), label=label)

"""What a small button opens in its place on the page, and closes again.

The kit's own popovers ask dash for every change of what is in them, for which its renderer looks through the
whole page at every change of any part: one for each estimator took half of a change's time in scripts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash.development.base_component import Component

from dashboard.pages.symbols import icon_source

if TYPE_CHECKING:
    from collections.abc import Sequence

# ruff: noqa: RUF012  the base class declares its attributes as lists


class Disclosure(Component):
    """A button with an icon, and below it what it opens; drawn by ``assets/shared/disclosure.mjs``.

    What is in it takes part in callbacks whether it is open or not, and is drawn only while it is.
    """

    _namespace = "blupboard"
    _type = "Disclosure"
    _children_props: list[str] = []
    _base_nodes: list[str] = ["children"]
    _prop_names = ["children", "icon", "label"]
    _valid_wildcard_attributes: list[str] = []
    available_properties = _prop_names
    available_wildcard_properties: list[str] = []

    def __init__(self, children: Sequence[Component], *, icon: str, label: str) -> None:
        super().__init__(children=children, icon=icon_source(icon), label=label)  # type: ignore[no-untyped-call]  # dash has no types there

"""Elements that no callback reads or changes, as one component for each run of them.

Dash's renderer looks at every component of the page whenever one is drawn or changes, so that a page costs
the square of their number; a table of plain cells is one component here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from dash.development.base_component import Component

from dashboard.pages.own_component import OwnComponent

if TYPE_CHECKING:
    from collections.abc import Sequence

_HTML = "dash_html_components"
_OF_DASH = frozenset({"children", "n_clicks", "n_clicks_timestamp", "disable_n_clicks", "key"})

Element: TypeAlias = "str | tuple[str, dict[str, object], list[Element]]"
"""A text, or tag, attributes and the elements inside."""
Content = TypeVar("Content")


class StaticHtml(OwnComponent):
    """Elements, drawn by ``assets/shared/static_html.mjs`` without a box around them."""

    properties = ("elements",)

    def __init__(self, elements: list[Element]) -> None:
        super().__init__(elements=elements)


def merge_static(content: Content) -> Content:
    """What is given, with every run of two or more static elements in it as one component.

    An element is static if it is one of ``dash.html`` without an id that counts no clicks, and so is all in
    it. What is given is a component, contents of one, or a dict of such; anything else comes back as it is,
    such as the figures in a dict of a dict.
    """
    if isinstance(content, dict):
        return type(content)(
            {
                name: value if isinstance(value, dict) else merge_static(value)
                for name, value in content.items()
            }
        )
    if isinstance(content, list | tuple):
        return type(content)(_merged(content))
    if isinstance(content, Component):
        _merge_inside(content)
    return content


def _merge_inside(component: Component) -> None:
    for name in ("children", *(name for name in component._children_props if name.isidentifier())):
        inside = getattr(component, name, None)
        if isinstance(inside, list | tuple):
            setattr(component, name, _merged(inside))
        elif isinstance(inside, Component):
            setattr(component, name, _merged([inside])[0])


def _merged(contents: Sequence[object]) -> list[object]:
    merged: list[object] = []
    run: list[tuple[object, Element]] = []

    def end_run() -> None:
        elements = [element for _, element in run]
        if sum(map(_count, elements)) > 1:
            merged.append(StaticHtml(elements))
        else:
            merged.extend(given for given, _ in run)
        run.clear()

    for given in contents:
        element = _static(given)
        if element is not None:
            run.append((given, element))
            continue
        end_run()
        merged.append(merge_static(given) if isinstance(given, list | tuple) else given)
        if isinstance(given, Component):
            _merge_inside(given)
    end_run()
    return merged


def _static(given: object) -> Element | None:
    """The element that a static component is; None: it is not static."""
    if isinstance(given, str):
        return given
    if isinstance(given, int | float) and not isinstance(given, bool):
        return str(given)
    if not isinstance(given, Component) or given._namespace != _HTML:
        return None
    attributes = {name: getattr(given, name) for name in given._prop_names if hasattr(given, name)}
    wild = {name: value for name, value in vars(given).items() if name.startswith(("data-", "aria-"))}
    if "id" in attributes or "n_clicks" in attributes:
        return None
    inside = attributes.get("children")
    inside = [] if inside is None else inside if isinstance(inside, list | tuple) else [inside]
    written = [one for one in inside if one is not None]
    elements = [element for one in written if (element := _static(one)) is not None]
    if len(elements) < len(written):
        return None
    kept = {name: value for name, value in attributes.items() if name not in _OF_DASH}
    return given._type.lower(), kept | wild, elements


def _count(element: Element) -> int:
    """How many components of dash an element would be."""
    return 0 if isinstance(element, str) else 1 + sum(map(_count, element[2]))

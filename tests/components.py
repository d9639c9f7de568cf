"""Look into a tree of the page's components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component


def within(tree: Any) -> Iterator[Any]:
    """A component and everything below it, in the order of the page; text too."""
    yield tree
    below = getattr(tree, "children", None) if isinstance(tree, Component) else tree
    if isinstance(below, (list, tuple)):
        for child in below:
            yield from within(child)
    elif isinstance(tree, Component) and below is not None:
        yield from within(below)


def text_of(tree: Any) -> str:
    """All the text in it."""
    return " ".join(str(part) for part in within(tree) if isinstance(part, (str, int)))


def of_class(tree: Any, name: str) -> list[Any]:
    """The components of a class."""
    return [part for part in within(tree) if name in str(getattr(part, "className", None) or "").split()]

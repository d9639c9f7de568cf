"""Attributes of HTML whose names are no names in Python, to be handed to a component with ``**``."""

from __future__ import annotations

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """``aria(label="Find")`` is ``{"aria-label": "Find"}``."""
    return {f"aria-{name}": value for name, value in values.items()}


def explained(text: str) -> dict[str, Any]:
    """An explanation for whoever points at the element, goes to it or touches it; none for ``""``."""
    return {"tabIndex": "0", "data-explain": text} if text else {}


def scrollable(label: str) -> dict[str, Any]:
    """What may be wider than its place can be gone to, so that arrow keys move it."""
    return {"tabIndex": "0", "role": "group", **aria(label=label)}


def data(**values: str) -> dict[str, Any]:
    """``data(max_bytes="9")`` is ``{"data-max-bytes": "9"}``."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}

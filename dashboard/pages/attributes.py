"""Attributes of HTML whose names are no names in Python, to be handed to a component with ``**``."""

from __future__ import annotations

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """``aria(label="Find")`` is ``{"aria-label": "Find"}``."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """``data(max_bytes="9")`` is ``{"data-max-bytes": "9"}``."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}

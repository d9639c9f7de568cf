"""How a level, a rate or a share that was asked for is written."""

from __future__ import annotations


def level_text(level: float) -> str:
    """In percent, with all its digits: 97.5% is not 98%, nor 99.9% all."""
    return f"{100.0 * level:.12g}%"

"""How long files are kept, how much there is of them, and what was removed. Sizes come in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def until(day: date) -> str:
    """``kept until 29 Dec 2026``."""
    return f"kept until {day.day} {day:%b} {day.year}"


def before_removal(files: int, size: str) -> str:
    """What pressing the button does."""
    return (
        f"{_all_of(files, size)} go at once and for good, which cannot be undone. The page then starts anew."
    )


def after_removal(files: int, size: str) -> str:
    """What was removed."""
    return f"{_all_of(files, size)} were removed from this server for good."


def _all_of(files: int, size: str) -> str:
    if files == 0:
        return "Your settings"
    return f"{'1 file' if files == 1 else f'{files:,} files'} ({size}) and all your settings"

"""What is said of something that waits for its turn on the server."""

from __future__ import annotations


def waiting_words(ahead: int) -> str:
    """How many have their turn before it."""
    if ahead == 0:
        return "next in turn"
    others = "1 other has" if ahead == 1 else f"{ahead:,} others have"
    return f"waiting for a place; {others} their turn before it"

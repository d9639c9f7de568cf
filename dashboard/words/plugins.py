"""What is said of a plugin, on the page and by ``blupboard plugins``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from estimators import PluginStatus


class Line(TypedDict):
    """One plugin in the list; the keys are those of the JSON layout."""

    name: str
    source: str
    version: str | None
    status: str
    reason: str | None
    estimators: list[str]


def plugin_line(status: PluginStatus) -> Line:
    """One plugin as the list has it; it has failed if anything of it was left out."""
    reasons = [failure.reason for failure in status.failures]
    return {
        "name": status.source.plugin_name,
        "source": status.source.origin,
        "version": status.source.version,
        "status": "failed" if reasons else "ok",
        "reason": "; ".join(reasons) or None,
        "estimators": list(status.estimators),
    }


def usable_parts(status: PluginStatus) -> str:
    """What of a plugin can be used: its estimators' ids, and how many of the rest; empty if nothing."""
    counted = (
        (len(status.samples), "dataset"),
        (len(status.readers), "reader"),
        (len(status.views), "view"),
    )
    rest = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counted if count]
    return ", ".join([*status.estimators, *rest])


def one_line(text: str) -> str:
    """A reason as it fits into a line."""
    return " ".join(text.split())


def count_plugins(statuses: Sequence[PluginStatus]) -> tuple[int, int]:
    """How many plugins were found besides the built-ins, and how many have failed."""
    outside = [status for status in statuses if not status.source.is_built_in]
    return len(outside), sum(1 for status in outside if status.failures)

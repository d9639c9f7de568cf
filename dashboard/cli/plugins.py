"""``blupboard plugins``: what was found, from where, and what of it works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from dashboard.cli.shared import plugins_dir_option
from dashboard.cli.stdout import load_plugins, to_stdout

if TYPE_CHECKING:
    from estimators import PluginStatus

OWN_NAME = "blupboard"
"""The name under which the built-in estimators are listed."""


class Line(TypedDict):
    """One plugin in the list; the keys are those of the JSON layout."""

    name: str
    source: str
    version: str | None
    status: str
    reason: str | None
    estimators: list[str]


@click.command("plugins")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
@plugins_dir_option
def plugins_command(layout: str, plugins_dirs: tuple[Path, ...]) -> None:
    """List the plugins that were found, and why something of them was left out.

    The estimators that come with blupboard are listed as the plugin "blupboard". A plugin has failed if
    anything of it was left out; its estimators are those that can be used all the same.
    """
    lines = [_line(status) for status in load_plugins(plugins_dirs).statuses()]
    text = json.dumps(lines, indent=1) if layout == "json" else "\n".join(_table(lines))
    to_stdout(f"{text}\n".encode())


def plugin_name(status: PluginStatus) -> str:
    """What people call a plugin: its distribution or the stem of its file; blupboard for the built-ins."""
    return OWN_NAME if status.source.origin == "built in" else status.source.name


def _line(status: PluginStatus) -> Line:
    reasons = [failure.reason for failure in status.failures]
    return {
        "name": plugin_name(status),
        "source": status.source.origin,
        "version": status.source.version,
        "status": "failed" if reasons else "ok",
        "reason": "; ".join(reasons) or None,
        "estimators": list(status.estimators),
    }


def _table(lines: list[Line]) -> list[str]:
    """One line for each plugin; below it, why it has failed."""
    rows = [
        (
            line["status"],
            line["name"],
            line["version"] or "-",
            ", ".join(line["estimators"]) or "-",
            line["source"],
        )
        for line in lines
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    out: list[str] = []
    for row, line in zip(rows, lines, strict=True):
        out.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if line["reason"] is not None:
            out.append(f"{'':{widths[0]}}  {' '.join(line['reason'].split())}")
    return out

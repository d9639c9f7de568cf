"""``blupboard plugins``: what was found, from where, and what of it works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.shared import plugins_dir_option
from dashboard.cli.stdout import load_plugins, to_stdout
from dashboard.words.plugins import one_line, plugin_line, usable_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from estimators import PluginStatus


@click.command("plugins")
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
@plugins_dir_option
def plugins_command(layout: str, plugins_dirs: tuple[Path, ...]) -> None:
    """List the plugins that were found, and why something of them was left out.

    The estimators that come with blupboard are listed as the plugin "blupboard". A plugin has failed if
    anything of it was left out; its estimators are those that can be used all the same.
    """
    statuses = load_plugins(plugins_dirs).statuses()
    if layout == "json":
        text = json.dumps([plugin_line(status) for status in statuses], indent=1)
    else:
        text = "\n".join(_table(statuses))
    to_stdout(f"{text}\n".encode())


def _table(statuses: Sequence[PluginStatus]) -> list[str]:
    """One line for each plugin with what it brings; below it, why it has failed."""
    lines = [plugin_line(status) for status in statuses]
    rows = [
        (line["status"], line["name"], line["version"] or "-", usable_parts(status) or "-", line["source"])
        for line, status in zip(lines, statuses, strict=True)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    out: list[str] = []
    for row, line in zip(rows, lines, strict=True):
        out.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if line["reason"] is not None:
            out.append(f"{'':{widths[0]}}  {one_line(line['reason'])}")
    return out

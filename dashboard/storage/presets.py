"""What an owner chose for files of the same columns, for the next such file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from dashboard.storage.private_files import read_json, write_preference

if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "presets.json"
MOST_PRESETS: Final = 50
"""Kinds of files for which one owner's choices are kept: the latest ones."""


def keep_preset(home: Path, columns: str, value: dict[str, Any]) -> None:
    """Keep `value` for files whose columns are those behind a key; an empty one is forgotten.

    Nothing is kept for a dataset of an earlier version, which does not know how it was found.
    """
    if not columns:
        return
    kept = read_json(home / _FILE)
    known = kept.pop(columns, None)
    if value:
        kept[columns] = value
    if known != value and (known or value):
        write_preference(home / _FILE, json.dumps(dict(list(kept.items())[-MOST_PRESETS:])))


def kept_preset(home: Path, columns: str) -> dict[str, Any]:
    """What `keep_preset` kept; empty where there is nothing."""
    found = read_json(home / _FILE).get(columns)
    return found if isinstance(found, dict) else {}

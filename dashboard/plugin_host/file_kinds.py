"""The kinds of files that plugins read, as ingest takes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dashboard.ingest import ForeignKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dashboard.plugin_host.processes import PluginProcesses
    from estimators import Reader, Registry


def foreign_kinds(registry: Registry, processes: PluginProcesses | None = None) -> tuple[ForeignKind, ...]:
    """One kind for each reader; with ``processes``, plugins' code runs there."""
    return tuple(
        ForeignKind(
            id=reader.id,
            label=reader.label,
            suffixes=tuple(reader.suffixes),
            plugin=registry.source_of(reader).plugin_name,
            read=_read_function(registry, reader, processes),
        )
        for reader in registry.readers.values()
    )


def _read_function(
    registry: Registry, reader: Reader, processes: PluginProcesses | None
) -> Callable[[Path], object]:
    if processes is None or not registry.source_of(reader).is_foreign:
        return reader.read
    return partial(processes.call, "read", reader.id)

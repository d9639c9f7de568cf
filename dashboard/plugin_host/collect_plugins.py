"""What there is: blupboard's own estimators and samples, and all that plugins bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import samples
from estimators import Registry, build_registry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def collect(
    plugins_dirs: Iterable[str | Path] = (),
    *,
    entry_points: bool = True,
    files: Iterable[str | Path] = (),
    plugins: Iterable[object] = (),
) -> Registry:
    """See :func:`estimators.build_registry`, whose built-ins the samples join. Raises what it does."""
    return build_registry(
        plugins_dirs, entry_points=entry_points, files=files, plugins=plugins, built_in=[samples]
    )

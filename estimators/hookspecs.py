"""The hooks that a plugin may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from estimators.contract import Estimator

PROJECT = "blupboard"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the implementation of the hook of the same name."""


@hookspec
def register_estimators() -> list[Estimator]:  # type: ignore[empty-body]  # a specification has no body
    """Return instances of the estimators that this plugin brings."""

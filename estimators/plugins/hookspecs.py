"""The hooks that a plugin may implement: each returns a list of what the plugin brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from estimators.contract.estimator import Estimator
    from estimators.plugins.reader import Reader
    from estimators.plugins.sample import Sample
    from estimators.plugins.view import View

PROJECT = "blupboard"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the implementation of the hook of the same name."""

# mypy: disable-error-code="empty-body"
# a specification has no body


@hookspec
def register_estimators() -> list[Estimator]:
    """Return instances of the estimators that this plugin brings."""


@hookspec
def register_datasets() -> list[Sample]:
    """Return the datasets that people find under "Samples"."""


@hookspec
def register_readers() -> list[Reader]:
    """Return readers for kinds of files that blupboard does not know."""


@hookspec
def register_views() -> list[View]:
    """Return pictures of a comparison, shown below the page's own and linked with them."""

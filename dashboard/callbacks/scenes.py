"""The scene that the page shows, for callbacks that add something to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.serving.server import owner
from dashboard.session.choices import Choices
from dashboard.storage.errors import WorkspaceError
from estimators import BlupboardError

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene
    from dashboard.session.comparisons import Comparisons


def scene_on_screen(comparisons: Comparisons, given: object) -> Scene | None:
    """The scene of the page's choices; None where it has gone meanwhile, which the page itself then says."""
    choices = Choices.from_json(given)
    if choices is None:
        return None
    try:
        return comparisons.scene(owner(), choices, 0.0)
    except (BlupboardError, WorkspaceError, ValueError):
        return None

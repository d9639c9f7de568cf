"""What happens when someone does something: fetch state, call a plain function, return what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.callbacks import browser, comparison, data, extras, lesson, more_views, risk, simulation

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Board
    from dashboard.session.running_studies import Studies


def register(app: dash.Dash, board: Board, studies: Studies) -> None:
    """Add all callbacks to the app."""
    data.register(app, board)
    simulation.register(app, board)
    risk.register(app, board, studies)
    comparison.register(app, board)
    extras.register(app, board)
    more_views.register(app, board)
    lesson.register(app)
    browser.register(app)

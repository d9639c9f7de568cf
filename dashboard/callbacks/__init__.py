"""What happens when someone does something: fetch state, call a plain function, return what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.callbacks import (
    browser,
    code,
    comparison,
    conclude,
    data,
    database,
    forget,
    how_sure,
    lesson,
    line_form,
    model_columns,
    reading,
    refused,
    request_schema,
    risk,
    scorecard,
    simulation,
    stacking,
    table,
    under_way,
    views,
)

if TYPE_CHECKING:
    import dash

    from dashboard.session.comparisons import Comparisons
    from dashboard.session.running_studies import RunningStudies


def register(app: dash.Dash, comparisons: Comparisons, studies: RunningStudies) -> None:
    """Add all callbacks to the app, which has its routes already, and what checks requests to them."""
    data.register(app, comparisons)
    simulation.register(app, comparisons)
    database.register(app, comparisons)
    stacking.register(app, comparisons)
    risk.register(app, comparisons, studies)
    scorecard.register(app, comparisons)
    comparison.register(app, comparisons)
    reading.register(app, comparisons)
    line_form.register(app, comparisons)
    model_columns.register(app, comparisons)
    refused.register(app, comparisons)
    forget.register(app, comparisons, studies)
    views.register(app, comparisons)
    conclude.register(app, comparisons)
    table.register(app, comparisons)
    code.register(app, comparisons)
    how_sure.register(app, comparisons)
    under_way.register(app, comparisons)
    lesson.register(app)
    browser.register(app)
    request_schema.install(app)

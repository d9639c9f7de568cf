"""The lesson: the four models side by side."""

from __future__ import annotations

from dash import html

from dashboard.pages import ids


def lesson_panel() -> html.Main:
    """An empty place that a callback fills when the page is first shown."""
    return html.Main(html.Div(id=ids.LESSON), className="lesson on-lesson", id="lesson")

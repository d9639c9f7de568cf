"""What is put into the empty places of the comparison for a scene."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dashboard.pages import ids, panels
from dashboard.pages.coefficients import coefficients_fold
from dashboard.pages.file_reading import (
    change_chips,
    reading_line,
    reading_notes,
    table_line,
)
from dashboard.scene.groups_index import groups_index
from dashboard.session.choices import arrangement_choices, sort_choices
from dashboard.session.first_choices import held_reading
from dashboard.storage.errors import WorkspaceError
from dashboard.words.comparison import cards, closest_sentence, headline, pending_sentence, rows_used
from dashboard.words.spreads import how_sure

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from dashboard.scene.scene import Scene
    from dashboard.session.choices import Choices
    from dashboard.session.comparisons import Comparisons
    from dashboard.session.sources import GroupSource


def comparison_content(
    comparisons: Comparisons, choices: Choices, source: GroupSource, scene: Scene
) -> dict[str, Any]:
    """Every place but the views and the table, by name."""
    described = source.describe()
    pending, read = pending_ids(scene), source.file_groups()
    return {
        "choices": choices.to_json(),
        "panel_class": ids.COMPARISON_CLASS,
        "problem": None,
        "rows_used": rows_used(scene.comparison.data),
        "connected_used": rows_used(scene.comparison.data) if described.door == "database" else None,
        "as_read": reading_line(read),
        "reading_changes": changes_of(choices),
        "reading_notes": reading_notes(read, choices.waved_off),
        "chip": panels.source_chip(described.title, source.facts()),
        "about": [
            *([panels.about_sample(described.sample)] if described.sample else []),
            *coefficients_fold(scene),
        ]
        or None,
        "sort": offered_orders(comparisons, choices, scene),
        "arrangement": arrangement_choices(comparisons.registry, choices.on),
        "headline": panels.headline_text(headline(scene)),
        "cards": panels.card_boxes(cards(scene)),
        "how_sure": how_sure(scene),
        "remedy": panels.remedy(scene, comparisons),
        "failures": panels.failures(scene, comparisons),
        "under_way": pending_sentence(scene),
        "under_way_shown": {"pending": pending, "answer": uuid4().hex},
        "under_way_timer": not pending,
        "notes": panels.notes(scene),
        "parameters": panels.parameters(scene, comparisons),
        "index": groups_index(scene),
        "closest": closest_sentence(scene),
        "draw_bar": not described.can_draw_again,
        "roles": described.table is None,
        "ratios_field": scene.comparison.data.kind != "estimates",
    }


def offered_orders(comparisons: Comparisons, choices: Choices, scene: Scene) -> list[dict[str, str]]:
    """The orders that groups on screen can stand in."""
    return sort_choices(
        comparisons.registry,
        choices.on,
        counts_rows=scene.comparison.data.counts_rows and not scene.weighted,
        by_lines=scene.comparison.data.given_place is not None,
    )


def changes_of(choices: Choices) -> list[Component]:
    """What was set by hand of how the file is read; nothing where it is no file."""
    held = held_reading(choices)
    return [] if held is None else change_chips(held.reading, held.rows, held.model)


def unused_file(comparisons: Comparisons, owner: str, choices: Choices) -> dict[str, Any]:
    """How a file was read of which nothing can be compared, by place; nothing where it has gone."""
    try:
        table, held = comparisons.source(owner, choices).describe().table, held_reading(choices)
    except WorkspaceError:
        return {}
    if table is None or held is None:
        return {}
    return {
        "roles": False,
        "rows_used": None,
        "as_read": table_line(table, held.reading),
        "reading_changes": changes_of(choices),
        "reading_notes": [],
    }


def pending_ids(scene: Scene) -> list[str]:
    """The estimators whose fits are not there yet."""
    return [result.id for result in scene.comparison.results if result.pending]

"""The files of a session in the rail: a line each, how long they are kept, and how all of it goes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, explained
from dashboard.pages.refused_panel import refused_line
from dashboard.pages.symbols import icon
from dashboard.storage.deleted_files import UNDO_MINUTES, deleted_datasets
from dashboard.storage.errors import format_bytes
from dashboard.storage.expiry import kept_of, kept_until
from dashboard.storage.refused_files import refused_files
from dashboard.words import kept_files
from dashboard.words.numbers import row_count

if TYPE_CHECKING:
    from dashboard.storage.datasets import Dataset
    from dashboard.storage.workspace import Workspace


def my_files(workspace: Workspace, owner: str, open_token: str | None) -> list[html.Div]:
    """A line for each file that this session has uploaded, read or not, and for each that it can have back.

    ``open_token``: of what is on screen.
    """
    deleted = [_deleted_file(dataset) for dataset in deleted_datasets(workspace.root, owner)]
    keep = workspace.keep_days
    files = [_file(dataset, keep, is_open=dataset.token == open_token) for dataset in workspace.list(owner)]
    refused = [
        refused_line(file, kept_files.until(kept_until(file.folder, keep)))
        for file in refused_files(workspace.root, owner)
    ]
    damaged = [_damaged_file(token, name) for token, name in workspace.damaged(owner)]
    return [
        html.Div([*refused, *files, *damaged], className="files"),
        html.Div(deleted, role="status"),
        _foot(workspace, owner),
    ]


def _foot(workspace: Workspace, owner: str) -> html.Div:
    """How much is kept, and the way to have all of it deleted; nothing where nothing is."""
    kept = kept_of(workspace.root, owner)
    if kept.bytes == 0:
        return html.Div()
    button = html.Button("Delete all my data now…", id=ids.FORGET, type="button", className="stack-link")
    used = f"{format_bytes(kept.bytes)} of {format_bytes(workspace.quota.owner)} used"
    return html.Div([html.Span(used), button], className="files-foot")


def forget_panel() -> dmc.Modal:
    """What going ahead means, and both answers."""
    return dmc.Modal(
        [
            html.P(id=ids.FORGET_WORDS),
            html.Div(id=ids.FORGET_PROBLEM, role="alert"),
            html.Div(
                [
                    dmc.Button("Delete all of it", id=ids.FORGET_NOW, size="sm", color="red.9"),
                    dmc.Button("Keep it", id=ids.FORGET_NOT, size="sm", variant="default"),
                ],
                className="stack-buttons",
            ),
        ],
        id=ids.FORGET_PANEL,
        title="Delete all your data from this server?",
        size="md",
        closeButtonProps={"aria-label": "Close"},
    )


def _file(dataset: Dataset, keep_days: float, *, is_open: bool) -> html.Div:
    until = kept_files.until(kept_until(dataset.table.path.parent, keep_days))
    return html.Div(
        [
            html.Div(
                [
                    html.Button(
                        dataset.name,
                        id=ids.file_button(dataset.token),
                        className="file-name",
                        **explained(dataset.name),
                        **aria(current="true" if is_open else "false"),
                    ),
                    html.Span(f"{row_count(dataset.table.rows)}, {until}", className="file-rows"),
                ],
                className="file-words",
            ),
            _delete_button(dataset.token, dataset.name),
        ],
        className="file",
    )


def _damaged_file(token: str, name: str) -> html.Div:
    return html.Div(
        [
            html.Span(
                [
                    html.Span(name, className="file-gone", **explained(name)),
                    " cannot be read any more: delete it and upload the file again",
                ]
            ),
            _delete_button(token, name),
        ],
        className="file-deleted",
    )


def _delete_button(token: str, name: str) -> dmc.ActionIcon:
    return dmc.ActionIcon(
        icon("delete"),
        id=ids.file_delete(token),
        variant="subtle",
        color="gray",
        size="sm",
        **aria(label=f"Delete {name} from this server"),
    )


def _deleted_file(dataset: Dataset) -> html.Div:
    return html.Div(
        [
            html.Span(
                [html.Span(dataset.name, className="file-gone", **explained(dataset.name)), " deleted"]
            ),
            html.Button(
                "Undo",
                id=ids.file_undo(dataset.token),
                className="file-undo",
                **explained(f"It is kept for {UNDO_MINUTES} minutes, then removed for good"),
                **aria(label=f"Undo deleting {dataset.name}"),
            ),
        ],
        className="file-deleted",
    )

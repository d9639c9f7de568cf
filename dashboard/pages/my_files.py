"""The files of a session in the rail: a line each, until when they are kept, and all of it deleted at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import html

from dashboard.pages import ids
from dashboard.pages.attributes import aria, explained
from dashboard.pages.refused_panel import refused_line
from dashboard.pages.symbols import icon
from dashboard.storage.deleted_files import UNDO_MINUTES, deleted_datasets
from dashboard.storage.refused_files import refused_files
from dashboard.words.numbers import row_count

if TYPE_CHECKING:
    from dashboard.storage.datasets import Dataset
    from dashboard.storage.workspace import Workspace


def my_files(workspace: Workspace, owner: str, open_token: str | None) -> list[html.Div]:
    """A line for each file that this session has uploaded, read or not, and for each that it can have back.

    ``open_token``: of what is on screen.
    """
    deleted = [_deleted_file(dataset) for dataset in deleted_datasets(workspace.root, owner)]
    files = [_file(dataset, is_open=dataset.token == open_token) for dataset in workspace.list(owner)]
    refused = map(refused_line, refused_files(workspace.root, owner))
    damaged = [_damaged_file(token, name) for token, name in workspace.damaged(owner)]
    return [*refused, *files, *damaged, html.Div(deleted, role="status")]


def _file(dataset: Dataset, *, is_open: bool) -> html.Div:
    return html.Div(
        [
            html.Button(
                dataset.name,
                id=ids.file_button(dataset.token),
                className="file-name",
                **explained(dataset.name),
                **aria(current="true" if is_open else "false"),
            ),
            html.Span(row_count(dataset.table.rows), className="file-rows"),
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

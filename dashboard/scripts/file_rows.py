"""How a script comes by the rows that a comparison used of a file, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from dashboard.ingest.reading import ALL_ROWS, AS_FOUND, Reading, RowFilter
from dashboard.ingest.table import TextLayout
from dashboard.scripts.literals import comment, shell_text
from dashboard.scripts.rows_csv import rows_csv_columns, rows_file_name
from estimators.data.frames import NOTHING_BESIDE, ModelColumns
from estimators.data.left_out import sentences

if TYPE_CHECKING:
    from estimators import GroupData

_FLAG_NAMES = {"\t": "tab", " ": "space", "": "none", 0: "none"}
"""What a flag calls a mark that is hard to type, and a line that is not there."""


@dataclass(frozen=True)
class FileRows:
    """A file, its two columns, how it is read, and which of its rows take part."""

    file_name: str
    outcome: str
    group: str
    reading: Reading = AS_FOUND
    chosen: RowFilter = ALL_ROWS
    layout: TextLayout | None = None
    """How the file is written, where other programs read it alike; None: they read the rows as used."""
    reader: str | None = None
    """The id of the plugin's reader that read the file; None where blupboard did."""
    plugins_dirs: tuple[str, ...] = ()
    """Folders of plugin files."""
    noun: str = "row"
    """What a row is called by its number."""
    model: ModelColumns = NOTHING_BESIDE
    """Covariates and weights."""

    @property
    def rows_file(self) -> str:
        """What the file with the rows as used is called."""
        return rows_file_name(self.file_name)

    @property
    def as_used(self) -> FileRows:
        """The rows as used as a file of their own."""
        group, outcome, *_ = rows_csv_columns(self.model.names)
        return FileRows(self.rows_file, outcome, group, layout=TextLayout(plain=True), model=self.model)

    @property
    def command(self) -> str:
        """The command that writes the rows as used."""
        flags = {"outcome": self.outcome, "group": self.group, **self._reading_flags, **self._row_flags}
        flags |= self._model_flags
        flags["output"] = self.rows_file
        folders = self.plugins_dirs if self.reader is not None else ()
        arguments = [_argument("plugins-dir", folder) for folder in folders]
        for name, value in flags.items():
            values = value if isinstance(value, (list, tuple)) else [value]
            arguments += [_argument(name.replace("_", "-"), one) for one in values]
        # a file may be called as a flag is
        return " ".join(["blupboard rows", *arguments, "--", shell_text(self.file_name)])

    @property
    def _reading_flags(self) -> dict[str, Any]:
        values = {field.name: getattr(self.reading, field.name) for field in fields(Reading)}
        return {name: value for name, value in values.items() if value != getattr(AS_FOUND, name)}

    @property
    def _model_flags(self) -> dict[str, Any]:
        """What says which columns stand beside; a curve is none of their cells."""
        model = self.model
        flags: dict[str, Any] = {
            name: getattr(model, name) for name in ("adjust", "explained_by", "categorical")
        }
        if model.weights is not None:
            flags |= {"weights": model.weights, "weight_kind": model.weight_kind}
        return flags

    @property
    def _row_flags(self) -> dict[str, list[str]]:
        return self.chosen.flags


def _argument(name: str, value: object) -> str:
    if value is True:
        return f"--{name}"
    text = _FLAG_NAMES.get(value, str(value)) if isinstance(value, (str, int)) else str(value)
    return f"--{name}={shell_text(text)}"


def where_rows_are(rows: FileRows) -> list[str]:
    """Comments on how to come by the file with the rows as used."""
    return [
        comment(
            f'The rows that blupboard used of {rows.file_name}: there under Export, "Rows as used (CSV)", or'
        ),
        f"#   {rows.command}",
    ]


def what_was_left_out(data: GroupData, rows: FileRows) -> list[str]:
    """Comments on the rows that took no part, and why."""
    return [comment(f"Not used: {sentence}") for sentence in sentences(data.left_out, rows.noun)]

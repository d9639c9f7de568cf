"""Cells that a program wrote as formulas of text, ="00123", so that a spreadsheet leaves them as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

FORMULAS_READ: Final = 'Cells written as formulas of text (="5") read as what stands in their quotes.'
_HEAD_BYTES: Final = 1 << 16
_FEWEST: Final = 2
_EDGE: Final = rb",;\t|\r\n"
_FORMULA: Final = re.compile(
    rb"(?:^|(?<=[%b]))(?:=(?P<bare>\"[^\"\r\n]*\")|\"=\"(?P<quoted>\"[^\"\r\n]*\")\"\")(?=[%b]|$)"
    % (_EDGE, _EDGE)
)


def without_formula_text(text: Path, folder: Path) -> Path | None:
    """A copy in `folder` of a UTF-8 text whose cells ``="x"`` are ``"x"``; None where its head has no two."""
    with text.open("rb") as source:
        if sum(1 for _ in _FORMULA.finditer(source.read(_HEAD_BYTES))) < _FEWEST:
            return None
        source.seek(0)
        target = folder / "table-without-formulas"
        with target.open("wb") as out:
            out.writelines(_FORMULA.sub(_cell, line) for line in source)
    return target


def _cell(found: re.Match[bytes]) -> bytes:
    return found["bare"] or found["quoted"]

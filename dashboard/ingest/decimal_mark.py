"""Which decimal mark the cells of a text table speak for, or the semicolons between them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from estimators.data.notation import Convention

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.ingest.lines_above import Row

_CELLS_LOOKED_AT = 20_000
_ONE_MARK = (
    r"[+-]?(\d{{0,3}}{mark}(\d{{1,2}}|\d{{4,}})|0{mark}\d+|\d{{4,}}{mark}\d+|"
    r"\d{{1,3}}({other}\d{{3}})+{mark}\d+)"
)
_DECIMAL_COMMA = re.compile(_ONE_MARK.format(mark=",", other="[. '\u00a0\u2009\u202f]"))
_DECIMAL_POINT = re.compile(_ONE_MARK.format(mark=r"\.", other="[, '\u00a0\u2009\u202f]"))


def decimal_convention(rows: Iterable[Row], delimiter: str) -> Convention:
    """The decimal mark of the cells that can have but one, or of the semicolons between them."""
    filled = (text for _, row in rows for cell in row if (text := cell.strip()))
    cells = list(islice(filled, _CELLS_LOOKED_AT))
    commas = sum(_DECIMAL_COMMA.fullmatch(cell) is not None for cell in cells)
    points = sum(_DECIMAL_POINT.fullmatch(cell) is not None for cell in cells)
    if commas != points:
        return Convention("," if commas > points else ".")
    return Convention(",", shown=False) if delimiter == ";" else Convention()

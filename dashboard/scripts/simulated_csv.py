"""Simulated rows as CSV: ``group,y,true_mean``, every digit, in the order in which they were drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from estimators import Simulated

COLUMNS = ("group", "y", "true_mean")
FILE_NAME = "simulated.csv"
"""What the page calls the download."""
ROWS_AT_A_TIME = 1 << 16


def csv_pieces(simulated: Simulated) -> Iterator[bytes]:
    """The file in pieces: UTF-8, lines end in a line feed."""
    yield (",".join(COLUMNS) + "\n").encode()
    truth = (simulated.design.mean + simulated.effect).tolist()
    for start in range(0, len(simulated.outcome), ROWS_AT_A_TIME):
        some = slice(start, start + ROWS_AT_A_TIME)
        rows = zip(simulated.group[some].tolist(), simulated.outcome[some].tolist(), strict=True)
        yield "".join(f"{simulated.labels[j]},{y!r},{truth[j]!r}\n" for j, y in rows).encode()

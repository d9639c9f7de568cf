"""Rows that have all that a model needs: those without a covariate or a weight are left out too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dashboard.ingest.covariate_sql import beside_table
from dashboard.ingest.left_out_sql import INCOMPLETE, USED

if TYPE_CHECKING:
    from dashboard.ingest.judged_rows import JudgedRows


def leave_out_incomplete(judged: JudgedRows) -> None:
    """Take the rows without a covariate or a weight, and those of weight 0, out of the usable ones."""
    import pyarrow as pa

    beside = judged.roles.beside
    if not beside:
        return
    table = beside_table(judged.connection, judged.roles)
    lacks = np.zeros(table.num_rows, dtype=np.bool_)
    for name in table.column_names:
        lacks |= np.asarray(table[name].is_null())
    if beside.weights is not None:
        weights = table[beside.weights].to_numpy()
        lacks |= weights == 0
    lacking = np.flatnonzero(lacks)
    judged.connection.register("lacking", pa.table({"line": lacking}))
    judged.connection.execute(
        "UPDATE cells SET cause = ? FROM lacking WHERE cells.rowid = lacking.line AND cause = ?",
        [INCOMPLETE, USED],
    )
    judged.connection.unregister("lacking")

"""Whether a file's rows summed in one pass give what judging them one by one does."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from dashboard.ingest import reduce
from dashboard.ingest.reduce import FileGroups
from dashboard.ingest.two_columns import FoundColumns, columns_on_demand, stored_columns
from estimators.data.notation import Notation
from estimators.data.sums import EPS

IN_ONE_PASS = reduce._plain_groups
CLOSE = 2e-12


def checked_groups(found: FoundColumns, place: Path) -> FileGroups | None:
    """What one pass gives, which is compared with what it stands for."""
    plain = IN_ONE_PASS(found, place)
    if plain is not None:
        with TemporaryDirectory() as folder:
            columns = stored_columns(found, Path(folder))
            judged = reduce._judged_groups(columns, columns_on_demand(found.asked), found.asked.reading)
            assert_same(plain, judged)
    return plain


def assert_same(plain: FileGroups, judged: FileGroups) -> None:
    """The same groups, left-out rows, reading, remarks and hints; means and squares to rounding."""
    for name in ("reading", "remarks", "hints", "noun"):
        assert getattr(plain, name) == getattr(judged, name), name
    ours, theirs = plain.data, judged.data
    for name in ("rows_read", "dropped", "left_out", "unused_labels", "notation", "origin"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert isinstance(ours.notation, Notation | None)
    for name in ("labels", "n", "constant"):
        assert getattr(ours, name).tolist() == getattr(theirs, name).tolist(), name
    reach = np.abs(theirs.centered_mean).max() + np.sqrt((theirs.ss_within / theirs.n).max())
    np.testing.assert_allclose(ours.centered_mean, theirs.centered_mean, rtol=0, atol=CLOSE * reach)
    # judged rows are summed once where that loses no more than this: `lazy_frames._Lines.accurate`
    slack = (CLOSE + 2 * EPS * theirs.n) * theirs.ss_within + CLOSE**2 * reach**2
    assert (np.abs(ours.ss_within - theirs.ss_within) <= slack).all()
    if ours.rows is not None and theirs.rows is not None:
        assert ours.rows.group.tolist() == theirs.rows.group.tolist()
        assert ours.rows.outcome.tolist() == theirs.rows.outcome.tolist()

"""Whether a sample is what it says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.ingest import UnreadableFile, reduce_file
from estimators import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.ingest import ForeignKind
    from estimators import Sample


def sample_fault(sample: Sample, kinds: Iterable[ForeignKind] = ()) -> str | None:
    """Why its file cannot be opened with its two columns, and how to mend that; None where it can."""
    try:
        reduce_file(sample.file, outcome=sample.outcome, group=sample.group, kinds=kinds)
    except (UnreadableFile, DataError) as error:
        return f"{error} (mend the file, or name two columns of it as outcome and group)"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return f"the file {str(sample.file)!r} cannot be opened: {reason} (pack it with the plugin)"
    return None

"""R's .rds and .RData files to Parquet: the data frames in them, factors as their labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingest.errors import UnreadableFile, excerpt, name_list
from dashboard.ingest.header import column_names
from dashboard.ingest.kinds import MAX_BYTES_IN_MEMORY, Converted
from dashboard.ingest.kinds.choose_sheet import place_of_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from dashboard.ingest.reading import Reading

_ROW_NAMES = "row names"
_Attributes = Mapping[str, Any]
_Maker = Callable[[Any, _Attributes], object]
"""What is made of an R object's value, by the library's own reading, and its attributes."""


@dataclass(frozen=True)
class _Frame:
    """An R data frame: (name, values) of each column, and what its rows are called, if anything."""

    columns: list[tuple[str, Any]]
    row_names: list[str] | None


def convert(kind: str, source: Path, target: Path, *, name: str, reading: Reading) -> Converted:
    """See :func:`dashboard.ingest.kinds.convert`. A "sheet" is the name of a data frame."""
    del kind
    if source.stat().st_size > MAX_BYTES_IN_MEMORY:
        raise UnreadableFile(
            f"{name} unpacks to more than {MAX_BYTES_IN_MEMORY >> 20} MB, which R data files are read up to: "
            "in R, write the columns that are needed with write.csv."
        )
    frames = _frames(source.read_bytes(), name)
    names = tuple(frames)
    place = 0 if reading.sheet is None else place_of_sheet(reading.sheet, names, name=name, what="data frame")
    chosen = names[place]
    pq.write_table(_table(frames[chosen], name), target)
    notes = [f"Read the data frame {excerpt(chosen)}, one of {len(names)}."] if len(names) > 1 else []
    return Converted(sheet=chosen or None, sheets=names if names != ("",) else (), notes=tuple(notes))


def _frames(data: bytes, name: str) -> dict[str, _Frame]:
    """The data frames in a file by name; of one without names, under ""."""
    import rdata

    try:
        extension = None if data.startswith(b"RD") else ".rds"
        found = rdata.conversion.convert(rdata.parser.parse_data(data, extension=extension), _Classes())
    except Exception as error:  # the library raises whatever a damaged file makes it
        raise UnreadableFile(
            f"{name} is an R data file that cannot be read ({type(error).__name__}): in R, write the data "
            "frame with write.csv."
        ) from error
    frames = found if isinstance(found, Mapping) else {"": found}
    chosen = {str(key): value for key, value in frames.items() if isinstance(value, _Frame)}
    if not chosen:
        held = "no data frame"
        if isinstance(found, Mapping) and found:
            held += f", only {name_list(tuple(map(str, found)), 6)}"
        raise UnreadableFile(f"{name} holds {held}: in R, save one with saveRDS(data, file).")
    return chosen


class _Classes(dict[str | bytes, _Maker]):
    """What is made of an R object, by the first of its classes that is known here."""

    def get(self, key: object, default: object = None) -> _Maker:
        del key, default
        return _value_of_class


def _value_of_class(value: object, attributes: _Attributes) -> object:
    for name in attributes.get("class", ()):
        make = _KNOWN.get(str(name))
        if make is not None:
            return make(value, attributes)
    return value


def _frame(value: object, attributes: _Attributes) -> _Frame:
    names = [str(key) for key in attributes.get("names", ())]
    if len(set(names)) < len(names):
        raise ValueError("two columns of the same name")
    columns = list(value.items()) if isinstance(value, Mapping) else []
    given = attributes.get("row.names")
    texts = getattr(getattr(given, "dtype", None), "kind", "") in "UO"
    return _Frame(columns, [str(row) for row in given] if texts and given is not None else None)


def _factor(value: ArrayLike, attributes: _Attributes) -> list[str | None]:
    levels = attributes["levels"].tolist()
    codes = np.ma.filled(np.ma.asarray(value), 0).tolist()
    return [levels[code - 1] if code > 0 else None for code in codes]


def _dates(value: ArrayLike, _: _Attributes) -> pa.Array:
    """Days since 1970 as dates."""
    days: NDArray[np.float64] = np.ma.filled(np.ma.asarray(value, dtype=float), np.nan)
    whole = np.floor(np.where(np.isfinite(days), days, 0)).astype("datetime64[D]")
    return pa.array(np.where(np.isfinite(days), whole, np.datetime64("NaT")), pa.date32())


def _moments(value: ArrayLike, _: _Attributes) -> pa.Array:
    """Seconds since 1970 as moments in UTC."""
    seconds: NDArray[np.float64] = np.ma.filled(np.ma.asarray(value, dtype=float), np.nan)
    micro = np.round(np.where(np.isfinite(seconds), seconds, 0) * 1e6).astype("datetime64[us]")
    return pa.array(np.where(np.isfinite(seconds), micro, np.datetime64("NaT")), pa.timestamp("us"))


def _integer64(value: ArrayLike, _: _Attributes) -> pa.Array:
    """The package bit64 keeps whole numbers in the bits of doubles, the smallest for NA."""
    whole = np.asarray(value, dtype=float).view(np.int64)
    return pa.array(whole, pa.int64(), mask=whole == np.iinfo(np.int64).min)


_KNOWN: Mapping[str, _Maker] = {
    "data.frame": _frame,
    "factor": _factor,
    "Date": _dates,
    "POSIXct": _moments,
    "integer64": _integer64,
}


def _table(frame: _Frame, name: str) -> pa.Table:
    columns = list(frame.columns)
    if frame.row_names is not None:
        columns.insert(0, (_ROW_NAMES, frame.row_names))
    if not columns:
        raise UnreadableFile(f"{name} holds a data frame without columns: choose one with rows of data.")
    arrays = [_array(values) for _, values in columns]
    return pa.Table.from_arrays(arrays, names=list(column_names(str(key) for key, _ in columns)))


def _array(values: ArrayLike | pa.Array) -> pa.Array:
    """A column in Arrow; of lists and other nested ones only that there are so many rows."""
    if isinstance(values, (pa.Array, list)):
        return values if isinstance(values, pa.Array) else _texts(values)
    array: np.ma.MaskedArray[Any, Any] = np.ma.asarray(values)
    if array.ndim != 1:
        return pa.array([[]] * len(array), pa.list_(pa.string()))
    if array.dtype.kind in "UO":
        return _texts(array.tolist())
    if array.dtype.kind == "c":
        return pa.array([[]] * len(array), pa.list_(pa.string()))
    mask = np.ma.getmaskarray(array)
    if array.dtype.kind == "f":
        mask = mask | np.isnan(array.data)
    return pa.array(np.ascontiguousarray(array.data), mask=mask)


def _texts(values: list[Any]) -> pa.Array:
    if all(value is None or isinstance(value, str) for value in values):
        return pa.array(values, pa.string())
    return pa.array([[]] * len(values), pa.list_(pa.string()))

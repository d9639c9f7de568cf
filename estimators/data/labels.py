"""Group labels of any kind to codes and text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

DENSE = 4
"""Whole numbers are counted rather than hashed while their range is at most this many times the rows."""

MANY = 20_000
"""From so many labels on it pays to sort packed bytes."""
MOST_BYTES = 2**28


def encode_labels(group: Any) -> tuple[NDArray[np.int64], list[str]]:
    """Codes ``(N,)`` into the distinct labels as text, -1 where a label is missing or blank.

    The labels stand in no particular order. The codes may be the given array itself.

    Raises:
        DataError: not one column.

    """
    if isinstance(group, np.ma.MaskedArray):
        group = unmasked(group)
    if _is_dense(group):
        return _encode_dense(group)
    codes, values, distinct = _factorize(group)
    if not (distinct and all(map(str.strip, values))):
        codes, values = _texts(codes, values)
    return codes, values


def _texts(codes: NDArray[np.int64], values: list[Any]) -> tuple[NDArray[np.int64], list[str]]:
    """Codes into the different texts of values, -1 where one is missing or blank."""
    texts = [v if type(v) is str and v.strip() else label_text(v) for v in values]
    place = {text: i for i, text in enumerate(dict.fromkeys(text for text in texts if text is not None))}
    if len(place) == len(texts):
        return codes, list(place)
    lookup = np.array([-1 if text is None else place[text] for text in texts] + [-1], dtype=np.int64)
    return lookup[codes], list(place)


def text_order(labels: Sequence[str]) -> NDArray[np.intp]:
    """The places of different labels in the order of their text, that of code points."""
    order = _packed_order(labels) if len(labels) >= MANY else None
    if order is None:
        return np.array(sorted(range(len(labels)), key=labels.__getitem__), dtype=np.intp)
    return order


def _packed_order(labels: Sequence[str]) -> NDArray[np.intp] | None:
    """The order of labels that differ in at most eight bytes, each packed into one number; else None.

    Bytes of UTF-8 are in the order of the code points that they stand for.
    """
    import pyarrow.compute as pc

    try:
        texts = arrow_texts(labels)
    except UnicodeEncodeError:  # half of a surrogate pair
        return None
    width = pc.max(pc.binary_length(texts)).as_py()
    if width * len(labels) > MOST_BYTES:
        return None
    padded = pc.ascii_rpad(texts, width, "\0")
    cells = np.frombuffer(padded.buffers()[2], dtype=np.uint8, count=width * len(labels))
    cells = cells.reshape(len(labels), width)
    differ = np.flatnonzero(cells.min(axis=0) != cells.max(axis=0))
    if len(differ) > 8:
        return np.asarray(pc.sort_indices(texts).to_numpy(), dtype=np.intp)
    key = np.zeros(len(labels), dtype=np.uint64)
    for k in differ:
        key = (key << np.uint64(8)) | cells[:, k]
    order = np.argsort(key, kind="stable")
    return order if (np.diff(key[order]) > 0).all() else None  # a text that ends in NUL equals its padding


def arrow_texts(labels: Sequence[str]) -> pa.LargeStringArray:
    """Labels as Arrow's text; for ASCII without a look by Arrow, which would import pandas for it."""
    import pyarrow as pa

    together = "".join(labels)
    if not together.isascii():
        return pa.array(labels, pa.large_string())
    ends = np.cumsum([0, *map(len, labels)], dtype=np.int64)
    return pa.LargeStringArray.from_buffers(len(labels), pa.py_buffer(ends), pa.py_buffer(together.encode()))


def recode(codes: NDArray[np.int64], labels: list[str], target: Iterable[str]) -> NDArray[np.int64]:
    """Codes into ``labels`` as codes into ``target``, which holds every label that is in use."""
    place = {label: i for i, label in enumerate(target)}
    return np.array([place.get(label, -1) for label in labels], dtype=np.int64)[codes]


def label_text(value: object) -> str | None:
    """A label as text; None where it is missing or blank. ``NA`` is a label like any other."""
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if is_missing_object(value):
        return None
    if isinstance(value, bytes):
        text = value.decode("utf-8", errors="backslashreplace")
        return text if text and not text.isspace() else None
    plain = value.item() if isinstance(value, np.generic) else value
    return str(plain + 0.0 if isinstance(plain, float) else plain)  # -0.0 and 0.0 are one group


def is_missing_object(value: object) -> bool:
    """Whether something that is not text stands for nothing: None, NaN, NA, NaT."""
    return value is None or type(value).__name__ in {"NAType", "NaTType"} or bool(value != value)  # noqa: PLR0124


def unmasked(array: np.ma.MaskedArray[Any, Any]) -> NDArray[np.object_]:
    """The cells of a masked array, None where masked."""
    cells: NDArray[np.object_] = np.array(array.data, dtype=object)
    cells[np.ma.getmaskarray(array)] = None
    return cells


def _factorize(group: Any) -> tuple[NDArray[np.int64], list[Any], bool]:
    """Codes and values, -1 for (some of the) missing ones, and whether the values are different texts."""
    if hasattr(group, "dictionary_encode"):
        return _factorize_arrow(group)
    if not hasattr(group, "dtype"):
        return (*_factorize_objects(list(group)), False)
    if getattr(group, "ndim", 1) != 1:
        raise DataError(f"the group has {group.ndim} dimensions: give one column")
    kind = getattr(group.dtype, "kind", "")
    if getattr(group.dtype, "name", "") == "category":
        cells = getattr(group, "array", group)
        codes, values = _values_in_use(cells.codes.astype(np.int64), list(cells.categories))
        return codes, values, all(type(value) is str for value in values)
    if kind in "OUSTm":
        return (*_factorize_objects(np.asarray(group).tolist() if kind != "m" else list(group)), False)
    import pandas as pd

    codes, distinct = pd.factorize(group)
    return codes.astype(np.int64, copy=False), list(distinct), False


def _values_in_use(codes: NDArray[np.int64], values: list[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """The same without the categories that no row has."""
    used = np.bincount(codes + 1, minlength=len(values) + 1)[1:] > 0
    if used.all():
        return codes, values
    place = np.append(np.cumsum(used) - 1, -1)
    return place[codes], [value for value, some in zip(values, used.tolist(), strict=True) if some]


def _is_dense(group: object) -> bool:
    """Whether these are whole numbers whose range is not much larger than their count."""
    if not (isinstance(group, np.ndarray) and group.dtype.kind in "iu" and group.ndim == 1 and len(group)):
        return False
    return int(group.max()) - int(group.min()) < max(DENSE * len(group), 1024)


def _encode_dense(group: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], list[str]]:
    low = group.min()
    whole = group if group.dtype.kind == "u" else group.astype(np.int64, copy=False)
    offset = (whole - whole.dtype.type(low) if low else whole).astype(np.int64, copy=False)
    used = np.bincount(offset) > 0
    present = np.flatnonzero(used)
    texts = [str(int(low) + i) for i in present.tolist()]
    if len(present) == len(used):
        return offset, texts
    place = np.zeros(len(used), dtype=np.int64)
    place[present] = np.arange(len(present))
    return place[offset], texts


def _factorize_objects(cells: list[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """By equality for text; other objects by their text, as 1, 1.0 and True are equal but not alike."""
    try:
        place: dict[Any, int] = dict.fromkeys(cells, 0)
        as_they_are = all(value is None or isinstance(value, str) for value in place)
    except TypeError:  # unhashable
        as_they_are = False
    if not as_they_are:
        cells = [label_text(value) for value in cells]
        place = dict.fromkeys(cells, 0)
    values = list(place)
    place.update(zip(values, range(len(values)), strict=True))
    return np.fromiter(map(place.__getitem__, cells), dtype=np.int64, count=len(cells)), values


def _factorize_arrow(column: Any) -> tuple[NDArray[np.int64], list[Any], bool]:
    import pyarrow as pa

    if pa.types.is_nested(column.type):
        return (*_factorize_objects(column.to_pylist()), False)
    given = pa.types.is_dictionary(column.type)
    encoded = column if given else column.dictionary_encode()
    chunks = encoded.unify_dictionaries().chunks if isinstance(encoded, pa.ChunkedArray) else [encoded]
    if not chunks:
        return np.zeros(0, dtype=np.int64), [], False
    codes = [c.indices.cast(pa.int64()) for c in chunks]
    # where there is no null, Arrow need not import pandas to look at the -1
    filled = [c.fill_null(-1) if c.null_count else c for c in codes]
    parts = [np.from_dlpack(c) for c in filled]
    together: NDArray[Any] = parts[0] if len(parts) == 1 else np.concatenate(parts)
    values: list[Any] = chunks[0].dictionary.to_pylist()
    if given:  # by whoever made it: a value may be there twice, or in no row
        together, values = _values_in_use(together, values)
    kind = column.type.value_type if given else column.type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if given and text:
        text = None not in values and len(set(values)) == len(values)
    return together, values, text

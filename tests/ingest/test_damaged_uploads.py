"""Files that are damaged or valid in an odd way: read, or refused in one sentence, by whichever library."""

import bz2
import decimal
import gzip
import io
import lzma
import random
import zipfile
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.ingest import UnreadableFile, guess_roles, reduce_table, store_table
from dashboard.ingest.raw_rows import raw_rows
from estimators import DataError
from tests.ingest.helpers import put, stored
from tests.ingest.made_files import KINDS, LABELS, MEANS, VALUES

CSV = b"g,y\n" + b"".join(b"%s,%d.5\n" % (label.encode(), i) for i, label in enumerate(LABELS * 20))


def parquet(table):
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def zipped(content):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", content)
    return sink.getvalue()


MORE_KINDS = {
    "csv": lambda _: CSV,
    "csv.gz": lambda _: gzip.compress(CSV),
    "csv.bz2": lambda _: bz2.compress(CSV),
    "csv.xz": lambda _: lzma.compress(CSV),
    "csv.zip": lambda _: zipped(CSV),
    "parquet": lambda _: parquet(pa.table({"g": LABELS, "y": VALUES})),
}


def mutated(content, rng):
    """A copy with a few bytes changed, taken out, put in, or cut off, its last hundred more often."""
    other = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(other)) if rng.random() < 0.7 else max(len(other) - 1 - rng.randrange(120), 0)
        kind = rng.random()
        if kind < 0.5:
            other[at : at + 1] = bytes([rng.choice((0, 255, 128, 0xED, rng.randrange(256)))])
        elif kind < 0.65:
            del other[at : at + rng.choice((1, 4, 50))]
        elif kind < 0.8:
            other[at:at] = rng.randbytes(rng.choice((1, 4)))
        elif kind < 0.9:
            other[at : at + 4] = b"\xff\xff\xff\x7f"
        else:
            del other[max(at, 1) :]
        if not other:
            return b"\0"
    return bytes(other)


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", [*KINDS, *MORE_KINDS])
def test_a_damaged_file_is_read_or_refused_in_a_sentence(tmp_path, kind):
    rng = random.Random(kind)
    content = (KINDS | MORE_KINDS)[kind](tmp_path)
    for number in range(12):
        folder = tmp_path / str(number)
        folder.mkdir()
        source = put(folder, mutated(content, rng), f"made.{kind}")
        with suppress(UnreadableFile, DataError):
            table = store_table(source, name=source.name, target=folder / "table.parquet")
            outcome, group = guess_roles(table).pair
            reduce_table(table, outcome=outcome, group=group)
        raw_rows(source, name=source.name, folder=folder)


def test_decimals_wider_than_any_number_of_the_engine_are_read(tmp_path):
    values = pa.array(
        [decimal.Decimal(repr(v)[:20]) if v > 1e-6 else decimal.Decimal(0) for v in VALUES],
        pa.decimal256(60, 18),
    )
    table = stored(tmp_path, parquet(pa.table({"g": LABELS, "y": values})), "wide.parquet")
    found = reduce_table(table, outcome="y", group="g")
    assert dict(zip(found.labels, found.mean, strict=True))["b"] == pytest.approx(MEANS["b"])


def test_labels_that_are_no_text_are_refused_in_a_sentence(tmp_path):
    offsets = pa.py_buffer(b"".join(i.to_bytes(4, "little") for i in range(0, 14, 2)))
    labels = pa.Array.from_buffers(
        pa.string(), 6, [None, offsets, pa.py_buffer(b"\xff\xfe" * 3 + b"\xc3\x28" * 3)]
    )
    with pytest.raises(UnreadableFile, match=r"odd\.parquet is damaged"):
        stored(tmp_path, parquet(pa.table({"g": labels, "y": VALUES})), "odd.parquet")


def test_names_that_are_no_text_are_refused_in_a_sentence(tmp_path):
    content = parquet(pa.table({"gzz": LABELS, "y": VALUES})).replace(b"gzz", b"g\xff\xfe")
    with pytest.raises(UnreadableFile, match=r"odd\.parquet is"):
        stored(tmp_path, content, "odd.parquet")


def test_a_zip_with_a_wrong_place_is_refused_in_a_sentence(tmp_path):
    content = bytearray(zipped(CSV))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 42 : entry + 46] = b"\xff\xff\xff\x7f"
    for end in (entry + 46, len(content) - 6):
        other = bytearray(content)
        other[end : end + 4] = b"\xff\xff\xff\xff"
        with pytest.raises(UnreadableFile, match=r"f\.zip is"):
            stored(tmp_path, bytes(other), "f.zip")


@pytest.mark.parametrize(
    "content", ["[" * 200_000, '[{"g": ' + "[" * 200_000, '{"g": "a", "y": ' + "[" * 100_000]
)
def test_json_that_is_nested_deeply_is_refused_in_a_sentence(tmp_path, content):
    with pytest.raises(UnreadableFile):
        stored(tmp_path, content, "deep.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ab," * 60_000, "columns"),
        ("😀," * 60_000, "columns"),
        ("ab " * 60_000, "columns"),
        ("x" * 5_000_000, "begins with a line of more than"),
        (",".join(map(str, range(60_000))) + "\n1,2\n", "columns"),
    ],
    ids=["without an end", "wide characters", "blanks", "one line", "many names"],
)
def test_a_first_line_past_the_caps_is_refused_in_a_sentence(tmp_path, content, said):
    with pytest.raises(UnreadableFile, match=said):
        stored(tmp_path, content)


@pytest.mark.slow
def test_a_file_that_unpacks_to_many_times_its_size_is_refused(tmp_path):
    bomb = gzip.compress(b"g,y\n" + b"a,1\n" * (20 << 20))
    with pytest.raises(UnreadableFile, match="unpacks to more than 200 times its size"):
        stored(tmp_path, bomb, "bomb.csv.gz")


def test_thousands_of_blank_columns_are_told_at_once(tmp_path):
    wide = "\t".join(f"c{i}" for i in range(3_000))
    with pytest.raises(UnreadableFile, match="but no rows: add the data"):
        stored(tmp_path, f"{wide}\n")
    rows = "".join(f"{label}\t{i}{chr(9) * 2_998}\n" for i, label in enumerate("aabb"))
    table = stored(tmp_path, f"{wide}\n{rows}")
    assert guess_roles(table).pair == ("c1", "c0")
    assert {c.not_outcome for c in table.columns[2:]} == {"it has no values"}

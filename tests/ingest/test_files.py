"""Kinds of files: compressed, Parquet, and those that are refused with what to do instead."""

import bz2
import errno
import gzip
import io
import json
import lzma
import random
import threading
import zipfile
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.ingest import (
    Condition,
    Reading,
    RowFilter,
    Table,
    UnreadableFile,
    open_source,
    reduce_file,
    reduce_table,
    store_table,
)
from dashboard.ingest.damage import is_damage
from tests.ingest.helpers import both_ways, means, put, put_parquet, rows_of, stored
from tests.waiting import PATIENCE

CSV = b"g,y\na,1\nb,3.5\na,2\nb,4.5\n"
EXPECTED = {"a": 1.5, "b": 4.0}


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__slash__", "/"), content)
    return buffer.getvalue()


def zstd(content: bytes) -> bytes:
    return pa.Codec("zstd").compress(content, asbytes=True)


PACKINGS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
    "zip": lambda c: zipped(x=c),
}


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", PACKINGS)
@pytest.mark.parametrize("name", ["data.csv", "data.parquet", "data"])
def test_compressed_files_are_told_by_their_content(tmp_path, kind, name):
    assert means(both_ways(tmp_path, PACKINGS[kind](CSV), name=name)) == EXPECTED


@pytest.mark.slow
def test_files_of_several_packed_pieces_are_read_whole(tmp_path):
    for pack in (gzip.compress, bz2.compress, lzma.compress, zstd):
        assert means(both_ways(tmp_path, pack(CSV[:10]) + pack(CSV[10:]))) == EXPECTED


@pytest.mark.slow
@pytest.mark.parametrize("kind", PACKINGS)
def test_expansion_is_capped(tmp_path, kind):
    bomb = PACKINGS[kind](CSV + b"a,1\n" * 1_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(UnreadableFile, match=r"unpacks to more than 0\.001 GB"):
        stored(tmp_path, bomb, max_expanded_bytes=1_000_000)
    assert not (tmp_path / "stored.parquet").exists()


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", PACKINGS)
def test_truncated_files_are_refused(tmp_path, kind):
    content = PACKINGS[kind](b"".join(b"%d,%d\n" % (i * 7919 % 1009, i) for i in range(20_000)))
    with pytest.raises(UnreadableFile, match=r"cut short or damaged|damaged zip"):
        stored(tmp_path, content[: len(content) // 2])


@pytest.mark.slow_cases
@pytest.mark.parametrize("kind", PACKINGS)
def test_damaged_files_are_refused(tmp_path, kind):
    content = bytearray(PACKINGS[kind](b"".join(b"%d,%d\n" % (i * 7919 % 1009, i) for i in range(20_000))))
    content[len(content) // 2 : len(content) // 2 + 40] = b"\xff" * 40
    with pytest.raises(UnreadableFile):
        stored(tmp_path, bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("member", ["mimetype", "xl/workbook.xml", "data.csv"])
def test_a_damaged_member_of_a_zip_archive_is_said_however_it_is_packed(tmp_path, method, member):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(member, b"application/vnd.oasis.opendocument.spreadsheet" * 40)
    content, at = bytearray(buffer.getvalue()), 30 + len(member)
    content[at : at + 20] = bytes(byte ^ 0xFF for byte in content[at : at + 20])
    with pytest.raises(UnreadableFile, match=r"damaged|a text document"):
        stored(tmp_path, bytes(content), name="data.zip")


def test_trouble_of_the_disk_is_no_damage_of_the_file():
    assert not is_damage(OSError(errno.ENOSPC, "No space left on device"))
    assert not is_damage(TypeError("a mistake in the program"))
    assert is_damage(OSError("Invalid data stream"))


def test_packed_twice_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="packed twice"):
        stored(tmp_path, gzip.compress(gzip.compress(CSV)))


def test_a_compressed_parquet_is_read(tmp_path):
    content = put_parquet(tmp_path, {"g": ["a", "b", "a"], "y": [1.0, 4, 2]}).read_bytes()
    assert means(both_ways(tmp_path, gzip.compress(content))) == EXPECTED


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({}, "holds nothing"),
        ({"a.csv": CSV, "b.csv": CSV}, "holds 2 files"),
        (
            {"[Content_Types].xml": b"<x/>", "xl__slash__workbook.xml": b"<x/>"},
            "damaged.*or no workbook: open it in a spreadsheet",
        ),
        (
            {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"},
            "damaged.*or no workbook: open it in a spreadsheet",
        ),
        ({"[Content_Types].xml": b"<x/>", "word__slash__document.xml": b"<x/>"}, "a text document"),
        ({"Index__slash__Tables.iwa": b"x", "Metadata": b"x"}, "a workbook of Numbers: export it there"),
    ],
)
def test_zip_archives_that_are_no_packed_table(tmp_path, members, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        stored(tmp_path, zipped(**members), name="data.xlsx")


def test_what_macos_adds_to_an_archive_is_passed_over(tmp_path):
    assert (
        means(
            both_ways(tmp_path, zipped(**{"d.csv": CSV, "__MACOSX__slash__._d.csv": b"x", ".DS_Store": b"y"}))
        )
        == EXPECTED
    )


FOREIGN = {
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "or no workbook"),
    "JSON columns": (b'{"g": ["a"], "y": [1, 2]}', "JSON"),
    "HTML": (b"\n<!DOCTYPE html><table><tr><td>g", "web page"),
    "HTML as xls": (b"\xef\xbb\xbf<html><body><table>", "web page"),
    "XML": (b"<?xml version='1.0'?><a/>", "XML"),
    "PDF": (b"%PDF-1.7\n" + bytes(100), "PDF"),
    "rds": (gzip.compress(b"X\n\x00\x00\x00\x03" + bytes(100)), "write.csv"),
    "RData": (gzip.compress(b"RDX3\nX\n\x00\x00\x00\x03" + bytes(100)), "write.csv"),
    "SPSS": (b"$FL2@(#) SPSS DATA FILE" + bytes(100), "SPSS"),
    "Stata": (b"<stata_dta><header>" + bytes(100), "Stata"),
    "old Stata": (b"\x72\x02\x01\x00" + bytes(100), "Stata"),
    "SQLite": (b"SQLite format 3\x00" + bytes(100), "SQLite"),
    "Feather": (b"ARROW1\x00\x00" + bytes(100), "Parquet or CSV"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
    "tar": (b"d.csv".ljust(257, b"\x00") + b"ustar\x0000" + bytes(300), "tar archive"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_other_kinds_of_files_are_refused_with_what_to_do(tmp_path, kind):
    content, sentence = FOREIGN[kind]
    for name in ("data.csv", "data.xls"):
        with pytest.raises(UnreadableFile, match=sentence) as refusal:
            stored(tmp_path, content, name=name)
        assert str(refusal.value).startswith(f"{name} is ")
        assert "\n" not in str(refusal.value)


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    "first", ["ORC", "RDA", "RDX", "A", "GIF8", "Rar!", "[id]", "{x}", "BZh", "rs", "PAR"]
)
def test_names_that_look_like_the_mark_of_another_kind_are_names(tmp_path, first):
    assert means(both_ways(tmp_path, f"{first},y\na,1\na,2\nb,4\n", group=first)) == EXPECTED


@pytest.mark.parametrize("cut", [slice(None, 60), slice(None, -20), slice(None, -400)])
def test_damaged_parquet_is_refused(tmp_path, cut):
    content = put_parquet(tmp_path, {"g": ["a", "b"] * 200, "y": list(range(400))}).read_bytes()
    with pytest.raises(UnreadableFile, match="damaged or encrypted Parquet"):
        stored(tmp_path, content[cut])


def test_parquet_with_a_broken_middle_is_refused(tmp_path):
    content = bytearray(
        put_parquet(tmp_path, {"g": ["a", "b"] * 2000, "y": [i * 0.37 for i in range(4000)]}).read_bytes()
    )
    content[30:3000] = b"\x55" * 2970
    with pytest.raises(UnreadableFile, match="damaged"):
        stored(tmp_path, bytes(content))


def test_missing_files_and_folders_are_errors_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        reduce_file(tmp_path / "none.csv", outcome="y", group="g")
    with pytest.raises(IsADirectoryError):
        reduce_file(tmp_path, outcome="y", group="g")


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", ["a'b [x]*?.csv", "ü {1}.csv", "%41 #.csv", "-y.csv"])
def test_files_may_lie_anywhere(tmp_path, name):
    folder = tmp_path / f"in {name[:-4].replace('*', '').replace('?', '')}"
    folder.mkdir()
    path = put(folder, CSV, name)
    table = store_table(path, name=name, target=folder / "it's [1]*.parquet")
    assert means(reduce_table(table, outcome="y", group="g")) == EXPECTED
    assert means(reduce_file(path, outcome="y", group="g")) == EXPECTED


def test_a_table_survives_being_written_down(tmp_path):
    table = stored(tmp_path, "g;y;é\na;1,5;\nb;2;x\nb;3;x\n")
    again = Table.from_json(json.loads(json.dumps(table.to_json())), table.path)
    assert again == table
    assert means(reduce_table(again, outcome="y", group="g")) == {"a": 1.5, "b": 2.5}


@pytest.mark.slow
def test_uploads_at_the_same_time_do_not_meet(tmp_path):
    texts = ["g,y\n" + f"{name},{i}\n{name},{i + 1}\n" * 2000 for i, name in enumerate("abcd")]
    found: dict[int, dict] = {}

    def upload(i):
        folder = tmp_path / str(i)
        folder.mkdir()
        found[i] = means(both_ways(folder, texts[i]))

    threads = [threading.Thread(target=upload, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert found == {i: {name: i + 0.5} for i, name in enumerate("abcd")}


@pytest.mark.parametrize(
    ("outcome", "group", "sentence"),
    [
        (
            "Y",
            "g",
            r'has no column "Y": did you mean "y" \(names match exactly, capitals included\)',
        ),
        ("score", "g", 'has no column "score": the columns are "g", "y"'),
        ("y", "y", "Outcome and group are both"),
        ("", "g", "has no column"),
    ],
)
def test_wrong_columns(tmp_path, outcome, group, sentence):
    path = put(tmp_path, CSV)
    table = store_table(path, name="data.csv", target=tmp_path / "stored.parquet")
    with pytest.raises(UnreadableFile, match=sentence):
        reduce_file(path, outcome=outcome, group=group)
    with pytest.raises(UnreadableFile, match=sentence):
        reduce_table(table, outcome=outcome, group=group)


def test_only_the_two_columns_are_stored_on_the_way(tmp_path, monkeypatch):
    kept = []
    original = open_source.text_to_parquet
    monkeypatch.setattr(
        open_source,
        "text_to_parquet",
        lambda *args, keep, **rest: kept.append(keep) or original(*args, keep=keep, **rest),
    )
    path = put(tmp_path, "a,b,c,d\nx,1,y,2\nx,2,y,4\n")
    data = reduce_file(path, outcome="d", group="a", reading=Reading(labels="trimmed"))
    assert (kept, means(data)) == ([(3, 0)], {"x": 3.0})


def test_stored_values_are_the_text_of_the_file(tmp_path):
    table = stored(tmp_path, "g,y\n 01 ,1.50\nNA,\n")
    assert rows_of(table) == [(" 01 ", "1.50"), ("NA", "")]


def test_nan_in_parquet_is_no_number_whatever_extremes_the_file_notes(tmp_path):
    nan = float("nan")
    path = tmp_path / "nan.parquet"
    columns = {
        "g": list("aabbcc"),
        "y": [0.5, -0.5, 0.25, nan, 1.0, 4.0],
        "x": [1.0, 2.0, nan, 4.0, 5.5, 6.0],
    }
    pq.write_table(pa.table(columns), path)
    table = store_table(path, name="nan.parquet", target=tmp_path / "stored.parquet")
    assert [(c.missing, c.distinct) for c in table.columns] == [(0, 3), (1, 5), (1, 5)]
    above = RowFilter(where=(Condition.parse("x>3"),))
    for reduced in (partial(reduce_file, path), partial(reduce_table, table)):
        assert means(reduced(outcome="y", group="g", rows=above)) == {"c": 2.5}
        by_x = reduced(outcome="y", group="x")
        assert means(by_x) == {"1": 0.5, "2": -0.5, "5.5": 1.0, "6": 4.0}
        assert (by_x.dropped.missing_outcome, by_x.dropped.missing_group) == (1, 1)


def test_different_numbers_are_counted_however_long_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr("dashboard.ingest.profile.WIDE", 1)
    columns = (
        ["1234567", "-1.2345", "12345678", "123456789", "12345678", "", "123.456", "-123.456"],
        ["123456789012345", "1234567890123456", "1234567890123457", "-1.2345678901e-9"] * 2,
        ["0.12345678901234567", "0.12345678901234568", "0.12345678901234567", "1.234", "", "1", "1.0", "01"],
        ["0.123", "012.345", "-0.123", "12.3456", "1e5", "2E5", "1e-5", "1.5e-12"],
    )
    names = [f"c{i}" for i in range(len(columns))]
    lines = [",".join(names), *(",".join(f'"{cell}"' for cell in row) for row in zip(*columns, strict=True))]
    table = stored(tmp_path, "\n".join(lines) + "\n")
    assert [column.distinct for column in table.columns] == [len({*cells} - {""}) for cells in columns]
    assert [column.examples for column in table.columns] == [
        tuple(dict.fromkeys(filter(None, cells)))[:3] for cells in columns
    ]
    assert [column.whole for column in table.columns] == [False] * 4


@pytest.mark.slow
def test_many_columns_are_read_and_too_many_refused_before_parsing(tmp_path):
    names = [f"c{i}" for i in range(1500)]
    row = [str(i % 7) for i in range(1500)]
    table = stored(tmp_path, "\n".join(map(",".join, [names, row, row, ["x", *row[1:]]])))
    assert (table.rows, len(table.columns)) == (3, 1500)
    assert [column.numbers for column in table.columns[:3]] == [2, 3, 3]
    with pytest.raises(UnreadableFile, match="has more than 50,000 columns: leave out those"):
        stored(tmp_path, "ab," * 60_000)


@pytest.mark.slow
def test_a_small_file_is_reduced_in_memory_to_what_a_large_one_is_on_disk(tmp_path, monkeypatch):
    rng = random.Random(3)
    rows = [(rng.choice("abcd"), rng.choice(["NA", "what", f"{rng.gauss(5, 2):.3f}"])) for _ in range(300)]
    path = put(tmp_path, "g,y\n" + "".join(f"{g},{y}\n" for g, y in rows))
    small = reduce_file(path, outcome="y", group="g")
    monkeypatch.setattr("dashboard.ingest.engine.SMALL_BYTES", 0)
    monkeypatch.setattr("dashboard.ingest.judge_rows.ROWS_HELD", 0)
    large = reduce_file(path, outcome="y", group="g")
    assert means(small) == pytest.approx(means(large), rel=1e-14)
    assert (small.n.tolist(), small.dropped, small.left_out) == (
        large.n.tolist(),
        large.dropped,
        large.left_out,
    )
    kept, again = small.require_rows(), large.require_rows()
    assert sorted(zip(kept.group, kept.outcome, strict=True)) == sorted(
        zip(again.group, again.outcome, strict=True)
    )

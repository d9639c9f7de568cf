"""The same six rows in files of twenty kinds, and what the page says of how each was read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma

import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from tests.ingest.made_files import FRAME, KINDS, ROWS, TABLE, bytes_of, zipped

CSV = "g,y\n" + "".join(f"{g},{y!r}\n" for g, y in ROWS[1:])
TEXT = "Read as UTF-8, commas, decimal point"


def parquet(_folder):
    sink = io.BytesIO()
    pq.write_table(TABLE, sink)
    return sink.getvalue()


MADE = {
    **KINDS,
    "xpt": lambda folder: bytes_of(lambda p: pyreadstat.write_xport(FRAME, p), folder, "x.xpt"),
    "por": lambda folder: bytes_of(lambda p: pyreadstat.write_por(FRAME, p), folder, "x.por"),
    "parquet": parquet,
    "csv": lambda _: CSV.encode(),
    "tsv": lambda _: CSV.replace(",", "\t").encode(),
    "csv.gz": lambda _: gzip.compress(CSV.encode()),
    "csv.bz2": lambda _: bz2.compress(CSV.encode()),
    "csv.xz": lambda _: lzma.compress(CSV.encode()),
    "csv.zst": lambda _: pa.Codec("zstd").compress(CSV.encode(), asbytes=True),
    "csv.zip": lambda _: zipped({"inside.csv": CSV}),
}
AS_READ = {
    **dict.fromkeys(MADE, "Read as its columns are typed"),
    **dict.fromkeys(["csv", "csv.gz", "csv.bz2", "csv.xz", "csv.zst", "csv.zip"], TEXT),
    "tsv": TEXT.replace("commas", "tabs"),
    "xlsx": "Read as sheet Sheet",
    "xls": "Read as sheet Sheet",
    "xlsb": "Read as sheet Data",
    "ods": "Read as sheet Data",
    "RData": "Read as sheet pupils",
}

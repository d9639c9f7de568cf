"""Small files of every kind, made while the tests run."""

import io
import json
import math
import struct
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyreadstat
import rdata
import xlwt
from pyarrow import feather

from tests.ingest.sas_files import SasColumn, sas_file

LABELS = ["a", "b", "a", "b", "c", "c"]
VALUES = [0.1, 1 / 3, 1e-7, 1234.125, -2.5, math.pi]
MEANS = {"a": (0.1 + 1e-7) / 2, "b": (1 / 3 + 1234.125) / 2, "c": (math.pi - 2.5) / 2}


def bytes_of(save, folder, name):
    path = folder / f"made-{name}"
    save(path)
    return path.read_bytes()


def xlsx(rows, folder, title="Sheet", merge=(), more=()):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for cells in merge:
        book.active.merge_cells(cells)
    for name, lines, state in more:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for row in lines:
            sheet.append(row)
    return bytes_of(book.save, folder, "book.xlsx")


def xls(rows, folder):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    return bytes_of(lambda path: book.save(str(path)), folder, "book.xls")


def ods(rows, _folder=None):
    def cell(value):
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'

    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name='Data'>"
        f"{body}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    return zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def record(kind, body=b""):
    """One record of .xlsb: its kind and length in bytes of seven bits, then the body ([MS-XLSB] 2.1.4)."""
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return number + bytes([len(body)]) + body


def wide_text(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(rows, _folder=None):
    """The smallest .xlsb that holds rows of text and doubles."""
    cells = b""
    for i, row in enumerate(rows):
        cells += record(0, struct.pack("<IIHBBBI", i, 0, 300, 0, 0, 0, 0))
        for j, value in enumerate(row):
            at = struct.pack("<II", j, 0)
            text = isinstance(value, str)
            cells += record(6, at + wide_text(value)) if text else record(5, at + struct.pack("<d", value))
    size = struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)
    sheet = record(129) + record(148, size) + record(145) + cells + record(146) + record(130)
    listing = record(156, struct.pack("<II", 0, 1) + wide_text("rId1") + wide_text("Data"))
    book = record(131) + record(143) + listing + record(144) + record(132)
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    parts = {"xl/workbook.bin": book, "xl/_rels/workbook.bin.rels": relation}
    return zipped({**parts, "xl/worksheets/sheet1.bin": sheet})


def zipped(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


FRAME = pd.DataFrame({"g": LABELS, "y": VALUES})
FOR_R = FRAME.astype({"g": object})
TABLE = pa.table({"g": LABELS, "y": VALUES})
ROWS = [["g", "y"], *map(list, zip(LABELS, VALUES, strict=True))]


def arrow(_folder):
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, TABLE.schema) as writer:
        for batch in TABLE.to_batches(max_chunksize=2):
            writer.write_batch(batch)
    return sink.getvalue()


def arrow_stream(_folder):
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return sink.getvalue()


RECORDS = [{"g": g, "y": y} for g, y in zip(LABELS, VALUES, strict=True)]
KINDS = {
    "xlsx": lambda folder: xlsx(ROWS, folder),
    "xls": lambda folder: xls(ROWS, folder),
    "xlsb": lambda _: xlsb(ROWS),
    "ods": lambda _: ods(ROWS),
    "sav": lambda folder: bytes_of(lambda p: pyreadstat.write_sav(FRAME, p), folder, "x.sav"),
    "zsav": lambda folder: bytes_of(
        lambda p: pyreadstat.write_sav(FRAME, p, compress=True), folder, "x.zsav"
    ),
    "sas7bdat": lambda _: sas_file((SasColumn("g", LABELS), SasColumn("y", VALUES))),
    "dta": lambda folder: bytes_of(lambda p: pyreadstat.write_dta(FRAME, p), folder, "x.dta"),
    "old dta": lambda folder: bytes_of(lambda p: pyreadstat.write_dta(FRAME, p, version=8), folder, "x.dta"),
    "rds": lambda folder: bytes_of(lambda p: rdata.write_rds(p, FOR_R), folder, "x.rds"),
    "RData": lambda folder: bytes_of(lambda p: rdata.write_rda(p, {"pupils": FOR_R}), folder, "x.RData"),
    "arrow": arrow,
    "arrow stream": arrow_stream,
    "feather": lambda folder: bytes_of(lambda p: feather.write_feather(TABLE, p), folder, "x.feather"),
    "json": lambda _: json.dumps(RECORDS, indent=1).encode(),
    "jsonl": lambda _: "\n".join(map(json.dumps, RECORDS)).encode(),
}

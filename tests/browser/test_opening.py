"""What opens a table on the page: a file of every kind that is dropped, and cells that are pasted."""

import base64
import bz2
import gzip
import io
import lzma

import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from playwright.sync_api import expect

from tests.browser.board import settle, table
from tests.ingest.made_files import FRAME, KINDS, MEANS, ROWS, TABLE, bytes_of, zipped

CSV = "g,y\n" + "".join(f"{g},{y!r}\n" for g, y in ROWS[1:])
TEXT = "Read as UTF-8, commas, decimal point"


def parquet(_folder):
    sink = io.BytesIO()
    pq.write_table(TABLE, sink)
    return sink.getvalue()


def zstd(_folder):
    return pa.Codec("zstd").compress(CSV.encode(), asbytes=True)


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
    "csv.zst": zstd,
    "csv.zip": lambda _: zipped({"inside.csv": CSV}),
}
AS_READ = {
    **dict.fromkeys(MADE, ""),
    **dict.fromkeys(["csv", "csv.gz", "csv.bz2", "csv.xz", "csv.zst", "csv.zip"], TEXT),
    "tsv": TEXT.replace("commas", "tabs"),
    "xlsx": "Read as sheet Sheet",
    "xls": "Read as sheet Sheet",
    "xlsb": "Read as sheet Data",
    "ods": "Read as sheet Data",
    "RData": "Read as sheet pupils",
}
DROP = """
([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    const options = {dataTransfer: transfer, bubbles: true, cancelable: true};
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(kind, options));
    }
}
"""
PASTE = """
([selector, text]) => {
    const transfer = new DataTransfer();
    transfer.setData('text/plain', text);
    const options = {clipboardData: transfer, bubbles: true, cancelable: true};
    document.querySelector(selector).dispatchEvent(new ClipboardEvent('paste', options));
}
"""


def shown_groups(page):
    return {row["group"]: row for row in table(page)}


def wait_for(page, name):
    """Until the chip names the file and all is drawn."""
    expect(page.locator("#dataset-chip")).to_contain_text(name)
    settle(page)


def test_a_file_of_every_kind_opens_where_it_is_dropped(board, tmp_path):
    """One page for all: rows, groups and how each was read are those of the same six rows."""
    for kind, make in MADE.items():
        name = f"pupils {kind}"
        board.evaluate(DROP, [name, base64.b64encode(make(tmp_path)).decode()])
        expect(board.locator(".upload-status")).to_have_text(f"{name} is open: 6 rows, 2 columns.")
        wait_for(board, name)
        assert board.inner_text("#as-read") == AS_READ[kind], kind
        groups = shown_groups(board)
        assert {g: int(row["n"]) for g, row in groups.items()} == dict.fromkeys("abc", 2), kind
        assert float(groups["b"]["own"].replace(",", "")) == pytest.approx(MEANS["b"], rel=1e-3), kind
    assert board.locator(".file-name").count() == len(MADE)


def test_cells_are_pasted_anywhere_but_into_a_field(board, troubles):
    cells = CSV.replace(",", "\t").replace("\n", "\r\n")
    board.evaluate(PASTE, ["body", cells])
    wait_for(board, "pasted cells")
    expect(board.locator(".upload-status")).to_contain_text("6 rows, 2 columns. Cells come as")
    assert set(shown_groups(board)) == {"a", "b", "c"}
    assert board.inner_text("#as-read") == TEXT.replace("commas", "tabs")

    board.evaluate(PASTE, ["#find-group, #find-group input", "name\tscore\n"])
    expect(board.locator(".upload-error")).to_be_empty()
    board.evaluate(PASTE, ["body", "just a word"])
    expect(board.locator(".upload-error")).to_contain_text("one line")

    board.evaluate(PASTE, ["#paste-box", cells.replace("a\t", "first\t")])
    wait_for(board, "pasted cells 2")
    assert set(shown_groups(board)) == {"first", "b", "c"}

    troubles.announce("/upload", 422)
    board.fill("#paste-box", "only\nnames\nhere")
    board.click("#paste-open")
    expect(board.locator(".upload-error")).to_contain_text("pasted cells 3 has only one column")
    assert board.locator(".file-name").all_inner_texts() == ["pasted cells 2", "pasted cells"]


def test_ctrl_v_takes_what_the_clipboard_holds(board):
    """With a real clipboard: what is typed into the box, cut from it and pasted on the page."""
    board.fill("#paste-box", CSV.replace(",", "\t"))
    board.focus("#paste-box")
    board.keyboard.press("Control+a")
    board.keyboard.press("Control+x")
    board.evaluate("document.activeElement.blur()")
    board.keyboard.press("Control+v")
    wait_for(board, "pasted cells")
    assert set(shown_groups(board)) == {"a", "b", "c"}

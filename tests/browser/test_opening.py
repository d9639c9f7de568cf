"""What opens a table on the page: a file of every kind that is dropped, and cells that are pasted."""

import base64

import pytest
from playwright.sync_api import expect

from tests.browser.board import open_board, pick, repaint, see_table, settle, table, upload
from tests.ingest.made_files import MEANS
from tests.ingest.opened_files import AS_READ, CSV, MADE, TEXT

DROPPED = ("tsv", "csv.zip", "xlsx", "parquet")
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


def test_files_of_many_kinds_open_where_they_are_dropped(board, tmp_path):
    """One page for all: rows, groups and how each was read are those of the same six rows.

    What is read of the other kinds: tests/dashboard/test_reading_words.py, without a page.
    """
    for kind in DROPPED:
        name = f"pupils {kind}"
        board.evaluate(DROP, [name, base64.b64encode(MADE[kind](tmp_path)).decode()])
        expect(board.locator(".upload-status")).to_have_text(f"{name} is open: 6 rows, 2 columns.")
        wait_for(board, name)
        assert board.inner_text("#as-read") == AS_READ[kind], kind
        groups = shown_groups(board)
        assert {g: int(row["n"]) for g, row in groups.items()} == dict.fromkeys("abc", 2), kind
        assert float(groups["b"]["own"].replace(",", "")) == pytest.approx(MEANS["b"], rel=1e-3), kind
    assert board.locator(".file-name").count() == len(DROPPED)


def test_cells_are_pasted_anywhere_but_into_a_field(board, troubles):
    """First with a real clipboard: what is typed into the box, cut from it and pasted on the page."""
    cells = CSV.replace(",", "\t")
    board.fill("#paste-box", cells)
    board.focus("#paste-box")
    board.keyboard.press("Control+a")
    board.keyboard.press("Control+x")
    board.evaluate("document.activeElement.blur()")
    board.keyboard.press("Control+v")
    wait_for(board, "pasted cells")
    expect(board.locator(".upload-status")).to_contain_text("6 rows, 2 columns. Cells come as")
    assert set(shown_groups(board)) == {"a", "b", "c"}
    assert board.inner_text("#as-read") == TEXT.replace("commas", "tabs")

    board.evaluate(PASTE, ["#find-group, #find-group input", "name\tscore\n"])
    expect(board.locator(".upload-error")).to_be_empty()
    board.evaluate(PASTE, ["body", "just a word"])
    expect(board.locator(".upload-error")).to_contain_text("one line")

    board.evaluate(PASTE, ["#paste-box", cells.replace("a\t", "first\t").replace("\n", "\r\n")])
    wait_for(board, "pasted cells 2")
    assert set(shown_groups(board)) == {"first", "b", "c"}

    troubles.announce("/upload", 422)
    board.fill("#paste-box", "only\nnames\nhere")
    board.click("#paste-open")
    expect(board.locator("#refused-problem")).to_contain_text("pasted cells 3 has only one column")
    names = board.locator(".file-name")
    [unread, *read] = names.all_inner_texts()
    assert unread.startswith("pasted cells 3\nnot read yet, kept until ")
    assert read == ["pasted cells 2", "pasted cells"]


WIDE = b"plot,North,South,East\n1,10.5,12.5,13\n2,11.7,12.1,14.25\n3,10.2,13.25,15\n4,12.2,11.25,14\n"
STACKED = {"North": 11.15, "South": 12.275, "East": 14.0625}


def own_means(page):
    return {group: float(row["own"]) for group, row in shown_groups(page).items()}


def test_columns_are_stacked_where_it_is_offered_or_by_hand_and_unstacked(board):
    board.set_input_files("#upload-input", {"name": "wide.csv", "mimeType": "text/csv", "buffer": WIDE})
    offer = board.locator(".stack-offer")
    expect(offer).to_contain_text("North, South, East a group?")
    settle(board)
    for stale in ("#cards", "#comparison .views", "#comparison .table-panel", "#notes"):
        assert not board.locator(stale).is_visible(), stale
    assert "Nothing to compare yet" in board.inner_text("#headline")
    board.reload()
    with repaint(board):
        board.get_by_role("button", name="Stack these 3 columns").click()
    assert own_means(board) == pytest.approx(STACKED, rel=1e-3)
    assert '3 columns stacked ("North", "South", "East")' in board.inner_text("#reading-notes")
    open_board(board)
    assert own_means(board) == pytest.approx(STACKED, rel=1e-3)

    upload(board, ("times.csv", b"subject,t1,t2,t3\ns1,1,2,3\ns2,4,5,6\ns2,4,5,7\ns1,2,3,3\n"))
    assert board.input_value("#group") == "subject"
    board.get_by_role("button", name="Stack columns").click()
    for name in ("t1", "t3"):
        board.get_by_label(name, exact=True).check()
    with repaint(board):
        board.get_by_role("button", name="Stack", exact=True).click()
    assert board.input_value("#group") == "subject"
    assert own_means(board) == pytest.approx({"s1": 2.25, "s2": 5.25})
    board.get_by_role("button", name="Stack columns").click()
    board.get_by_label("Or by name").fill("t1:t9")
    board.get_by_role("button", name="Stack", exact=True).click()
    expect(board.locator("#stack-problem")).to_contain_text('no column "t1:t9"')
    with repaint(board):
        board.get_by_role("button", name="Unstack").click()
    assert board.inner_text("#dataset-chip").startswith("times.csv · 4 rows")


CONTROLS = """
() => ({
    on: [...document.querySelectorAll('.estimator-row')].filter((row) => row.querySelector('input').checked)
        .map((row) => row.dataset.id),
    values: ['level', 'sort', 'outcome', 'group'].map((id) => document.getElementById(id).value),
    own: document.getElementById('show-own').checked,
    picked: document.getElementById('link-status').textContent,
})
"""


def test_files_are_switched_between_without_losing_choices(board):
    rows = "".join(
        f"{g},{y},{2 * y}\n" for g, y in [("a", 1.5), ("b", 3), ("a", 2), ("c", 7), ("b", 4), ("c", 6)]
    )
    first, second = (("first.csv", f"g,y,z\n{rows}".encode()), ("second.csv", f"g,z,y\n{rows}".encode()))
    upload(board, first)
    with repaint(board):
        pick(board, "level", "99%")
    with repaint(board):
        pick(board, "sort", "Name")
    with repaint(board):
        board.get_by_label("Show James–Stein").uncheck(force=True)
    with repaint(board):
        pick(board, "outcome", "z")
    see_table(board)
    board.locator("#table .ag-row", has_text="b").first.click()
    of_first = board.evaluate(CONTROLS)
    assert of_first["values"][:3] == ["99%", "Name", "z"]
    assert "james_stein" not in of_first["on"]
    assert "b pinned" in of_first["picked"]

    upload(board, second)
    with repaint(board):
        pick(board, "level", "80%")
    with repaint(board):
        pick(board, "sort", "Own mean")
    with repaint(board):
        board.get_by_label("Show James–Stein").check(force=True)
    with repaint(board):
        board.get_by_label("Show own means").uncheck(force=True)
    of_second = board.evaluate(CONTROLS)
    assert of_second["values"][:2] == ["80%", "Own mean"]
    assert of_second["picked"] == ""

    for name, wanted in (("first.csv", of_first), ("second.csv", of_second), ("first.csv", of_first)):
        with repaint(board):
            board.locator("button.file-name", has_text=name).click()
        assert board.evaluate(CONTROLS) == wanted, name
    open_board(board)
    assert board.evaluate(CONTROLS) == {**of_first, "picked": ""}

"""Files that go wrong, labels that could be taken for something else, data at the edge."""

import csv
import io
import random
import re

import pytest
from playwright.sync_api import expect

from dashboard.scene.label_text import short_label
from tests.browser.board import (
    bring,
    choose_file,
    open_board,
    open_sample,
    parameters,
    pick,
    repaint,
    settle,
    table,
    traces,
    upload,
)
from tests.browser.serving import serving

AWKWARD = (
    "<b>x</b>",
    "<img src=x onerror=document.title='owned'>",
    "=1+1",
    '"quoted", with comma',
    "O'Brien & sons",
    "🦉 owl",
    "&lt;i&gt;",
    "日本語",
    "x" * 10_000,
    "${alert(1)}",
)


def as_csv(header, rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def test_a_file_that_cannot_be_read_or_has_no_numbers_is_explained_and_changes_nothing(board, troubles):
    before = board.inner_text("#headline"), board.inner_text("#dataset-chip"), table(board)
    troubles.announce("/upload", 422)
    choose_file(board, ("numbers.xlsx", b"PK\x03\x04" + b"\0" * 200))
    error = board.locator(".upload-error")
    expect(error).not_to_be_empty()
    assert "CSV" in error.inner_text()
    settle(board)
    assert (board.inner_text("#headline"), board.inner_text("#dataset-chip"), table(board)) == before
    assert board.locator("button.file-name").count() == 0

    choose_file(board, ("words.csv", b"name,colour\nAnn,red\nBob,blue\nCy,green\n"))
    expect(board.locator("#refused-problem")).to_contain_text(re.compile("number", re.IGNORECASE))
    assert board.inner_text("#dataset-chip") == before[1]


@pytest.fixture(scope="module")
def small_server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("small"), "--max-upload-mb", "1") as running:
        yield running


def test_a_file_over_the_cap_is_explained(small_server, visitor, troubles):
    page = open_board(visitor(base_url=small_server.url))
    large = ("large.csv", b"y,g\n" + b"1.25,a\n2.5,b\n" * 90_000)
    choose_file(page, large)
    error = page.locator(".upload-error")
    expect(error).to_contain_text("this server takes at most 1 MB")

    # a page that does not know the cap is told by the server
    troubles.announce("/upload", 413)
    page.evaluate("delete document.getElementById('upload-zone').dataset.maxBytes")
    choose_file(page, large)
    expect(error).not_to_contain_text("large.csv has")
    expect(error).to_contain_text("1 MB")
    settle(page)
    assert "schools.csv" in page.inner_text("#dataset-chip")


def test_labels_are_only_ever_text(board):
    rng = random.Random(3)
    rows = [[label, f"{10 * i + rng.gauss(0, 5):.2f}"] for i, label in enumerate(AWKWARD) for _ in range(4)]
    dialogs = []
    board.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    upload(board, ("<i>labels</i>.csv", as_csv(["<u>who</u>", "=value()"], rows)))
    shown = {row["group"] for row in table(board)}
    for label in AWKWARD:
        assert shown & {label, short_label(label)}, label
    assert "<i>labels</i>.csv" in board.inner_text("#dataset-chip")
    assert board.locator("b:text-is('x'), i:text-is('labels'), u:text-is('who'), img[src=x]").count() == 0
    ticks = board.locator("#view-groups .ytick text").all_text_contents()
    assert "<b>x</b>" in ticks
    assert "=value()" in board.locator("#view-groups .xtitle").all_text_contents()
    with board.expect_download() as downloading:
        board.get_by_role("button", name="Export").click()
        board.click("#download-csv")
    text = downloading.value.path().read_bytes().decode()
    assert "'=1+1" in text
    assert "x" * 10_000 in text
    assert "\n=1+1" not in text
    assert ",=1+1" not in text
    assert dialogs == []
    assert board.title() == "blupboard"


def test_data_at_the_edge_are_shown_with_what_cannot_be_said_of_them(board):
    """No sign of differences, one group, a row for each group, everything equal: one after the other."""
    open_sample(board, "Dyestuff2")
    assert "No sign that batches differ." in board.inner_text("#headline")
    assert parameters(board)["REML BLUP"]["Between groups σg"] == "0"
    assert "no further apart than chance would put them" in board.inner_text("#notes")
    assert {row["weight"] for row in table(board)} == {"0%"}

    board.get_by_role("tab", name="Upload").click()
    failures = board.locator("#failures")
    upload_with_groups(board, "one.csv", [[v, "only"] for v in (1, 2, 4, 8)], header=["y", "g"])
    assert "only one" in board.inner_text("#headline").lower()
    assert failures.inner_text().count("no result") == 2, "one card for each reason"
    for name in ("REML BLUP", "ML BLUP", "James–Stein"):
        assert name in failures.inner_text()
    assert [row["group"] for row in table(board)] == ["only"]

    upload_with_groups(board, "single.csv", [[f"g{i}", i * i] for i in range(8)])
    assert "one row" in board.inner_text("#headline")
    assert failures.inner_text().count("no result") == 1, "one card for each reason"
    for name in ("REML BLUP", "ML BLUP", "James–Stein"):
        assert name in failures.inner_text()
    means = next(t for t in traces(board, "view-groups") if t["name"] == "Level means (OLS)")
    assert means["x"] == [float(i * i) for i in reversed(range(8))]

    upload_with_groups(board, "equal.csv", [[f"g{i % 4}", 7] for i in range(16)])
    assert "All values are equal." in board.inner_text("#headline")
    assert board.locator(".card", has_text="ICC").locator(".card-value").inner_text() == "–"
    assert {row["estimate-reml"] for row in table(board)} == {"7"}
    assert board.locator("#notes .note").count() >= 1


def upload_with_groups(page, name, rows, header=("g", "y")):
    """Upload rows whose groups are in column g, which is chosen where the page does not."""
    upload(page, (name, as_csv(header, rows)))
    if not page.input_value("#group"):
        with repaint(page):
            pick(page, "group", "g")


def test_many_groups(board):
    rng = random.Random(5)
    rows = [[f"site {i}", f"{rng.gauss(0, 1) + rng.gauss(0, 1):.3f}"] for i in range(6_000) for _ in range(2)]
    upload(board, ("sites.csv", as_csv(["site", "y"], rows)))
    assert "6,000 sites" in board.inner_text("#dataset-chip")
    bring(board, "#table")
    board.wait_for_selector("#table .ag-row:not(.ag-row-loading) [col-id=group]")
    expect(board.locator("#table .ag-row[row-index='0'] [col-id=group]")).to_contain_text("site")
    level = next(t for t in traces(board, "view-groups") if t["name"] == "Level means (OLS)")
    assert 0 < len(level["x"]) < 1_000  # the typical one and the ends stand for the others

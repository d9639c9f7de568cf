"""How a file is read and which of its rows take part: seen, changed, kept; with a mouse and a keyboard."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.accessibility import barriers
from tests.browser.board import bring, choose_file, pick, repaint, settle, table, upload
from tests.browser.linked import row

MAC = "ville,y\nOrléans,4.1\nOrléans,4.6\nNîmes,7.1\nNîmes,6.6\nBézier,5.5\nBézier,5.1\n".encode("mac_roman")
CODES = b"clinic,year,score\n" + b"".join(
    b"K%d,%d,%d.5\n" % (group, 2023 + row % 2, 70 + 3 * group + row) for group in range(4) for row in range(4)
)
WITH_CODE = CODES + b"K1,2024,-999\n"


def groups(page: Page) -> set[str]:
    return {row["group"] for row in table(page)}


def open_panel(page: Page) -> None:
    page.click("#as-read")
    expect(page.locator(".first-rows")).to_be_visible()
    settle(page)


def choose(page: Page, control: str, option: str) -> None:
    page.get_by_role("textbox", name=control, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def reopened(page: Page) -> None:
    with repaint(page):
        page.reload()


def test_a_file_that_was_misread_is_read_rightly_from_the_panel_and_stays_so(board):
    upload(board, ("villes.csv", MAC))
    assert "Nîmes" not in groups(board)
    open_panel(board)
    assert barriers(board) == []
    with repaint(board):
        choose(board, "Encoding", "mac_roman")
    assert "Orléans" in board.inner_text(".first-rows")

    choose(board, "Columns end at", "bars")
    expect(board.locator("#reading-problem")).to_contain_text("only one column")
    settle(board)
    expect(board.get_by_role("textbox", name="Columns end at")).to_have_value("Found: commas")
    assert "Orléans" in board.inner_text(".first-rows")

    board.keyboard.press("Escape")
    expect(board.locator(".first-rows")).to_be_hidden()
    assert groups(board) == {"Orléans", "Nîmes", "Bézier"}
    assert board.inner_text("#as-read").startswith("Read as mac-roman")
    reopened(board)
    assert groups(board) == {"Orléans", "Nîmes", "Bézier"}

    upload(board, ("villes, next year.csv", MAC.replace(b"4.1", b"4.2")))
    assert groups(board) == {"Orléans", "Nîmes", "Bézier"}
    assert "as your last file" in board.inner_text("#reading-undo")
    with repaint(board):
        board.get_by_role("button", name="Undo").click()
    assert "Nîmes" not in groups(board)


TITLED = (
    "Results of the year\nall sites\nregion;North\nsite;year;score\n"
    + "".join(f"S{i % 3};{2020 + i % 4};{70 + i},5\n" for i in range(24))
).encode()


def refused(page: Page, name: str, content: bytes) -> None:
    choose_file(page, (name, content))
    expect(page.locator("#refused-preview .first-rows")).to_be_visible()
    settle(page)


def test_a_file_that_cannot_be_read_is_kept_shown_as_it_stands_and_read_when_it_is_said_how(board, troubles):
    before = board.inner_text("#dataset-chip")
    troubles.announce("/upload", 422)
    refused(board, "titled.csv", TITLED)
    assert "seem to begin in line 4" in board.inner_text("#refused-problem")
    assert "all sites" in board.inner_text("#refused-preview")
    assert barriers(board) == []
    choose(board, "Columns end at", "bars")
    expect(board.locator("#refused-problem")).to_contain_text("only one column")
    settle(board)
    board.keyboard.press("Escape")
    expect(board.locator("#refused-preview")).to_be_hidden()
    assert board.inner_text("#dataset-chip") == before

    reopened(board)
    board.get_by_role("button", name="titled.csv not read yet").click()
    expect(board.get_by_role("textbox", name="Columns end at")).to_have_value("bars")
    settle(board)
    choose(board, "Columns end at", "As found")
    with repaint(board):
        board.get_by_role("button", name="Skip 3 lines").click()
    expect(board.locator("#refused-preview")).to_be_hidden()
    assert groups(board) == {"S0", "S1", "S2"}
    assert "3 lines skipped" in board.inner_text("#reading-changes")
    assert board.locator(".file-name").all_inner_texts() == ["titled.csv"]
    open_panel(board)
    board.keyboard.press("Escape")

    refused(board, "ragged.csv", b"g,y\na,1\nb,2,3\n")
    expect(board.locator(".at-fault")).to_contain_text("b,2,3")
    board.keyboard.press("Escape")
    board.get_by_role("button", name="Delete ragged.csv from this server").click()
    expect(board.get_by_role("button", name="ragged.csv not read yet")).to_have_count(0)
    assert groups(board) == {"S0", "S1", "S2"}


def test_a_hint_is_taken_undone_and_waved_off(board):
    upload(board, ("codes.csv", WITH_CODE))
    take = board.get_by_role("button", name="Read -999 as missing")
    assert barriers(board) == []
    take.focus()
    with repaint(board):
        board.keyboard.press("Enter")
    assert "16 rows used, 1 left out" in board.inner_text("#rows-used")
    assert board.inner_text("#reading-changes").strip() == "-999 is missing"
    expect(take).to_have_count(0)
    with repaint(board):
        board.get_by_role("button", name="Undo").click()
    assert "All 17 rows used" in board.inner_text("#rows-used")

    before = board.locator(".reading-hint").count()
    board.get_by_role("button", name="Wave off: -999").click()
    expect(board.locator(".reading-hint")).to_have_count(before - 1)
    settle(board)
    reopened(board)
    expect(board.locator(".reading-hint")).to_have_count(before - 1)
    expect(take).to_have_count(0)


def test_rows_are_chosen_by_a_filter_that_leaves_some_and_groups_left_out_from_a_selection(board):
    upload(board, ("years.csv", CODES))
    board.get_by_text("Use only some rows").click()
    board.click("#filter-add")
    expect(board.locator("#problem")).to_contain_text("Choose a column")
    pick(board, "filter-column", "year")
    board.fill("#filter-value", "9999")
    board.click("#filter-add")
    expect(board.locator("#problem")).not_to_contain_text("Choose a column")
    settle(board)
    assert board.inner_text("#problem")
    assert board.inner_text("#reading-changes") == ""
    assert groups(board) == {"K0", "K1", "K2", "K3"}

    pick(board, "filter-operator", "≥")
    board.fill("#filter-value", "2024")
    assert barriers(board) == []
    with repaint(board):
        board.click("#filter-add")
    assert "8 rows used, 8 left out" in board.inner_text("#rows-used")

    bring(board, "#table")
    row(board, "K2").first.locator(".ag-cell").first.click()
    row(board, "K3").first.locator(".ag-cell").first.click(modifiers=["Control"])
    with repaint(board):
        board.get_by_role("button", name="Leave 2 clinics out").click()
    assert groups(board) == {"K0", "K1"}
    expect(board.locator("#leave-out")).to_be_hidden()
    reopened(board)
    assert groups(board) == {"K0", "K1"}
    assert "4 rows used, 12 left out" in board.inner_text("#rows-used")

    with repaint(board):
        board.get_by_role("button", name="Bring back: Without K3").click()
    with repaint(board):
        board.get_by_role("button", name="Take back: Only year ≥ 2024").click()
    assert groups(board) == {"K0", "K1", "K3"}
    assert "12 rows used, 4 left out" in board.inner_text("#rows-used")

"""Files of summaries: dropped, they land in the right kind, which one choice changes."""

from playwright.sync_api import expect

from tests.browser.board import choose_file, pick, settle, table

COUNTS = b"ward,deaths,cases\nA,9,41\nB,3,20\nC,0,12\nD,7,30\nE,12,33\nF,4,51\n"
ESTIMATES = b"trial,yi,vi\na,-0.9,0.33\nb,-1.6,0.19\nc,-1.3,0.42\nd,-1.4,0.02\ne,-0.2,0.05\n"
SIZED = b"trial,yi,vi,patients\na,-0.9,0.33,40\nb,-1.6,0.19,61\nc,-1.3,0.42,\nd,-1.4,0.02,900\n"


def test_counts_and_estimates_land_in_their_kind_and_are_rows_by_one_choice(board):
    used, form = board.locator("#rows-used"), board.locator("#line-form")
    choose_file(board, ("wards.csv", COUNTS))
    expect(used).to_have_text("35 events in 187 trials of 6 groups")
    expect(form).to_have_value("Events of trials")
    expect(board.locator("#outcome")).to_have_value("deaths")
    expect(board.locator("#beside-columns input").first).to_have_value("cases")
    settle(board)
    assert {row["group"]: row["n"] for row in table(board)}["A"] == "41"
    pick(board, "line-form", "Rows")
    expect(used).to_have_text("All 6 rows used")
    expect(board.locator("#beside-columns input")).to_have_count(0)
    settle(board)
    pick(board, "line-form", "Events of trials")
    expect(used).to_have_text("35 events in 187 trials of 6 groups")
    settle(board)
    choose_file(board, ("trials.csv", ESTIMATES))
    expect(used).to_have_text("5 published estimates with standard errors")
    expect(form).to_have_value("Estimates, var.")
    settle(board)
    expect(board.locator("#problem")).to_be_empty()
    choose_file(board, ("sized.csv", SIZED))
    expect(board.locator("#beside-columns input").first).to_have_value("vi")
    settle(board)
    assert "n" not in table(board)[0]
    sizes = board.locator("#beside-columns input:not([type=hidden])").nth(1)
    sizes.click()
    board.get_by_role("option", name="patients").first.click()
    expect(sizes).to_have_value("patients")
    settle(board)
    assert {row["group"]: row["n"] for row in table(board)}["b"] == "61"
    expect(board.locator("#problem")).to_be_empty()

"""Covariates and weights chosen in the rail: what the page then says, and that it stays so."""

import io

import pandas as pd
from playwright.sync_api import Page, expect

from estimators import GroupData, compare
from tests.browser.board import choose_file, column_ids, pick, repaint, settle, table

ROWS = "ward,type,age,sex,days\n" + "".join(
    f"{ward},{kind},{'' if (k, i) == (2, 1) else 50 + 4 * k + (7 * i) % 31},{'fm'[(i + k) % 2]},"
    f"{5 + 2 * (k % 3) + 0.2 * ((7 * i) % 31) + ((13 * i + 5 * k) % 11) / 3:.2f}\n"
    for k, (ward, kind) in enumerate(zip("ABCDEFGH", ("acute", "long") * 4, strict=True))
    for i in range(4 + 2 * k)
)
CHIPS = "#reading-changes .chip"


def choose(board: Page, role: str, *names: str) -> None:
    """Add columns to one of the fold's lists, by typing."""
    field = board.locator(f'#model-fields input[id*=\'"role":"{role}"\']')
    field.click()
    for name in names:
        field.fill(name)
        option = board.get_by_role("option", name=name)
        expect(option).to_be_visible()
        option.click()
    board.keyboard.press("Escape")


def test_covariates_are_chosen_said_taken_back_and_kept(board):
    choose_file(board, ("wards.csv", ROWS.encode()))
    expect(board.locator("#dataset-chip")).to_contain_text("wards.csv")
    settle(board)
    pick(board, "outcome", "days")
    settle(board)
    headline, used = board.locator("#headline"), board.locator("#rows-used")
    board.locator("#model-open").click()
    with repaint(board):
        choose(board, "adjust", "age", "sex")
        expect(headline).to_contain_text("With age and sex taken off")
    expect(headline).to_contain_text(
        "Wards are compared at the average age and the mix of sex of all 87 rows."
    )
    expect(used).to_have_text("87 rows used, 1 left out")
    expect(board.locator("#reading-notes")).to_contain_text("no age (line 13)")
    expect(board.locator("#failures")).to_contain_text("James–Stein, Grand mean: no result")

    rows = pd.read_csv(io.StringIO(ROWS))
    data = GroupData.from_frame(rows, outcome="days", group="ward", adjust=["age", "sex"])
    expected = compare(data, ["ols", "reml"])
    columns = column_ids(board)
    shown = {row["group"]: row for row in table(board)}
    for heading, values in (
        ("own mean", data.mean),
        ("Level means (OLS)", expected["ols"].fit.estimate),
        ("REML BLUP", expected["reml"].fit.estimate),
    ):
        for label, value in zip(data.labels, values, strict=True):
            text = shown[label][columns[heading]]
            places = len(text.partition(".")[2])
            assert abs(float(text) - value) <= 0.51 * 10.0**-places, (heading, label)

    board.locator(".coefficients > summary").click()
    first = expected["reml"].fit.coefficients[1]
    expect(board.locator(".coefficients tr", has_text="age")).to_contain_text(f"{first.estimate:.2f}")

    with repaint(board):
        choose(board, "explained_by", "type")
        expect(headline).to_contain_text("Each ward is pulled towards what its type lets expect.")
    expect(board.locator(CHIPS)).to_have_text(["Adjusted for age", "Adjusted for sex", "Explained by type"])
    with repaint(board):
        board.get_by_label("Take back: Adjusted for sex").click()
        expect(board.locator(CHIPS)).to_have_text(["Adjusted for age", "Explained by type"])
    expect(board.locator("#model-fields .mantine-MultiSelect-pill")).to_have_text(["age", "type"])

    board.reload()
    expect(board.locator(CHIPS)).to_have_text(["Adjusted for age", "Explained by type"])
    expect(headline).to_contain_text("With age and type taken off")
    settle(board)
    expect(board.locator("#problem")).to_be_empty()

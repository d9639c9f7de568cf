"""The main job from end to end: upload, pick, compare, adjust, take away, come back, delete."""

import csv
import io
import random
import re

import pytest

from tests.browser.board import (
    VIEWS,
    column_ids,
    open_board,
    parameters,
    pick,
    repaint,
    settle,
    table,
    traces,
    turn_theme,
    upload,
)
from tests.browser.reading import by_group, compared, fit, shows

SCHOOLS = 11
PARAMETERS = {
    "Population mean μ": "mu",
    "Standard error of μ": "mu_std_error",
    "Between groups σg": "sigma_group",
    "Within groups σe": "sigma_error",
    "ICC": "icc",
    "Criterion": "criterion",
    "Log likelihood": "log_likelihood",
}


@pytest.fixture
def schools(tmp_path):
    """Pupils in schools of different size, two numbers for each, some of them missing."""
    rng = random.Random(20)
    file = tmp_path / "enrolled.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["pupil", "maths_score", "reading", "town", "school"])
        pupil = 0
        for number in range(SCHOOLS):
            effects = rng.gauss(0, 6), rng.gauss(0, 2)
            for _ in range(rng.randint(2, 30)):
                pupil += 1
                score = "NA" if rng.random() < 0.03 else f"{50 + effects[0] + rng.gauss(0, 10):.2f}"
                reading = f"{20 + effects[1] + rng.gauss(0, 4):.3f}"
                label = f"=school {number}" if number == 0 else f"Academy {number}"
                writer.writerow([pupil, score, reading, f"town {number % 4}", label])
    return file


def assert_comparison(page, answer):
    """Everything on screen is what the command line says, in the order of the predictions."""
    reml, own = fit(answer, "reml"), by_group(fit(answer, "ols"))
    titles, values = page.locator(".card-title"), page.locator(".card-value")
    shown = dict(zip(titles.all_inner_texts(), values.all_inner_texts(), strict=True))
    for title in ("Population mean μ", "Between groups σg", "Within groups σe", "ICC"):
        assert shows(shown[title], reml["parameters"][PARAMETERS[title]]), (title, shown)
    percent = re.search(r"(\d+%) \(.*\) of the variance", page.inner_text("#headline"))
    assert percent, page.inner_text("#headline")
    assert shows(percent[1], reml["parameters"]["icc"], digits=1)

    rows = table(page)
    columns = column_ids(page)
    assert [r["group"] for r in rows] == sorted(own, key=lambda g: -by_group(reml)[g]["estimate"])
    for row in rows:
        group = row["group"]
        assert int(row["n"]) == own[group]["n"]
        assert shows(row["own"], own[group]["raw_mean"])
        assert shows(row["weight"], by_group(reml)[group]["weight"], digits=1)
        for method in answer["fits"]:
            if method["label"] in columns and method["status"] == "ok":
                assert shows(row[columns[method["label"]]], by_group(method)[group]["estimate"])
        assert shows(row["conf_low"], by_group(reml)[group]["conf_low"])
        assert shows(row["conf_high"], by_group(reml)[group]["conf_high"])

    said = parameters(page)
    for method in answer["fits"]:
        for label, name in PARAMETERS.items():
            value = method["parameters"].get(name)
            line = said[method["label"]]
            mine = [text for column, text in line.items() if column.partition(", ")[0] == label]
            (text,) = [text for text in mine if text != "–"] or ["–"]  # of each likelihood a column
            assert shows(text, value, digits=6), (method["label"], label, text, value)

    drawn = {
        t["name"]: t for t in traces(page, "view-groups") if t["name"] and (t["meta"] or {}).get("groups")
    }
    for method in answer["fits"]:
        if method["label"] in drawn:
            wanted = [by_group(method)[r["group"]]["estimate"] for r in rows]
            assert drawn[method["label"]]["x"] == pytest.approx(wanted, rel=1e-12)


def test_upload_pick_compare(board, schools):
    upload(board, schools)
    assert "enrolled.csv" in board.inner_text("#dataset-chip")
    assert board.input_value("#outcome") == "maths_score"
    assert board.input_value("#group") == "school"
    with repaint(board):
        pick(board, "outcome", "reading")
    assert_comparison(board, compared(schools, "reading", "school"))
    assert board.inner_text("#rows-used").startswith("All ")

    with repaint(board):
        pick(board, "outcome", "maths_score")
    answer = compared(schools, "maths_score", "school")
    assert_comparison(board, answer)
    dropped = answer["data"]["dropped"]["missing_outcome"]
    assert dropped
    assert f"{dropped} left out" in board.inner_text("#rows-used")

    with repaint(board):
        pick(board, "group", "town")
    assert_comparison(board, compared(schools, "maths_score", "town"))


def test_every_setting_takes_effect_and_is_found_again(board, schools):
    upload(board, schools)
    with repaint(board):
        pick(board, "level", "80%")
    assert_comparison(board, compared(schools, "maths_score", "school", "--level", "0.8"))

    with repaint(board):
        pick(board, "sort", "Name")
    names = [row["group"] for row in table(board)]
    assert names[:3] == ["=school 0", "Academy 1", "Academy 2"]
    assert len(names) == SCHOOLS

    with repaint(board):
        board.get_by_label("Show ML BLUP").click(force=True)
    assert "ML BLUP" not in parameters(board)
    assert "ML BLUP" not in {t["name"] for t in traces(board, "view-groups")}
    assert "ML BLUP" not in column_ids(board)

    light = board.evaluate("getComputedStyle(document.body).backgroundColor")
    assert turn_theme(board) == "dark"
    assert board.evaluate("getComputedStyle(document.body).backgroundColor") != light

    before = board.inner_text("#headline"), table(board), parameters(board)
    open_board(board)
    assert (board.inner_text("#headline"), table(board), parameters(board)) == before
    assert board.input_value("#level") == "80%"
    assert board.input_value("#sort") == "Name"
    assert not board.get_by_label("Show ML BLUP").is_checked()
    assert board.get_attribute("html", "data-mantine-color-scheme") == "dark"

    with repaint(board):
        board.get_by_label("Show ML BLUP").click(force=True)
    assert "ML BLUP" in parameters(board)


def test_a_table_safe_in_a_spreadsheet_and_code_are_taken_away_and_a_deleted_file_comes_back_or_is_gone(
    board, schools, server
):
    upload(board, schools)
    board.get_by_role("button", name="Export").click()
    with board.expect_download() as downloading:
        board.click("#download-tidy")
    assert downloading.value.suggested_filename == "enrolled-groups.csv"
    lines = list(csv.DictReader(io.StringIO(downloading.value.path().read_bytes().decode())))
    answer = compared(schools, "maths_score", "school")
    wanted = {(f["estimator"], row["group"]): row for f in answer["fits"] for row in f["groups"]}
    assert len(lines) == len(wanted)
    for line in lines:
        group = line["group"].removeprefix("'")
        assert line["group"] == ("'" + group if group.startswith("=") else group)
        row = wanted[line["estimator"], group]
        for name in ("estimate", "std_error", "conf_low", "conf_high", "weight"):
            assert (line[name] or None) == (None if row[name] is None else repr(row[name]))

    for entry, spoken in (("Do this in R", "lmer("), ("Do this in Python", "compare(")):
        board.get_by_role("button", name="Export").click()
        board.get_by_role("menuitem", name=entry).click()
        code = board.locator("pre.code:visible")
        code.wait_for()
        assert spoken in code.inner_text()
        assert "enrolled.csv" in code.inner_text()
        board.get_by_role("button", name="Close").click()
        code.wait_for(state="hidden")

    with repaint(board):
        pick(board, "outcome", "reading")
    with repaint(board):
        board.get_by_label("Delete enrolled.csv from this server").click()
    with repaint(board):
        board.get_by_label("Undo deleting enrolled.csv").click()
    assert "enrolled.csv" in board.inner_text("#dataset-chip")
    assert board.input_value("#outcome") == "reading"
    assert board.locator("button.file-name").all_inner_texts() == ["enrolled.csv"]
    assert board.locator(".file-deleted").count() == 0

    assert list(server.data_dir.rglob("*enrolled*")) or list(server.data_dir.rglob("*.parquet"))
    with repaint(board):
        board.get_by_label("Delete enrolled.csv from this server").click()
    settle(board)
    assert "schools.csv" in board.inner_text("#dataset-chip")
    assert board.locator("button.file-name").count() == 0
    shown = board.inner_text(".page")
    assert "Academy 1" not in shown
    assert "maths_score" not in shown
    assert not {trace["name"] for view in VIEWS for trace in traces(board, view)} & {"Academy 1"}
    open_board(board)
    assert "schools.csv" in board.inner_text("#dataset-chip")


def test_nobody_else_ever_sees_ones_data_and_all_of_it_goes_at_ones_word(board, visitor, schools):
    upload(board, schools)
    settle(board)
    with board.expect_request(re.compile("_dash-update-component")) as asked:
        pick(board, "level", "99%")
    body = asked.value.post_data
    other = open_board(visitor())
    assert "enrolled" not in other.content()
    assert "schools.csv" in other.inner_text("#dataset-chip")
    said = other.request.post(
        "/_dash-update-component", data=body, headers={"Content-Type": "application/json"}
    )
    assert "Academy 1" not in said.text()
    assert "This dataset is not here any more" in said.text()
    board.get_by_role("button", name="Export").click()
    href = board.get_attribute("#download-csv", "href")
    assert board.request.get(f"/{href}").status == 200
    assert other.request.get(f"/{href}").status == 404
    board.keyboard.press("Escape")

    assert "kept until" in board.inner_text(".files")
    board.get_by_role("button", name="Delete all my data now").click()
    board.get_by_role("button", name="Keep it").click()
    board.get_by_role("dialog").wait_for(state="hidden")
    board.get_by_role("button", name="Delete all my data now").click()
    with board.expect_navigation():
        board.get_by_role("button", name="Delete all of it").click()
    board.get_by_text("1 file (").wait_for()
    settle(board)
    assert "schools.csv" in board.inner_text("#dataset-chip")
    assert board.locator("button.file-name").count() == 0
    assert "maths_score" not in board.inner_text(".page")

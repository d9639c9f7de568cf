"""Roles that follow from what columns do, or from how they are called beside others."""

import random

import numpy as np
import pytest

from dashboard.ingest import guess_roles
from dashboard.ingest.dependence import Dependence
from tests.ingest.helpers import noise, table_of


def tied(seed: int, size: int, values: int) -> list[int]:
    """Whole numbers that come again."""
    draw = random.Random(seed)
    return [draw.randrange(values) for _ in range(size)]


def test_what_was_measured_before_is_no_outcome_beside_what_came_after(tmp_path):
    rows = [["abc"[i % 3], round(v, 1), round(v + w, 1)]
            for i, (v, w) in enumerate(zip(noise(60), reversed(noise(60)), strict=True))]  # fmt: skip
    for names in (["Prewt", "Postwt"], ["langPRET", "langPOST"], ["before", "after"]):
        assert guess_roles(table_of(tmp_path, ["Treat", *names], rows)).pair == (names[1], "Treat")


def test_y_beside_x_and_z_is_a_coordinate(tmp_path):
    rows = [["abcd"[i % 4], round(v, 2), round(9 * w), round(v / 2, 2), round(v / 3, 2), round(v / 4, 2)]
            for i, (v, w) in enumerate(zip(noise(90), reversed(noise(90)), strict=True))]  # fmt: skip
    header = ["cut", "carat", "price", "x", "y", "z"]
    assert guess_roles(table_of(tmp_path, header, rows)).outcome in ("carat", "price")
    assert guess_roles(table_of(tmp_path, ["cut", "x", "y"], [r[:3] for r in rows])).outcome == "y"


def test_days_that_something_lasted_are_an_outcome_and_days_of_measuring_are_not(tmp_path):
    lasted = [["AN"[d * d % 7 % 2], f"F{i % 4}", d] for i, d in enumerate(tied(1, 160, 45))]
    assert guess_roles(table_of(tmp_path, ["Eth", "Form", "Days"], lasted)).pair == ("Days", "Form")
    measured = [[f"s{i // 10}", i % 10, round(v, 1)] for i, v in enumerate(noise(180))]
    assert guess_roles(table_of(tmp_path, ["rower", "Days", "react"], measured)).pair == ("react", "rower")


def test_values_at_which_each_unit_is_measured_once_are_no_outcome(tmp_path):
    """Cycles are where a path was measured; lengths come twice in none since they have many digits."""
    cells = [(p, c) for p in range(21) for c in range(14) if (p * 5 + c * 3) % 7]
    rows = [[f"path {p}", c / 100, round(v, 3)] for (p, c), v in zip(cells, noise(len(cells)), strict=True)]
    assert guess_roles(table_of(tmp_path, ["path", "cyc", "crack"], rows)).pair == ("crack", "path")


def test_units_are_followed_in_time_where_the_time_of_a_row_is_blank():
    codes = {"unit": np.repeat(np.arange(5), 8), "year": np.tile(np.arange(8), 5)}
    codes["year"][8] = -1  # right behind the last year of the unit before
    assert Dependence(codes, {}).is_panel("unit", ["year"])


def test_codes_that_say_which_unit_a_row_is_of_are_no_outcome(tmp_path):
    areas = tied(5, 900, 60)
    rows = [[f"state {a % 9}", 100 + 37 * a, round(v, 2)] for a, v in zip(areas, noise(900), strict=True)]
    assert guess_roles(table_of(tmp_path, ["state", "puma", "lweek"], rows)).pair == ("lweek", "state")


def test_days_of_a_month_are_no_group_beside_months(tmp_path):
    rows = [[round(v, 1), 5 + i // 30, 1 + i % 30] for i, v in enumerate(noise(150))]
    assert guess_roles(table_of(tmp_path, ["Ozone", "Month", "Day"], rows)).pair == ("Ozone", "Month")


def test_numbers_of_the_lines_within_groups_are_no_group(tmp_path):
    rows = [["BO"[i // 50 % 2], 1 + i % 50, round(v, 1)] for i, v in enumerate(noise(200))]
    assert guess_roles(table_of(tmp_path, ["sp", "index", "FL"], rows)).pair == ("FL", "sp")


def test_a_unit_of_measure_says_that_a_column_measures_whatever_else_its_name_says(tmp_path):
    rows = [[f"make {i % 30}", round(abs(v), 2), 15 + m]
            for i, (v, m) in enumerate(zip(noise(90), tied(2, 90, 9), strict=True))]  # fmt: skip
    assert guess_roles(table_of(tmp_path, ["make", "price", "MPG.city"], rows)).pair == ("price", "make")


def test_answers_that_pile_up_are_no_group_beside_codes_of_a_design(tmp_path):
    draw = random.Random(4)
    rows = [[i % 3, round(draw.gauss(5, 1), 2), min(7, 1 + int(draw.expovariate(0.9))), round(v, 2)]
            for i, v in enumerate(noise(129))]  # fmt: skip
    header = ["protest", "sexism", "anger", "liking"]
    assert guess_roles(table_of(tmp_path, header, rows)).group == "protest"


@pytest.mark.parametrize("name", ["fatalities", "claims", "citations", "salary", "lnsalary"])
def test_what_is_counted_or_paid_is_an_outcome_beside_other_measurements(tmp_path, name):
    rows = [[f"f{i % 12}", round(v, 2), round(50 + 9 * w)]
            for i, (v, w) in enumerate(zip(noise(120), reversed(noise(120)), strict=True))]  # fmt: skip
    assert guess_roles(table_of(tmp_path, ["firm", "miles", name], rows)).pair == (name, "firm")


def test_what_says_that_a_time_ended_is_no_group_beside_a_treatment(tmp_path):
    rows = [[1 + i % 3, 10 + abs(round(v)), int(v > 45)] for i, v in enumerate(noise(60))]
    assert guess_roles(table_of(tmp_path, ["trt", "time", "death"], rows)).pair == ("time", "trt")


def test_sizes_called_n_are_no_outcome_beside_what_they_are_of(tmp_path):
    rows = [[f"poll {i % 9}", 400 + n, round(40 + v / 9, 1)]
            for i, (v, n) in enumerate(zip(noise(90), tied(6, 90, 700), strict=True))]  # fmt: skip
    assert guess_roles(table_of(tmp_path, ["pollster", "n", "Obama"], rows)).outcome == "Obama"


def test_paradata_of_a_survey_are_no_outcome(tmp_path):
    rows = [[f"2025-03-{1 + i % 28:02d}", 100, 200 + d, f"R_{i}", 1 + q, f"School {i % 4}"]
            for i, (d, q) in enumerate(zip(tied(1, 90, 400), tied(2, 90, 7), strict=True))]  # fmt: skip
    header = ["RecordedDate", "Progress", "Duration (in seconds)", "ResponseId", "Q1_1", "School"]
    assert guess_roles(table_of(tmp_path, header, rows)).pair == ("Q1_1", "School")
    header = ["Datum Abgeschickt", "Letzte Seite", "Zufallsstartwert", "Antwort ID", "Zufrieden?", "Klinik"]
    assert guess_roles(table_of(tmp_path, header, rows)).pair == ("Zufrieden?", "Klinik")


def test_odds_are_no_outcome(tmp_path):
    goals = zip(noise(90), tied(1, 90, 5), tied(2, 90, 5), strict=True)
    rows = [[f"T{i % 10}", f"T{(i + 1 + i // 10) % 10}", x, y, *(round(1 + v / k, 2) for k in range(5, 10))]
            for i, (v, x, y) in enumerate(goals)]  # fmt: skip
    header = ["HomeTeam", "AwayTeam", "FTHG", "FTAG", "AvgH", "AvgD", "AvgA", "B365>2.5", "B365<2.5"]
    assert guess_roles(table_of(tmp_path, header, rows)).pair == ("FTHG", "HomeTeam")


def test_names_of_units_come_before_their_codes_and_periods_are_times(tmp_path):
    months = ["January", "February", "March", "April", "May"]
    rows = [[f"2024{1 + i % 5:02d}", months[i % 5], f"O{i // 5}", ["Bombali", "Bonthe", "Kambia"][i // 5], v]
            for i, v in enumerate(noise(15))]  # fmt: skip
    header = ["periodid", "periodname", "organisationunitid", "organisationunitname", "value"]
    assert guess_roles(table_of(tmp_path, header, rows)).pair == ("value", "organisationunitname")


def test_days_written_as_one_number_are_times(tmp_path):
    rows = [[f"P{i % 9}", 20080100 + 1 + i % 31, round(8000 + 99 * v, 1 - i % 2 - 1)]
            for i, v in enumerate(noise(240))]  # fmt: skip
    rows = [[g, day, int(v)] for g, day, v in rows]
    assert guess_roles(table_of(tmp_path, ["prvdr", "admsn", "pmt"], rows)).outcome == "pmt"
    ids = [[g, 20080100 + 97 * i, v] for i, (g, _, v) in enumerate(rows)]  # 20103186 is no day
    assert guess_roles(table_of(tmp_path, ["prvdr", "amount", "pmt"], ids)).outcome == "amount"


@pytest.mark.parametrize(
    ("header", "group"),
    [
        (["Kunde", "Mitarbeiter", "Umsatz"], "Mitarbeiter"),
        (["order", "vendedor", "ventas"], "vendedor"),
        (["match_id", "batter", "runs"], "batter"),
        (["release", "server", "seconds"], "server"),
    ],
)
def test_those_who_do_the_work_are_units(tmp_path, header, group):
    rows = [[f"K{k}", ["Anna", "Ben", "Carla", "David", "Emma"][i % 5], round(v, 2)]
            for i, (k, v) in enumerate(zip(tied(3, 300, 90), noise(300), strict=True))]  # fmt: skip
    assert guess_roles(table_of(tmp_path, header, rows)).group == group


def test_how_long_someone_has_been_there_is_no_group(tmp_path):
    rows = [[t, ["monthly", "one year", "two years"][i % 3], round(v, 2)]
            for i, (t, v) in enumerate(zip(tied(3, 900, 72), noise(900), strict=True))]  # fmt: skip
    assert guess_roles(table_of(tmp_path, ["tenure", "contract", "charges"], rows)).group == "contract"


def test_milk_is_an_outcome_beside_the_days_in_milk(tmp_path):
    rows = [[i // 9, day, round(v, 1)]
            for i, (day, v) in enumerate(zip(tied(3, 300, 300), noise(300), strict=True))]  # fmt: skip
    assert guess_roles(table_of(tmp_path, ["herd", "dim", "milk_kg"], rows)).outcome == "milk_kg"


def test_codes_of_users_are_no_outcome(tmp_path):
    users = random.Random(8).sample(range(10**6), 300)
    rows = [[user, f"gate_{30 + i % 2 * 10}", rounds]
            for i, (user, rounds) in enumerate(zip(users, tied(3, 300, 90), strict=True))]  # fmt: skip
    pair = guess_roles(table_of(tmp_path, ["userid", "version", "sum_gamerounds"], rows)).pair
    assert pair == ("sum_gamerounds", "version")

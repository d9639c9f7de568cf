"""What is said of each column, which roles are guessed, and which tables hold nothing to compare."""

import random
from itertools import product
from pathlib import Path

import pytest

from dashboard.ingest import UnreadableFile, guess_roles
from tests.ingest.helpers import noise, put, put_parquet, stored, table_of


def test_columns_say_what_they_hold(tmp_path):
    text = (
        "id,g,y,day,ok,e\n1,a,1.5,2024-01-01,yes,\n2,b,NA,2024-01-02,no,\n"
        "3,,,2024-01-02,yes,\n4,b,x,2024-01-03,no, \n"
    )
    columns = {column.name: column for column in stored(tmp_path, text).columns}
    assert {name: column.kind for name, column in columns.items()} == {
        "id": "number", "g": "text", "y": "text", "day": "date", "ok": "boolean", "e": "text",
    }  # fmt: skip
    assert {name: (c.distinct, c.missing) for name, c in columns.items()} == {
        "id": (4, 0), "g": (2, 1), "y": (3, 1), "day": (3, 0), "ok": (2, 0), "e": (0, 4),
    }  # fmt: skip
    assert columns["g"].examples == ("a", "b")
    assert columns["day"].examples == ("2024-01-01", "2024-01-02", "2024-01-03")
    assert not any(column.distinct_is_about for column in columns.values())


def test_reasons_are_in_plain_words(tmp_path):
    rows = "".join(
        f'{i},g{i % 3},{i * 0.37},2024-01-0{1 + i % 5},{"yes" if i % 2 else "no"},,"{i},5"\n'
        for i in range(40)
    )
    columns = {column.name: column for column in stored(tmp_path, f"id,g,y,day,ok,e,c\n{rows}").columns}
    assert {name: c.not_outcome for name, c in columns.items()} == {
        "id": None,
        "g": 'its values are not numbers (such as "g0")',
        "y": None,
        "day": "it holds dates",
        "ok": None,
        "e": "it has no values",
        "c": None,
    }
    assert {name: c.not_group for name, c in columns.items() if c.not_group} == {
        "c": "it holds measurements: nearly every row has a value of its own",
        "y": "it holds measurements: nearly every row has a value of its own",
        "e": "it has no values",
    }


@pytest.mark.slow
def test_examples_are_cut_and_distinct_counts_say_when_they_are_estimates(tmp_path):
    rows = "".join(f"{i},{'x' * 200}{i % 2}\n" for i in range(60_000))
    columns = stored(tmp_path, f"y,g\n{rows}").columns
    assert columns[0].distinct_is_about
    assert columns[0].distinct == pytest.approx(60_000, rel=0.1)
    assert (columns[1].distinct, columns[1].distinct_is_about) == (2, False)
    assert columns[1].examples == ("x" * 60 + "…",)


def test_a_few_words_among_numbers_leave_a_column_usable(tmp_path):
    column = stored(tmp_path, "g,y\n" + "a,1.5\n" * 6 + "a,<LOD\n" * 4).column("y")
    assert (column.kind, column.not_outcome, column.numbers) == ("number", None, 6)


SAMPLES = sorted((Path(__file__).parents[2] / "dashboard" / "samples").glob("*.csv"))


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("header", "rows", "roles"),
    [
        (["g", "y"], [[f"g{i % 5}", v] for i, v in enumerate(noise(40))], ("y", "g")),
        (["y", "g"], [[v, f"g{i % 5}"] for i, v in enumerate(noise(40))], ("y", "g")),
        (
            ["Reaction", "Days", "Subject"],
            [[v, i % 10, 308 + i // 10] for i, v in enumerate(noise(180))],
            ("Reaction", "Subject"),
        ),
        (
            ["", "Batch", "Yield"],
            [[i + 1, "ABCDEF"[i // 5], int(v) * 5] for i, v in enumerate(noise(30))],
            ("Yield", "Batch"),
        ),
        (
            ["student_id", "sex", "school", "year", "score"],
            [[1000 + i, "MF"[i % 2], f"S{i % 20}", 2023, v] for i, v in enumerate(noise(400))],
            ("score", "school"),
        ),
        (["player", "hit"], [[f"p{i % 18}", i * 7 % 3 % 2] for i in range(810)], ("hit", "player")),
        (
            ["date", "store", "n", "sales"],
            [[f"2024-01-{1 + i % 28:02}", i % 7, i, v] for i, v in enumerate(noise(200))],
            ("sales", "store"),
        ),
        # the units of a measure are no time: tonnes, per day
        (
            ["genotype", "block", "year", "yield (t/ha)", "height cm"],
            [[f"G{i % 12}", i // 12 % 3, 2022 + i // 36, v / 10, round(2 * v)]
             for i, v in enumerate(noise(72))],
            ("yield (t/ha)", "genotype"),
        ),
        (
            ["genotype", "block", "year", "yield_t_ha", "height cm"],
            [[f"G{i % 12}", i // 12 % 3, 2022 + i // 36, v / 10, round(2 * v)]
             for i, v in enumerate(noise(72))],
            ("yield_t_ha", "genotype"),
        ),
        (
            ["Wiederholung", "Block", "Entry", "Ertrag dt/ha"],
            [[1 + i // 24, f"B{1 + i // 4:02d}", 1 + i * (1, 5, 7)[i // 24] % 24, v / 10]
             for i, v in enumerate(noise(72))],
            ("Ertrag dt/ha", "Entry"),
        ),
        (
            ["store", "sales per day", "floor area"],
            [[f"S{i % 9}", v, 100 + i % 9 * 13.5] for i, v in enumerate(noise(90))],
            ("sales per day", "store"),
        ),
        (
            ["Klinik", "Liegedauer (Tage)", "Alter", "Region"],
            [[f"Klinik {i % 14}", v, 40 + i * 7 % 45, ("Nord", "West", "Ost")[i % 14 % 3]]
             for i, v in enumerate(noise(140))],
            ("Liegedauer (Tage)", "Klinik"),
        ),
    ],
)  # fmt: skip
def test_roles_are_guessed(tmp_path, header, rows, roles):
    assert guess_roles(table_of(tmp_path, header, rows)).pair == roles


def test_what_belongs_to_the_group_is_no_outcome(tmp_path):
    rows = [[f"c{i % 30}", v, 100.5 + i % 30, 0.25 + i % 29] for i, v in enumerate(noise(360))]
    assert guess_roles(table_of(tmp_path, ["country", "life", "area", "rank"], rows)).pair == (
        "life",
        "country",
    )
    assert guess_roles(table_of(tmp_path, ["country", "life", "lat", "lon"], rows)).pair == (
        "life",
        "country",
    )


def test_what_describes_a_unit_or_a_time_is_no_outcome_of_the_rows(tmp_path):
    """Anger is that of a person in all of their answers; an index of prices is that of a year."""
    rows = [[20 + i // 8 % 19, f"item {i % 8}", i // 8, "YN"[i * 5 % 7 % 2]] for i in range(400)]
    assert guess_roles(table_of(tmp_path, ["Anger", "item", "id", "r2"], rows)).outcome == "r2"
    years = [[f"S{i % 20}", 1990 + i // 20, 80.5 + i // 20, v] for i, v in enumerate(noise(200))]
    assert guess_roles(table_of(tmp_path, ["state", "year", "cpi", "packs"], years)).pair == (
        "packs",
        "state",
    )


def test_times_at_which_units_are_measured_are_no_survival(tmp_path):
    noisy = noise(160)
    rows = [[f"m{i % 8}", round(i // 8 / 19, 3), round(v)] for i, v in enumerate(noisy)]
    assert guess_roles(table_of(tmp_path, ["mare", "Time", "follicles"], rows)).pair == ("follicles", "mare")
    lasted = [[f"c{i % 8}", round(abs(v) * 10), i % 3 % 2] for i, v in enumerate(noisy)]
    assert guess_roles(table_of(tmp_path, ["center", "time", "status"], lasted)).pair == ("time", "center")


def test_few_values_set_by_a_design_are_no_outcome_beside_a_measurement(tmp_path):
    rows = [[0.25 * 2 ** (i % 6), f"R{i // 6}", v] for i, v in enumerate(noise(60))]
    assert guess_roles(table_of(tmp_path, ["Dose", "Animal", "BPchange"], rows)).pair == (
        "BPchange",
        "Animal",
    )


def test_days_that_all_units_meet_are_no_outcome(tmp_path):
    rows = [[f"ST{i // 30}", 2024, i % 30 + 1, round(v, 2)] for i, v in enumerate(noise(180))]
    assert guess_roles(table_of(tmp_path, ["STATION", "YEAR", "DOY", "T2M"], rows)).pair == ("T2M", "STATION")


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (["Schüler", "Klasse", "Punkte", "Alter"], ("Punkte", "Klasse")),
        (["Élève", "École", "Résultat", "Âge"], ("Résultat", "École")),
        (["Alumno", "Colegio", "Puntuación", "Edad"], ("Puntuación", "Colegio")),
    ],
)
def test_names_are_known_in_other_languages(tmp_path, header, roles):
    rows = [[i, i * 3 % 8 + 1, round(v), i * 7 % 11 + 20] for i, v in enumerate(noise(200))]
    assert guess_roles(table_of(tmp_path, header, rows)).pair == roles


def test_a_column_of_one_value_is_no_group_beside_another(tmp_path):
    rows = [["g", f"test_{i}", v, abs(v)] for i, v in enumerate(noise(6))]
    assert guess_roles(table_of(tmp_path, ["group", "name", "mean", "stddev"], rows)).group == "name"


def test_weights_of_surveys_are_no_outcome(tmp_path):
    rows = [
        [round(abs(v) * 90 + 20, 1), [1, 2, 4, 5, 6, 8][i * 5 % 6], i * 7 % 60 + 16, round(v * v * 9000)]
        for i, v in enumerate(noise(300))
    ]
    header = ["HHWT", "STATEFIP", "AGE", "INCWAGE"]
    assert guess_roles(table_of(tmp_path, header, rows)).pair == ("INCWAGE", "STATEFIP")


def test_numbers_of_units_are_a_group_and_no_outcome(tmp_path):
    rows = [[13 + 7 * (i // 8), 1980 + i % 8, ["Trade", "Farm", "Mine"][i * 5 % 11 % 3], v]
            for i, v in enumerate(noise(400))]  # fmt: skip
    assert guess_roles(table_of(tmp_path, ["nr", "year", "industry", "lnpay"], rows)).pair == ("lnpay", "nr")


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", ["latitude", "centroid_lon", "zip", "phone", "Code"])
def test_numbers_that_place_or_name_are_no_outcome(tmp_path, name):
    rows = [[f"g{i % 5}", i * 7 % 40, v] for i, v in enumerate(noise(200))]
    assert guess_roles(table_of(tmp_path, ["g", "x", name], rows)).pair == ("x", "g")


@pytest.mark.slow_cases
@pytest.mark.parametrize("blocks", ["I II III IV V VI", "k1 k2 k3 k4 k5 k6", "F A E B C D"])
@pytest.mark.parametrize("names", ["Victory Marvellous Golden.rain", "bread toast rusk"])
def test_what_only_counts_or_doses_is_no_group_beside_what_it_is_crossed_with(tmp_path, blocks, names):
    cells = list(product(blocks.split(), names.split(), ["0.0cwt", "0.2cwt", "0.4cwt", "0.6cwt"]))
    lines = [f"{b},{v},{n},{60 + 7.5 * (i * i % 11)}" for i, (b, v, n) in enumerate(cells)]
    guess = guess_roles(stored(tmp_path, "\n".join(["B,V,N,Y", *lines]) + "\n"))
    assert guess.pair == ("Y", "V")


def test_what_counts_is_the_group_where_nothing_is_crossed_with_it(tmp_path):
    rows = [["ABCD"[i // 3], "north" if i < 6 else "south", 60 + 7.5 * (i * i % 11)] for i in range(12)]
    assert guess_roles(table_of(tmp_path, ["q", "where", "Y"], rows)).pair == ("Y", "q")


def test_numbers_that_seldom_meet_a_date_by_chance_are_no_panel(tmp_path):
    """Stays in twelve clinics: of so many ages and days hardly any pair comes twice, which says nothing."""
    draw, ages = random.Random(5), set()
    rows = []
    while len(rows) < 200:
        day, age = f"2025-{draw.randint(1, 9):02d}-{draw.randint(1, 28):02d}", draw.randint(30, 90)
        if (day, age) not in ages:
            ages.add((day, age))
            rows.append([f"Klinik {'ABCDEFGHIJKL'[len(rows) % 12]}", day, age, f"{draw.gauss(6, 2):.1f}"])
    guess = guess_roles(table_of(tmp_path, ["Klinik", "Aufnahmetag", "Alter", "Verweildauer"], rows))
    assert guess.pair == ("Verweildauer", "Klinik")


def test_a_column_called_as_outcomes_are_is_no_likely_group(tmp_path):
    rows = [[i * 5 % 49, i % 10 + 0.5] for i in range(200)]
    assert guess_roles(table_of(tmp_path, ["duration", "iprod"], rows)).pair == ("duration", "iprod")


SUMMARIES_IN_CELLS = [
    'arm,"mean (SD)",n\nA,5.1 (1.2),10\nB,6.3 (0.9),12\nC,4.8 (1.1),9\n',
    "ward,died n (%),patients\nA,5 (5.0%),100\nB,6 (5.0%),120\nC,4 (4.4%),90\n",
    "study,estimate,95% CI\nA,0.5,0.1 to 0.9\nB,0.3,0.1 to 0.5\nC,0.2,-0.2 to 0.6\n",
    "study,OR (95% CI)\nA,0.5 (0.1-0.9)\nB,0.3 (0.1–0.5)\nC,0.2 (0.1 to 0.6)\n",
    "place,Period,x\n" + "".join(f"P{i % 2},{2010 + i},7.1 [6.{i}-8.{i}]\n" for i in range(8)),
    "arm,weight,n\nA,5.1 ± 1.2,10\nB,6.3 ± 0.9,12\nC,4.8 +/- 1.1,9\n",
]


@pytest.mark.parametrize("text", SUMMARIES_IN_CELLS)
def test_summaries_that_share_a_cell_are_no_group_and_make_no_count_the_outcome(blupboard, tmp_path, text):
    done = blupboard("compare", put(tmp_path, text))
    assert done.code == 2
    assert "hold two numbers, such as" in done.err
    assert "give each a column of its own" in done.err


def test_ranges_are_labels(tmp_path):
    rows = "".join(f"{g},{i}.5\n" for i, g in enumerate(["0-9", "10-19", "20-29"] * 4))
    assert guess_roles(stored(tmp_path, "age range,y\n" + rows)).pair == ("y", "age range")


def test_spellings_of_two_words_are_two_words(tmp_path):
    cells = ["yes", "No", "YES", "no", "Yes", "no", "NO", "yes"]
    table = stored(tmp_path, "g,y\n" + "".join(f"s{i % 3},{cell}\n" for i, cell in enumerate(cells)))
    assert guess_roles(table).pair == ("y", "g")


def test_roles_are_two_columns_that_can_serve(tmp_path):
    table = stored(tmp_path, "a,b\n1,2\n1,3\n2,2\n2,5\n")
    outcome, group = guess_roles(table).pair
    assert {outcome, group} == {"a", "b"}


@pytest.mark.parametrize("text", ["g,y\na,x\nb,y\n", "g,y\na,NA\nb,\n", "g,d\na,2024-01-01\nb,2024-01-02\n"])
def test_a_file_without_a_number_is_refused(tmp_path, text):
    with pytest.raises(UnreadableFile, match=r"no column of numbers.*add the measured values"):
        stored(tmp_path, text)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (
            "23/179 4/319 9/200",
            'Cells of "y" in data.csv hold two numbers, such as "23/179".*events and trials',
        ),
        ("€13.3K €3.6M €7M", 'write cells of "y", such as "€13.3K", as plain numbers'),
    ],
)
def test_cells_that_begin_as_numbers_are_shown_where_no_column_holds_numbers(tmp_path, cells, words):
    with pytest.raises(UnreadableFile, match=words) as refused:
        stored(tmp_path, "g,y\n" + "".join(f"g{i},{cell}\n" for i, cell in enumerate(cells.split())))
    assert "--" not in str(refused.value)


def test_a_parquet_file_of_nested_columns_says_why_they_do_not_serve(tmp_path):
    put_parquet(tmp_path, {"l": [[1], [2], [1]], "g": ["a", "b", "a"], "y": [1, 2, 3]})
    columns = stored(tmp_path, (tmp_path / "data.parquet").read_bytes()).columns
    assert "lists, records" in columns[0].not_outcome
    assert "lists, records" in columns[0].not_group
    put_parquet(tmp_path, {"l": [[1], [2]], "g": ["a", "b"]})
    with pytest.raises(UnreadableFile, match="no column of numbers"):
        stored(tmp_path, (tmp_path / "data.parquet").read_bytes())


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (["CNTSCHID", "STUID", "ESCS", "PV1MATH"], ("PV1MATH", "CNTSCHID")),
        (["SCHOOL", "STUID", "SES", "TOTAL_SCORE"], ("TOTAL_SCORE", "SCHOOL")),
        (["SCHOOLID", "STIDSTD", "ESCS", "PV1MATH"], ("PV1MATH", "SCHOOLID")),
    ],
)
def test_words_of_names_in_capitals_are_known(tmp_path, header, roles):
    draw = random.Random(3)
    rows = [
        [7000 + i // 20, i, f"{draw.gauss(0, 1):.2f}", f"{draw.gauss(500, 9):.2f}", draw.randrange(1, 13)]
        for i in range(400)
    ]
    assert guess_roles(table_of(tmp_path, [*header, "ST03Q01"], rows)).pair == roles


def test_times_alone_are_refused_with_what_to_write(tmp_path):
    with pytest.raises(UnreadableFile, match=r'but times in "t", such as "05:31": write how many seconds'):
        stored(tmp_path, "g,t\na,05:31\nb,1:02:03\n")


@pytest.mark.parametrize("columns", [{}, {"g": [], "y": []}])
def test_a_parquet_file_without_rows_or_columns_is_refused(tmp_path, columns):
    path = put_parquet(tmp_path, columns)
    with pytest.raises(UnreadableFile, match=r"without columns|no rows"):
        stored(tmp_path, path.read_bytes())


@pytest.mark.slow_cases
@pytest.mark.parametrize("cell", ["=1+{}", "0x1{}", "1:3{}", "2024-01-0{}"])
def test_two_words_are_no_outcome_of_rows_that_nothing_puts_together(tmp_path, cell):
    roles = guess_roles(table_of(tmp_path, ["g", "y"], [["ab"[i > 2], cell.format(i)] for i in range(1, 5)]))
    assert (roles.outcome, roles.group) == (None, None)

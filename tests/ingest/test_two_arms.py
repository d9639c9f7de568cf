"""Tables whose lines hold two arms of a study are told from rows, with what to do."""

import math
import random
from dataclasses import replace

import pytest

from dashboard.ingest import guess_roles
from tests.ingest.helpers import put, stored

COUNTS = "A,12,100,20,98\nB,5,60,9,61\nC,30,250,41,247\nD,8,80,15,79\n"
MEANS = "A,12.1,2.1,30,10.2,2.2,31\nB,11.5,2.5,25,10.9,2.4,26\nC,13.0,1.9,40,10.1,2.0,39\n"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("study,ai,n1i,ci,n2i", 'a is "ai", c is "ci", b is "n1i" - "ai" and d is "n2i" - "ci"'),
        ("author,event.e,n.e,event.c,n.c", 'a is "event.e", c is "event.c", b is "n.e" - "event.e"'),
        ("Study,Experimental Events,Experimental Total,Control Events,Control Total", '"Control Events"'),
        ("trial,deaths_trt,n_trt,deaths_placebo,n_placebo", '"deaths_trt"'),
        ("study,x1i,n1i,x2i,n2i", '"x2i"'),
        ("trial,tpos,tneg,cpos,cneg", 'where a is "tpos", b "tneg", c "cpos" and d "cneg"'),
        ("trial,ai,bi,ci,di", 'where a is "ai", b "bi", c "ci" and d "di"'),
    ],
)
def test_events_of_two_arms_are_refused_with_the_log_odds_ratio(blupboard, tmp_path, header, told):
    done = blupboard("compare", put(tmp_path, f"{header}\n{COUNTS}"))
    assert done.code == 2
    assert "seems to hold two arms" in done.err
    assert "log(a * d / (b * c))" in done.err
    assert told in done.err
    assert guess_roles(stored(tmp_path, f"{header}\n{COUNTS}")).pair == (None, None)


@pytest.mark.parametrize(
    "header", ["study,m1i,sd1i,n1i,m2i,sd2i,n2i", "study,Mean_T,SD_T,N_T,Mean_C,SD_C,N_C"]
)
def test_means_of_two_arms_are_refused_with_their_difference(blupboard, tmp_path, header):
    done = blupboard("compare", put(tmp_path, f"{header}\n{MEANS}"))
    _, mean, sd, n, *_ = header.split(",")
    assert done.code == 2
    assert f'the difference of the means, "{mean}" - ' in done.err
    assert f'sqrt("{sd}"^2 / "{n}" + ' in done.err


def test_a_column_of_few_values_beside_two_arms_is_no_group(blupboard, tmp_path):
    """As in the trials of BCG, which were compared by how they had drawn lots."""
    lots = ["random", "random", "alternate", "alternate"]
    rows = "".join(f"{row},{lot}\n" for row, lot in zip(COUNTS.split(), lots, strict=True))
    path = put(tmp_path, f"trial,tpos,tneg,cpos,cneg,alloc\n{rows}")
    assert "two arms" in blupboard("compare", path).err
    named = blupboard("compare", path, "--outcome", "tpos", "--group", "alloc")
    assert named.code == 0, named.err


def test_a_third_arm_is_not_passed_over(blupboard, tmp_path):
    rows = "".join(f"{row},7,{50 + i}\n" for i, row in enumerate(COUNTS.split()))
    path = put(tmp_path, f"study,event1,n1,event2,n2,event3,n3\n{rows}")
    said = blupboard("compare", path).err
    assert 'three arms or more, "event1" and "n1" beside "event2" and "n2" beside "event3" and "n3",' in said
    assert "add columns with, of the first two, say, the log odds ratio" in said


def test_what_is_told_can_be_compared(blupboard, tmp_path):
    lines = ["study,ai,n1i,ci,n2i,yi,sei"]
    for row in COUNTS.split():
        study, x, n, y, m = row.split(",")
        a, b, c, d = int(x), int(n) - int(x), int(y), int(m) - int(y)
        error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        lines.append(f"{study},{a},{n},{c},{m},{math.log(a * d / (b * c)):.9f},{error:.9f}")
    done = blupboard("compare", put(tmp_path, "\n".join(lines) + "\n"))
    assert done.code == 0, done.err
    assert "--kind estimates" in done.err


@pytest.mark.parametrize(
    "header",
    ["team,n_home,goals_home,n_away,goals_away", "g,tn,tp,cn,cx", "site,t1,n,t2,c", "g,total,cases,n,mean"],
)
def test_other_columns_are_no_arms(tmp_path, header):
    rows = "".join(f"g{i % 3},{i},{i * 7 % 5},{i * 3 % 8},{i % 4}\n" for i in range(12))
    assert "two arms" not in guess_roles(stored(tmp_path, f"{header}\n{rows}")).why


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("subject,correct1,size1,correct2,size2", "s{0},{1},{2},{3},{2}"),  # of what was shown, twice
        ("class,correct1,n1,correct2,n2", "c{4},{1},{2},{3},{2}"),  # lines of the same class are no studies
        ("class,events1,n1,events2,n2", "c{0},{2},{1},{2},{3}"),  # more events than there can be
    ],
)
def test_numbered_columns_are_arms_only_where_they_hold_events_of_studies(blupboard, tmp_path, header, row):
    draw = random.Random(5)
    lines = [row.format(i, draw.randint(2, 9), 10 + i % 3, draw.randint(1, 8), i % 5) for i in range(40)]
    path = put(tmp_path, "\n".join([header, *lines]) + "\n")
    assert "two arms" not in blupboard("compare", path).err


def test_arms_of_studies_that_were_counted_roughly_are_told(tmp_path):
    table = stored(tmp_path, f"study,event1,n1,event2,n2\n{COUNTS * 25}")
    about = replace(table.columns[0], distinct=97, distinct_is_about=True)
    assert "two arms" in guess_roles(replace(table, columns=(about, *table.columns[1:]))).why

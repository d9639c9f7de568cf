"""Which files are taken for summaries of groups, and that files of rows are not."""

from __future__ import annotations

from itertools import permutations

import pytest

from dashboard.ingest import Reading, RowFilter, UnreadableFile, store_table
from dashboard.ingest.guess_kind import guess_columns, guess_kind
from dashboard.ingest.reading import Condition
from dashboard.ingest.roles import stackable_columns
from dashboard.samples import SAMPLES
from tests.oracles import FOLDER, set_names

DATA = FOLDER / "inference" / "data"
SUMMARIES = {
    "bcg": ("estimates", "estimate y, se se", "group"),
    "raudenbush1985": ("estimates", "estimate y, se se", "group"),
    "eight_schools": ("estimates", "estimate y, se se", "group"),
    "pisa_math": ("estimates", "estimate y, se se", "group"),
    "names76": ("estimates", "estimate thetas, se s", "firstname"),
    "baseball1970": ("counts", "events y, trials n", "group"),
    "baseball1970_uneven": ("counts", "events y, trials n", "group"),
    "underdispersed_binomial": ("counts", "events y, trials n", "group"),
    "pumps": ("rates", "events y, exposure exposure", "group"),
    "underdispersed_counts": ("rates", "events y, exposure exposure", "group"),
}


@pytest.fixture
def table(tmp_path):
    """A stored table of a file, or of text."""

    def stored(given):
        if isinstance(given, str):
            path = tmp_path / "given.csv"
            path.write_text(given, encoding="utf-8")
        else:
            path = given
        return store_table(path, name=path.name, target=tmp_path / "table.parquet")

    return stored


def columns(found):
    return ", ".join(f"{role} {name}" for role, name in found.summary.columns)


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", SUMMARIES)
def test_published_sets_are_taken_for_what_they_are(table, name):
    found = guess_kind(table(DATA / f"{name}.csv"))
    assert (found.summary.kind, columns(found), found.group) == SUMMARIES[name]


@pytest.mark.slow_cases
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trial,yi,vi\na,1,2\nb,2,1\n", ("estimates", "estimate yi, variance vi", "trial")),
        ("study;log_OR;std.err\na;1,5;0,5\nb;2,5;1\n", ("estimates", "estimate log_OR, se std.err", "study")),
        ("coef,Std. Error,school\n1,2,A\n2,1,B\n", ("estimates", "estimate coef, se Std. Error", "school")),
        ("school,n,mean,sd\nA,3,1,2\nB,4,2,1\n", ("means", "mean mean, n n, sd sd", "school")),
        (
            "arm,mean_score,sd_score,n_pupils\nA,1,2,3\nB,2,1,4\n",
            ("means", "mean mean_score, n n_pupils, sd sd_score", "arm"),
        ),
        (
            "class,mean_score,sd_score,n\nA,1,2,3\nB,2,1,4\n",
            ("means", "mean mean_score, n n, sd sd_score", "class"),
        ),
        ("ward,deaths,cases\nA,9,41\nB,3,20\n", ("counts", "events deaths, trials cases", "ward")),
        (
            "Klinik;Fälle;Todesfälle\nA;41;9\nB;20;3\n",
            ("counts", "events Todesfälle, trials Fälle", "Klinik"),
        ),
        (
            "model;n_correct;n_total\na;41;90\nb;20;90\n",
            ("counts", "events n_correct, trials n_total", "model"),
        ),
        (
            "country,cases,population\nA,9,41\nB,3,20\n",
            ("counts", "events cases, trials population", "country"),
        ),
        ("player,hits,at-bats\nA,9,41\nB,3,20\n", ("counts", "events hits, trials at-bats", "player")),
        ("hospital,r,n\nA,9,41\nB,3,20\n", ("counts", "events r, trials n", "hospital")),
        ("pump,failures,time\nA,9,41.5\nB,3,20\n", ("rates", "events failures, exposure time", "pump")),
        (
            "city,deaths,person_years\nA,9,41\nB,3,20\n",
            ("rates", "events deaths, exposure person_years", "city"),
        ),
        ("farm,mean,se,sd,n\nA,1,2,4,4\nB,2,1,2,4\n", ("means", "mean mean, n n, sd sd", "farm")),
        (
            "county,population,cases,deaths\nA,900,41,9\nB,800,20,3\n",
            None,  # deaths of cases, or of the population
        ),
        (
            "player,G,AB,R,H,AVG\na,9,40,12,8,.200\nb,8,50,9,20,.400\nc,9,60,9,20,.333\n",
            ("counts", "events H, trials AB", "player"),
        ),
        ("player,AB,R,H\na,40,8,9\nb,50,20,7\n", ("counts", "events H, trials AB", "player")),
        ("player,AB,R\na,40,8\nb,50,20\n", None),  # runs are no part of at bats
        ("player,AB,H\na,40,8\nb,50,20\n", ("counts", "events H, trials AB", "player")),
        (
            "hospital,region,deaths,cases\na,X,9,41\nb,X,3,20\nc,X,3,20\nd,Y,2,9\n",
            ("counts", "events deaths, trials cases", "hospital"),
        ),
        ("player,team,AB,H\na,X,40,8\nb,X,50,20\nc,X,9,3\n", ("counts", "events H, trials AB", "player")),
        ("tree,plot,y,days\na,X,9,41\nb,X,3,20\nc,X,3,20\nd,Y,2,9\n", None),  # of plots
        ("patient,hospital,falls,days\na,X,2,41\nb,X,3,20\nc,X,3,20\nd,Y,2,9\n", None),  # of hospitals
        ("plant,n,h\na,40,8\nb,50,20\n", None),  # a height, say
        (
            "county;population;cases;deaths;share\nA;900;41;9;22 %\nB;800;20;3;15 %\nC;700;25;2;8 %\n",
            ("counts", "events deaths, trials cases", "county"),
        ),
        (
            "clinic,infections,patient_days\nA,9,4100\nB,3,2000\n",
            ("rates", "events infections, exposure patient_days", "clinic"),
        ),
        (
            "hospital,observed,expected\nA,9,8.1\nB,3,4.2\n",
            ("rates", "events observed, exposure expected", "hospital"),
        ),
        (
            "variety,reps,yield,std.error\na,3,70.1,1.5\nb,4,71,1.2\n",
            ("means", "mean yield, n reps, se std.error", "variety"),
        ),
        (
            "variety,yield,std.error\na,70.1,1.5\nb,71,1.2\n",
            ("estimates", "estimate yield, se std.error", "variety"),
        ),
        ("plot,var,yield\na,1,70.5\nb,2,71.5\nc,1,72.5\n", None),  # of varieties
        ("variety,yield,height,std.error\na,70.1,9,1.5\nb,71,8,1.2\n", None),  # of which of both
        (
            "study,OR,lower,upper\na,0.5,0.25,1\nb,2,1,4\n",
            ("estimates", "estimate OR, low lower, high upper", "study"),
        ),
        (
            "site,estimate,CI_lower,CI_upper\na,5,4,6\nb,7,5,9\n",
            ("estimates", "estimate estimate, low CI_lower, high CI_upper", "site"),
        ),
        (
            "site,estimate,se,lower,upper\na,5,.5,4,6\nb,7,1,5,9\n",
            ("estimates", "estimate estimate, se se", "site"),
        ),
        ("site,mean,SEM,N\nA,1,.2,3\nB,2,.1,4\n", ("means", "mean mean, n N, se SEM", "site")),
        (
            "Schule;Mittelwert;Standardabweichung;Anzahl\nA;1,5;2,5;3\nB;2,5;1;4\n",
            ("means", "mean Mittelwert, n Anzahl, sd Standardabweichung", "Schule"),
        ),
        (
            "Studie;Schätzer;Standardfehler\na;1,5;0,5\nb;2,5;1\n",
            ("estimates", "estimate Schätzer, se Standardfehler", "Studie"),
        ),
        (
            "Krankenhaus,Todesfälle,Fälle\nA,9,41\nB,3,20\n",
            ("counts", "events Todesfälle, trials Fälle", "Krankenhaus"),
        ),
        (
            "Station,Stürze,Patiententage\nA,9,4100\nB,3,2000\n",
            ("rates", "events Stürze, exposure Patiententage", "Station"),
        ),
        (
            "école,moyenne,écart-type,effectif\nA,1,2,3\nB,2,1,4\n",
            ("means", "mean moyenne, n effectif, sd écart-type", "école"),
        ),
        (
            "hospital,muertes,casos\nA,9,41\nB,3,20\n",
            ("counts", "events muertes, trials casos", "hospital"),
        ),
        (
            "ward,deaths,cases,size\nA,9,41,3.7\nB,3,20,3.0\n",  # a size that cannot be counted
            ("counts", "events deaths, trials cases", "ward"),
        ),
        ("study,OR,se\na,0.5,0.25\nb,2,1\n", None),  # of the ratio, or its logarithm
        ("site,estimate,lower,upper\na,5,4,6\nb,7,8,9\n", None),  # an interval beside its estimate
        # rows, or what may be
        ("trial,events treated,n treated,events control,n control\na,1,9,2,9\nb,2,9,3,9\n", None),
        ("trial,ai,n1i,ci,n2i\na,1,9,2,9\nb,2,9,3,9\n", None),
        ("trial,mean_1,sd_1,n_1,mean_2,sd_2,n_2\na,1,1,9,2,1,9\nb,2,1,9,3,1,9\n", None),
        ("plot,x,y,size,height\na,1,1,9,2\nb,2,1,9,3\n", None),
        ("site,x,y,n,height\na,1,1,9,2\nb,2,1,9,3\n", None),
        ("school,mean reading,sd math,n teachers\na,1,1,9\nb,2,1,9\n", None),
        ("patient,event,time\na,1,9.5\nb,0,8\nc,1,3\n", None),  # events of one person each
        ("ward,deaths,cases\nA,41,9\nB,3,20\n", None),  # more deaths than cases
        ("ward,deaths,cases\nA,9.5,41\nB,3,20\n", None),
        ("ward,deaths,cases\nA,9,41\nA,3,20\n", None),  # a label twice
        ("line,deaths,cases\n1,9,41\n2,3,20\n", None),  # numbers of lines
        ("id,hospital,deaths,cases\na,X,9,41\nb,X,3,20\nc,X,3,20\nd,Y,2,9\n", None),  # hospitals by year
        ("trial,yi,vi\na,1,2\nb,2,-1\n", None),
        ("g,y,v\na,1,2\nb,2,1\n", None),  # two names that may be anything
        ("g,y\na,1\na,2\nb,3\n", None),
    ],
)
def test_names_and_numbers_decide(table, text, expected):
    found = guess_kind(table(text))
    assert (found and (found.summary.kind, columns(found), found.group)) == expected


@pytest.mark.slow_cases
@pytest.mark.parametrize("names", list(permutations(("population", "cases", "deaths"))))
def test_the_order_of_columns_does_not_decide(table, names):
    cells = {"population": (900, 800), "cases": (41, 20), "deaths": (9, 3)}
    lines = [",".join(("county", *names))]
    lines += [",".join((county, *(str(cells[name][k]) for name in names))) for k, county in enumerate("AB")]
    assert guess_kind(table("\n".join(lines) + "\n")) is None


def test_the_ends_of_intervals_are_no_groups_to_stack(table):
    text = "study,effect,lower,upper\na,0.5,0.25,1\nb,2,1,4\nc,1,0.5,2\n"
    stored = table(text)
    assert guess_kind(stored) is None  # even around logarithms, and not called as ratios
    assert stackable_columns(stored) == ()
    assert len(stackable_columns(table(text.replace("lower", "first").replace("upper", "last")))) == 3
    low_high = text.replace("lower", "low").replace("upper", "high")
    assert stackable_columns(table(low_high)) == ()
    assert stackable_columns(table(low_high.replace("effect", "medium"))) == ("medium", "low", "high")


def test_counts_with_several_lines_for_each_unit_are_said_and_one_of_each_is_taken(table):
    stored = table("country,sex,deaths,population\nA,f,9,41\nA,m,3,40\nB,f,2,30\nB,m,4,35\n")
    doubtful = guess_kind(stored, troubled=True)
    assert "several lines for each label" in doubtful.why
    assert 'a label appears twice ("A")' in doubtful.trouble
    women = guess_kind(stored, rows=RowFilter(where=(Condition.parse("sex=f"),)))
    assert (columns(women), women.group) == ("events deaths, trials population", "country")


def test_codes_for_a_missing_number_are_those_of_the_reading(table):
    stored = table("ward,deaths,cases\nA,9,41\nB,3,20\nC,-9,30\nD,2,8\nE,4,9\nF,5,20\n")
    assert guess_kind(stored) is None
    found = guess_kind(stored, reading=Reading(missing=("-9",)))
    assert found is not None
    assert found.summary.kind == "counts"


@pytest.mark.slow_cases
@pytest.mark.parametrize("name", set_names())
def test_rows_of_the_first_wave_stay_rows(table, name):
    assert guess_kind(table(FOLDER / "sets" / f"{name}.csv")) is None


@pytest.mark.slow_cases
@pytest.mark.parametrize("sample", SAMPLES.values(), ids=lambda sample: sample.id)
def test_samples_of_rows_stay_rows(table, sample):
    assert guess_kind(table(sample.file)) is None


def test_of_a_chosen_kind_the_columns_are_found_or_asked_for(table):
    stored = table("code,x,size\n1,5,7\n2,3,9\n")
    found = guess_columns(stored, "counts", {}, None)
    assert (columns(found), found.group) == ("events x, trials size", "code")
    beside_log_size = table("ward,deaths,cases,size\nA,9,41,3.7\nB,3,20,3.0\n")
    assert columns(guess_columns(beside_log_size, "counts", {}, None)) == "events deaths, trials cases"
    with pytest.raises(
        UnreadableFile, match="For means say which column holds the mean and the n and the sd or var"
    ):
        guess_columns(stored, "means", {}, None)
    named = guess_columns(stored, "rates", {"events": "x", "exposure": "size"}, "code")
    assert columns(named) == "events x, exposure size"

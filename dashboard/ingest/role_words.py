"""What words in the names of columns say of the roles that the columns may have."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from dashboard.ingest.foreign_names import ENGLISH, plain_letters
from dashboard.ingest.word_sets import word_set

OUTCOME_WORDS: Final = word_set("""
    y outcome response resp value score yield result measurement measure reading reaction rate amount extra
    weight height length price cost sales scr rte income earnings time duration count mean average avg hit
    hits los concentration conc dose grade mark points strength pressure temperature travel diameter
    circumference correct incidence prevalence goals visits lang language gain growth loss intake output wage
    wages gdp gsp investment inv crime deaths stay charge charges test math read science total counts seizure
    seizures survival surv speed rating stars accuracy latency rt consumption demand expenditure expenditures
    revenue revenues profit profits salary salaries fare rent fatalities fatal incidents injuries accidents
    claims absences absent freq frequency citations cites abundance biomass longevity lifespan mortality
    fthg ftag acceleration accel thickness hardness wear absorbance purity performance satisfaction milk
""")
BINARY_OUTCOME_WORDS: Final = word_set("""
    y outcome response resp case status event died dead death disorder success positive infected disease
    relapse won win pass passed cured survived employed voted vote use default mortality
""")
EITHER_WORDS: Final = word_set("""
    income earnings price dose conc concentration temperature dist distance pressure speed inv investment
    output wage wages total rate rte length time duration age level grade education expenditure expenditures
    revenue revenues consumption demand
""")
"""Words of outcomes that explain others as often."""
EVENT_WORDS: Final = word_set(
    "status event cens censor censored death dead delta fail failed failure relapse"
)
"""What says whether a time ended with an event."""
UNIT_WORDS: Final = word_set("""
    group grp school class classroom teacher hospital clinic inst institution site center centre ward doctor
    physician provider shop store branch player team batch subject subj patient pat participant person
    individual lot
    lab laboratory region district dept department county state country city town family litter plot field
    cluster
    unit firm company industry category rail cask operator machine name village hh household bank airline
    carrier herd farm brood nest species animal tree seed genotype variety line cultivar strain breed sire dam
    cow pig rat mouse dog twin pair stratum strata worker employee judge rater item expt experiment station
    location loc area province municipality constituency precinct sample specimen id idnum ident identifier
    code trial study panel court zone neighborhood neighbourhood census tract user customer plant clone pond
    stream lake river island colony entry accession germplasm hybrid section entity
    occupation sector journal publisher pollster supplier vendor student pupil respondent respond client
    mother rabbit hen pen sheep goat horse calf wafer transect locality habitat commune community panelist
    observer child kid infant technician analyst orgunit organisationunit organizationunit
    salesperson seller agent driver batter batsman bowler pitcher athlete rider jockey swimmer golfer
    server host sensor device reef
""")
_CODE_WORDS: Final = word_set("id code item sample name level idnum expt area pair pat line")
_SERVED: Final = word_set("customer client user")
"""Those for whom the work is done: mostly those who do it are compared."""
WEAK_UNIT_WORDS: Final = _CODE_WORDS | _SERVED
DESIGN_WORDS: Final = word_set("""
    block rep replicate replication run sex gender female male treatment treat trt rx arm drug diet dose order
    sequence visit wave period race ethnicity ethnic marital smoke smoker education educ educational condition
    cond side position method type row col column rank stage session phase control status married black white
    age agegroup income level test task form instrument ses
""")
INDEX_WORDS: Final = word_set("""
    id index idx row rows rowid nr no number key uuid obs observation rownum rowname rownames x x1 unnamed
    names column gameno serial
""")
DURATION_WORDS: Final = word_set("time days hours minutes seconds weeks months")
"""What a number is called that is a time, or how long something lasted."""
TIME_WORDS: Final = word_set("""
    year yr yrs years month mon day days doy week wk date hour minute timestamp quarter qtr period wave visit
    t occasion time round season
""")
LABEL_WORDS: Final = word_set("""
    lat lon lng long latitude longitude centroid code zip postcode phone fips sic easting northing
""")
"""What numbers are called that place or name something and measure nothing."""
MEASURES: Final = word_set("mpg mph kmh km cm mm kg lb lbs mg ug ml ms usd eur gbp pct percent kwh")
"""Units of measure, by which a column measures whatever else its name says."""
AGE_WORDS: Final = word_set("age alter edad eta idade leeftijd alder wiek")
SURVEY_WEIGHTS: Final = word_set("""
    weights wt wgt pweight fweight aweight iweight sampwt sampleweight finalwt wtfinl hhwt hhweight houwgt
    perwt perwgt perweight pwgtp wgtp asecwt totwgt senwgt stuwt fstuwt wtssall wtint wtmec
""")
COVARIATE_WORDS: Final = (
    AGE_WORDS
    | SURVEY_WEIGHTS
    | word_set("""
        iq n pop population base baseline initial female male sex lagged intercept samplesize enroll
        enrollment enrolment tenure seniority
    """)
)
BESIDE_WORDS: Final = UNIT_WORDS | INDEX_WORDS | LABEL_WORDS | DESIGN_WORDS | COVARIATE_WORDS
UNITS_ALONE: Final = UNIT_WORDS - OUTCOME_WORDS - BINARY_OUTCOME_WORDS
_ENDINGS: Final = (
    "score",
    "runs",
    "scr",
    "rate",
    "rte",
    "wage",
    "cost",
    "sales",
    "yield",
    "weight",
    "height",
)
"""What measures is often written right behind its subject, as in mathscore and lwage."""
_OF_UNITS: Final = ("id", "code", "name", "no", "nr")
"""What is written right behind a unit: schoolid, countrycode."""
_OF_YEARS: Final = ("yr", "yrs", "years")
"""What is written right behind what is counted in years: educyr."""
_LOGARITHMS: Final = ("ln", "log")
"""What is written right before what a logarithm is of: lntotal."""
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]*")


@lru_cache(maxsize=1 << 16)
def name_words(name: str) -> frozenset[str]:
    """The words of a name in small letters and in English, with those that it only ends in."""
    plain = plain_letters(name)
    words = {word.lower() for word in _WORD.findall(plain)}
    words.add(plain.lower())
    words.update(ENGLISH[word] for word in words & ENGLISH.keys())
    ending = [word for word in words if word.endswith(_ENDINGS)]
    words.update(end for word in ending for end in _ENDINGS if word.endswith(end))
    stems = {word.removesuffix(end) for word in words for end in _OF_UNITS}
    words |= stems & (UNITS_ALONE - _CODE_WORDS | TIME_WORDS - {"t"})
    words |= {word.removesuffix(end) for word in words for end in _OF_YEARS} & DESIGN_WORDS
    words |= {word.removeprefix(start) for word in words for start in _LOGARITHMS} & OUTCOME_WORDS
    return frozenset(words)


def names_a_unit(name: str) -> bool:
    """Whether a column is called as units are: school, hospital, trial."""
    return bool(name_words(name) & (UNIT_WORDS - _CODE_WORDS))


def names_the_line(name: str) -> bool:
    """Whether a column is called as numbers of lines are: row, id, no."""
    return bool(name_words(name) & INDEX_WORDS)


def is_called_as_time(name: str) -> bool:
    """Whether a word of a name is one of time and none in a unit of measure: yield (t/ha), sales per day."""
    words = name_words(name)
    found = words & TIME_WORDS
    if words & (OUTCOME_WORDS - TIME_WORDS):
        found = frozenset() if "per" in words else found - {"t"}
    return bool(found)

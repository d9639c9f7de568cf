"""What one group is called, the noun of its column where people group by that, and what its size counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = """
    agency airport animal area author bank batch block borough branch brand breed camera candidate
    cask category cell center centre chain church city class classifier classroom client clinic
    clone club cluster coach college colony committee company compound cook country county course
    court crew cultivar customer day department depot device diet dish district doctor dog donor
    driver drug employee engine experiment factory family farm feed field firm fish gene genotype
    herd hive horse hospital host hotel hour household industry instrument interviewer island judge
    keeper lab laboratory lake language laptop league line litter lot machine manager market
    material member mentor method mill mine model month mother museum nation neighborhood
    neighbourhood nest network newspaper nurse office officer operator orchard parish park
    participant party patient pen person physician pilot pitcher plant plate player plot pond
    population portfolio practice precinct printer product program programme project province pupil
    rail rat rater reactor region respondent restaurant retailer river road room route salesperson
    sample scale school scientist sector seller sensor server shift ship shop site soil source
    speaker species sponsor spray stable state station store strain stream street student study
    subject supplier surgeon survey teacher team technician test theatre therapist town track trader
    train treatment tree trial trust unit university variety vehicle vendor village vineyard visit
    ward warehouse watch website week well winery worker year zone
"""
NOUNS = frozenset(_WORDS.split())
"""Words whose plural can be trusted to make sense; any other column's groups are called groups."""

ODD_PLURALS = {"person": "people", "salesperson": "salespeople", "fish": "fish", "species": "species"}


@dataclass(frozen=True)
class Unit:
    """What one of something is called."""

    one: str = "group"
    many: str = "groups"


ROW, TRIAL = Unit("row", "rows"), Unit("trial", "trials")
"""What the sizes of groups count."""
EXPOSURE = "exposure"
"""What rates are of."""


def unit_of(column: str) -> Unit:
    """The noun that a name is or ends in (``school``, ``Home team``, ``school_id``), else ``group``."""
    words = re.findall(r"[A-Z]?[a-z]+", re.sub(r"(?i)[\W_]*(id|name|no|nr|code|number)$", "", column.strip()))
    last = words[-1].lower() if words else column.strip().lower()
    return Unit(last, plural(last)) if last in NOUNS else Unit()


def plural(noun: str) -> str:
    """The plural of one of NOUNS."""
    if noun in ODD_PLURALS:
        return ODD_PLURALS[noun]
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"

"""The lesson's words: terms of the answer, how its columns are made, and two questions to guess at."""

from __future__ import annotations

from dataclasses import dataclass

ANSWER = "https://stats.stackexchange.com/a/122587"
"""The answer on Cross Validated that the four models come from."""

TERMS_TITLE = "The words"
TERMS = (
    (
        "Fixed effect",
        "Every group has a number of its own to be estimated, and only these groups are meant. What the "
        "others look like says nothing about it.",
    ),
    (
        "Random effect",
        "The groups are draws from a population with a mean μ and a standard deviation σg. What the others "
        "look like says what a group is likely to be, before its own rows are seen.",
    ),
    (
        "BLUE",
        "Best linear unbiased estimate of a fixed effect. Here it is a group's own mean (OLS): right on "
        "average, whatever the group is.",
    ),
    (
        "BLUP",
        "Best linear unbiased prediction of a random effect: μ plus a share of the distance from μ to the "
        "own mean. With known spreads no other linear unbiased prediction comes closer on average over "
        "the population; for a group far out it is too near to μ.",
    ),
    (
        "Why prediction",
        "One estimates what is fixed and predicts what has been drawn. The effect of a group is a "
        "draw that "
        "has happened and was not seen, so what is said of it is a prediction.",
    ),
    (
        "The Bayes reading",
        "Take the population as the prior: normal with mean μ and standard deviation σg. The BLUP is "
        "then the "
        "mean of a group's posterior given its rows, with μ and the spreads taken from the data.",
    ),
)
"""Term, and what it means in two sentences."""

R_TITLE = "The answer's columns in R"
R_INTRODUCTION = (
    "The answer prints two columns for each model: fe1 is the own mean (OLS) of model 1, re1 its REML "
    "BLUP. With the "
    "rows of a model as y and their groups as g:"
)
R_LINES = """\
fe1 <- coef(lm(y ~ 0 + g))                                     # own mean: each group a fixed effect
re1 <- coef(lme4::lmer(y ~ 1 + (1 | g)))$g[, 1]                # REML BLUP: groups are random effects
ml1 <- coef(lme4::lmer(y ~ 1 + (1 | g), REML = FALSE))$g[, 1]  # ML BLUP: not in the answer"""
R_ELSEWHERE = (
    "The whole script, with the seed that draws the rows, is under Export once a model is open in Simulate."
)


@dataclass(frozen=True)
class Choice:
    """One answer that can be guessed: its name, whether it is right, and why."""

    name: str
    is_right: bool
    why: str


QUESTIONS_TITLE = "Guess first"
QUESTIONS = (
    (
        "Which model pulls its groups hardest towards the mean?",
        (
            Choice(
                "Model 1: σg/σe = 1/5, 5 rows each",
                True,
                "Groups differ little beside the noise, and five rows say little about one: n·σg²/σe² "
                "is 0.2, so with "
                "the true spreads a group keeps only 17% of its distance to the mean.",
            ),
            Choice(
                "Model 2: σg/σe = 5/5, 5 rows each",
                False,
                "Here groups differ as much as rows do: n·σg²/σe² is 5, and a group keeps 83% of its "
                "distance.",
            ),
            Choice(
                "Model 3: σg/σe = 5/1, 5 rows each",
                False,
                "Here there is hardly any noise: n·σg²/σe² is 125, and a group keeps 99% of its distance.",
            ),
        ),
    ),
    (
        "Model 1b has the spreads of model 1 but 500 rows in each group. What does that do to the pull?",
        (
            Choice(
                "It gets stronger: more data speak for the mean of all",
                False,
                "More rows in a group speak for that group: they say more about its own mean than "
                "about the others.",
            ),
            Choice(
                "It stays: the spreads are the same",
                False,
                "The spreads are half of the story. The weight depends on n·σg²/σe², and n is 100 "
                "times larger.",
            ),
            Choice(
                "It nearly goes: each group speaks for itself",
                True,
                "n·σg²/σe² goes from 0.2 to 20, so a group keeps 95% of its distance to the mean in "
                "place of 17%.",
            ),
        ),
    ),
)
"""Question, and what can be guessed."""

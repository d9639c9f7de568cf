"""lme4: what it says against our own BLUPs, and everything that can go wrong on the way to R and back."""

import os
import re
import select
import subprocess
import sys
import tempfile
import time

import numpy as np
import pytest

from blupboard_cross_check import rscript
from cross_check_data import (
    LME4,
    NO_SPREAD_WITHIN,
    OURS,
    balanced,
    codes,
    distance,
    larger_sigma,
    lmer_alone,
    oracle,
    ours,
    r_with_lme4,
    stand_in_for_r,
    value,
)
from estimators import ConformanceError, DataError, GroupData, NotRun, check_estimator, compare

pytestmark = pytest.mark.slow

ALONE = lmer_alone()
NUMBERS = ("mu", "mu_std_error", "sigma_group", "sigma_error")
CLOSE = 1e-5
LOCAL_MINIMUM = ("edge_twominima_b", "ml")
LIVE = [
    ("dyestuff", "reml"),
    ("dyestuff2", "ml"),
    ("edge_missing", "ml"),
    ("edge_scale1e150", "reml"),
    ("edge_twominima_b", "ml"),
    ("penicillin_sample", "reml"),
]
SAYS_WHAT_IS_MISSING = "R is not installed here|its package lme4 is not"
DATA = GroupData.from_arrays(*balanced())


def in_order(answer, name, data):
    return np.array([answer[name][label] for label in data.labels])


# What lmer says on its own, stored, against ours


@pytest.mark.parametrize(
    ("name", "criterion"), [key for key in ALONE if key != LOCAL_MINIMUM and key[0] != NO_SPREAD_WITHIN]
)
def test_lmer_agrees_with_ours(name, criterion):
    data, answer = oracle(name), ALONE[name, criterion]
    own = ours(criterion, data)
    scale = larger_sigma(own)
    for found in NUMBERS:
        assert answer[found] == pytest.approx(value(own, found), abs=5 * CLOSE * scale)
    for found, mine in (("estimate", own.estimate), ("conditional", own.std_error)):
        np.testing.assert_allclose(in_order(answer, found, data), mine, rtol=0, atol=CLOSE * scale)
    assert answer["log_likelihood"] == pytest.approx(value(own, "log_likelihood"), abs=1e-6)
    assert answer["singular"] == (value(own, "sigma_group") == 0)


def test_lmer_stops_at_the_worse_of_two_minima():
    answer, own = ALONE[LOCAL_MINIMUM], ours("ml", oracle(LOCAL_MINIMUM[0]))
    assert answer["singular"] == 1
    assert value(own, "sigma_group") > 1
    assert -2 * answer["log_likelihood"] - value(own, "criterion") == pytest.approx(4.5, abs=0.1)


@pytest.mark.parametrize("criterion", ["reml", "ml"])
def test_without_spread_within_lmer_nears_our_limit(criterion):
    data, answer = oracle(NO_SPREAD_WITHIN), ALONE[NO_SPREAD_WITHIN, criterion]
    own = ours(criterion, data)
    assert 0 < answer["sigma_error"] < 1e-6
    np.testing.assert_allclose(in_order(answer, "estimate", data), own.estimate, rtol=0, atol=1e-6)


# R itself, where it is


@pytest.mark.parametrize(("name", "criterion"), LIVE)
def test_through_the_plugin_lmer_says_what_it_says_alone(name, criterion):
    data, answer = oracle(name), ALONE[name, criterion]
    if not r_with_lme4():
        with pytest.raises(NotRun, match=SAYS_WHAT_IS_MISSING):
            LME4.fit(data)
        return
    fit = LME4.fit(data, {"criterion": criterion})
    scale = max(answer["sigma_group"], answer["sigma_error"])
    for found in NUMBERS:
        assert value(fit, found) == pytest.approx(answer[found], abs=5 * CLOSE * scale)
    for found, mine in (("estimate", fit.estimate), ("conditional", fit.std_error)):
        np.testing.assert_allclose(in_order(answer, found, data), mine, rtol=0, atol=CLOSE * scale)
    assert value(fit, "log_likelihood") == pytest.approx(answer["log_likelihood"], abs=1e-5)
    assert codes(fit) == (["singular"] if answer["singular"] else [])
    assert fit.notes[-1].text.startswith("From lme4 ")


def test_with_r_it_keeps_to_the_contract_and_without_it_says_what_is_missing():
    if r_with_lme4():
        check_estimator(LME4)
        return
    with pytest.raises(ConformanceError, match=SAYS_WHAT_IS_MISSING):
        check_estimator(LME4)


def test_what_lmer_complains_of_is_noted():
    nearly_constant = np.repeat([1.0, 5, 2, 9, 3], 3) + 1e-6 * np.random.default_rng(0).standard_normal(15)
    data = GroupData.from_arrays(nearly_constant, np.repeat(np.arange(5), 3))
    if not r_with_lme4():
        with pytest.raises(NotRun, match=SAYS_WHAT_IS_MISSING):
            LME4.fit(data)
        return
    fit = LME4.fit(data)
    complaints = [note.text for note in fit.notes if note.code == "package_says"]
    assert any(text.startswith("lme4 says: Model is nearly unidentifiable") for text in complaints)
    assert not any("\n" in text for text in complaints)


# Around R, with a program in its place


@pytest.fixture
def bin_folder(tmp_path):
    return tmp_path / "bin"


def test_a_stand_in_gives_what_ours_says_moved_to_its_units_and_back(bin_folder, monkeypatch):
    stand_in_for_r(bin_folder, monkeypatch)
    for criterion in ("reml", "ml"):
        data = oracle("penicillin_sample")
        fit, own = LME4.fit(data, {"criterion": criterion}), ours(criterion, data)
        assert distance(fit, own) < 1e-12
        np.testing.assert_allclose(fit.std_error, own.std_error, rtol=1e-12)
        for name in (*NUMBERS, "icc", "log_likelihood", "criterion"):
            assert value(fit, name) == pytest.approx(value(own, name), rel=1e-12)


def test_a_singular_fit_is_told_in_words(bin_folder, monkeypatch):
    stand_in_for_r(bin_folder, monkeypatch)
    fit = LME4.fit(oracle("dyestuff2"))
    assert codes(fit) == ["singular"]
    assert "it estimates the spread between groups as 0, so every group is predicted" in fit.notes[0].text
    assert fit.std_error.tolist() == [0.0] * 6
    assert (value(fit, "sigma_group"), value(fit, "icc")) == (0.0, 0.0)


def test_labels_never_reach_r(bin_folder, monkeypatch, tmp_path):
    kept = tmp_path / "kept"
    stand_in_for_r(bin_folder, monkeypatch)
    program = bin_folder / "Rscript"
    program.write_text(program.read_text().replace("exec", f'cp -r . "{kept}"; exec'))
    outcome, group = balanced(groups=4)
    labels = np.array(['"); system("touch harm"', "$(touch harm)", "'; q()", "ü\n\x00,"], dtype=object)
    fit = LME4.fit(GroupData.from_arrays(outcome, labels[group]))
    plain = LME4.fit(GroupData.from_arrays(outcome, np.argsort(np.argsort(labels))[group]))
    np.testing.assert_array_equal(fit.estimate, plain.estimate)
    assert sorted(path.name for path in kept.iterdir()) == [
        "group.bin",
        "lmer.R",
        "outcome.bin",
        "stderr.txt",
    ]
    assert not any(b"harm" in path.read_bytes() for path in kept.iterdir())


def test_without_r_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotRun) as refused:
        LME4.fit(DATA)
    assert str(refused.value) == (
        "R is not installed here, or not on the path: install R and its package lme4 to see what it says"
    )
    comparison = compare(DATA, [OURS["reml"], LME4])
    assert comparison["lme4"].message == str(refused.value)
    assert comparison["reml"].fit is not None


TROUBLE = {
    "no lme4": (["exit 3"], r"R is installed here but its package lme4 is not: run install.packages\('lme4"),
    "lme4 refuses": (["echo 'unable to fit' > error.txt"], "lme4 says: unable to fit"),
    "R fails": (["echo hm >&2", "echo 'Fatal: no' >&2", "exit 7"], r"R ended .* \(status 7\): Fatal: no"),
    "R is killed": (["kill -9 $$"], r"R ended without an answer \(status 137\): it says nothing"),
    "no answer": (["true"], r"R ended without an answer \(status 0\): it says nothing"),
    "half an answer": (
        ["echo lme4 > said.txt", "printf 12345678 > answer.bin"], "R ended without a whole answer from lme4"
    ),
    "garbage": (
        ["echo lme4 > said.txt", "head -c $(((6 + 16) * 8)) /dev/zero | tr '\\0' '\\377' > answer.bin"],
        "lme4 ended with numbers that are none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TROUBLE)
def test_trouble_is_told_in_one_sentence(what, bin_folder, monkeypatch, capfd):
    shell, words = TROUBLE[what]
    stand_in_for_r(bin_folder, monkeypatch, *shell)
    with pytest.raises((DataError, NotRun), match=f"^{words}") as refused:
        LME4.fit(DATA)
    assert "\n" not in str(refused.value)
    assert capfd.readouterr() == ("", "")


def test_a_program_that_cannot_be_started_is_told(bin_folder, monkeypatch):
    stand_in_for_r(bin_folder, monkeypatch)
    (bin_folder / "Rscript").write_text("#!/no/such/shell\n")
    words = "R ended without an answer (status 126): it cannot be started: No such file or directory"
    with pytest.raises(NotRun, match=f"^{re.escape(words)}$"):
        LME4.fit(DATA)


@pytest.fixture
def alive(bin_folder, monkeypatch, tmp_path):
    """Put a program in R's place that starts another, which goes on; its voice, which ends with both."""
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    stand_in_for_r(bin_folder, monkeypatch, f'sh -c "echo started; exec sleep 300" > "{fifo}" &', "wait")
    voice = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(voice, True)
    yield voice
    os.close(voice)


def test_a_fit_that_takes_too_long_is_ended_with_all_that_it_started(alive, monkeypatch):
    monkeypatch.setattr(rscript, "TIME_LIMIT", 1.0)
    with pytest.raises(NotRun, match=r"^lme4 took longer than 1 seconds and was stopped$"):
        LME4.fit(DATA)
    assert os.read(alive, 100) == b"started\n"
    assert os.read(alive, 100) == b""


def test_r_ends_and_its_folder_goes_when_whoever_asked_is_killed(alive, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = (
        "from cross_check_data import LME4, balanced, GroupData; LME4.fit(GroupData.from_arrays(*balanced()))"
    )
    env = {**os.environ, "TMPDIR": str(scratch)}
    asking = subprocess.Popen([sys.executable, "-c", code], env=env)
    select.select([alive], [], [], 60)
    assert os.read(alive, 100) == b"started\n"
    assert len(list(scratch.iterdir())) == 1
    asking.kill()
    asking.wait()
    assert os.read(alive, 100) == b""
    patience = time.monotonic() + 30
    while list(scratch.iterdir()) and time.monotonic() < patience:
        time.sleep(0.05)
    assert list(scratch.iterdir()) == []


def test_nothing_is_left_on_disk(bin_folder, monkeypatch, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    stand_in_for_r(bin_folder, monkeypatch)
    LME4.fit(DATA)
    stand_in_for_r(bin_folder, monkeypatch, "exit 7")
    with pytest.raises(NotRun):
        LME4.fit(DATA)
    assert list(scratch.iterdir()) == []


def test_rs_own_libraries_are_left_as_they_are(bin_folder, monkeypatch, tmp_path):
    seen = tmp_path / "seen"
    monkeypatch.setenv("R_LIBS", "/somewhere")
    monkeypatch.setenv("LANGUAGE", "de")
    stand_in_for_r(bin_folder, monkeypatch, f'echo "$R_LIBS $LANGUAGE $*" > "{seen}"', "exit 3")
    with pytest.raises(NotRun):
        LME4.fit(DATA, {"criterion": "ml"})
    assert seen.read_text() == "/somewhere en --no-init-file lmer.R ML 8\n"


# As code


def test_the_code_in_r_is_lmers():
    (reml, ml) = (LME4.r_code(DATA, LME4.make_options({"criterion": c})) for c in ("reml", "ml"))
    assert "lme4::lmer(y ~ 1 + (1 | g), REML = TRUE)" in reml
    assert "lme4::lmer(y ~ 1 + (1 | g), REML = FALSE)" in ml
    published = GroupData.from_estimates("ab", [1, 2], [1, 1])
    assert LME4.r_code(published, LME4.make_options()) is None

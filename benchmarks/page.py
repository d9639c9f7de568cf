"""What the page costs at each number of groups, in headless Chromium: ``python -m benchmarks.page``.

A server is started on a file of so many groups, as a user starts it, and a browser looks at it: bytes are
those on the wire, times run from what a hand does to the frame in which Plotly has drawn. ``--tree`` names
folders of the project to be measured one after the other in the same run, such as a checkout of an earlier
state.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from playwright.sync_api import BrowserType, CDPSession, Page, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-headless-shell")
    or "chromium"
)
FLAGS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
QUIET_MS = 1_200
"""Without a drawing or a request for so long, the page has settled."""
PATIENCE_MS = 240_000
OUTCOMES = 9
FEW = 60
"""Groups up to which what is concluded of them is expected as soon as they are there."""
WATCH = """
window.bench = {drawn: [], busy: 0, heard: performance.now(), changed: 0};
(() => {
    // what intervals cover is counted beside, for as long as it takes
    const counted = '#coverage, #coverage-stop, #coverage-by-method';
    new MutationObserver((changes) => {
        const places = changes.map(({target}) => target.closest ? target : target.parentElement);
        if (places.some((place) => place && !place.closest(counted))) {
            window.bench.changed = performance.now();
        }
    }).observe(document, {childList: true, characterData: true, subtree: true});
    const hear = () => { window.bench.heard = performance.now(); };
    const plain = window.fetch;
    window.fetch = (...given) => {
        if (String(given[0]).endsWith('/coverage')) {
            return plain(...given); // asked again and again while it is counted
        }
        window.bench.busy += 1;
        hear();
        return plain(...given).finally(() => { window.bench.busy -= 1; hear(); });
    };
    setInterval(() => {
        for (const graph of document.querySelectorAll('.linked-view .js-plotly-plot')) {
            if (!graph.benched && graph.on) {
                graph.benched = true;
                const drawn = () => requestAnimationFrame(() => {
                    hear();
                    window.bench.drawn.push([graph.closest('.dash-graph').id, performance.now()]);
                });
                graph.on('plotly_afterplot', drawn);
                graph.querySelector('.main-svg text') && drawn();  // before it could be listened to
            }
        }
    }, 20);
})();
"""
SETTLED = f"window.bench.busy === 0 && performance.now() - window.bench.heard > {QUIET_MS}"
NEXT_LIT = """() => new Promise((resolve) => {
    const began = performance.now();
    const view = document.querySelector('#view-shrinkage').closest('.linked-view');
    const marks = view.querySelector('.linked-area > g');
    const watcher = new MutationObserver(() => requestAnimationFrame(() => {
        watcher.disconnect();
        resolve(performance.now() - began);
    }));
    watcher.observe(marks, {childList: true, subtree: true, attributes: true});
    setTimeout(() => resolve(null), 5000);
    window.benchAct();
})"""


def write_groups(path: Path, groups: int) -> None:
    """Two to fourteen rows a group, groups differing as much as rows do; of few, more outcomes."""
    rng = np.random.default_rng(1)
    sizes = rng.integers(2, 15, groups)
    names = pa.array([f"School {i:07d}" for i in range(groups)])
    group = np.repeat(np.arange(groups), sizes)
    columns = {"school": names.take(pa.array(group))}
    for name in ("score", *(f"score {k}" for k in range(1, OUTCOMES if groups <= FEW else 1))):
        columns[name] = 50 + 4 * rng.standard_normal(groups)[group] + 4 * rng.standard_normal(len(group))
    pq.write_table(pa.table(columns), path)


@contextmanager
def serving(tree: Path, data: Path, data_dir: Path) -> Iterator[tuple[str, int]]:
    """A server of the project in a folder: its address and process id."""
    columns = ["--data", str(data), "--outcome", "score", "--group", "school"]
    where = ["--port", "0", "--data-dir", str(data_dir), "--no-browser"]
    command = [sys.executable, "-m", "dashboard.cli", "serve", *where, *columns]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://\S+:\d+", line)
        if found is None:
            raise RuntimeError(f"the server did not say where it is: {line!r}")
        yield found.group(), process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found.group(1)) / 1024 if found else float("nan")


class Watched:
    """A page whose bytes and drawings are counted."""

    def __init__(self, page: Page, cdp: CDPSession) -> None:
        self.page = page
        self.bytes = 0
        cdp.send("Network.enable")
        cdp.on("Network.loadingFinished", self._count)
        page.add_init_script(WATCH)

    def _count(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def settle(self) -> None:
        """Wait until nothing is drawn or asked for any more."""
        self.page.wait_for_function("window.bench && window.bench.drawn.length > 0", timeout=PATIENCE_MS)
        self.page.wait_for_function(SETTLED, timeout=PATIENCE_MS)

    def drawn_after(self, act: str) -> dict[str, float]:
        """First and last drawing of a view after an act in JavaScript, in ms, and the KB that came for it."""
        self.page.evaluate("window.bench.drawn = []")
        before, began = self.bytes, self.page.evaluate("performance.now()")
        self.page.evaluate(act)
        self.page.evaluate("window.bench.heard = performance.now()")
        self.page.wait_for_function(SETTLED, timeout=PATIENCE_MS)
        times = [t - began for _, t in self.page.evaluate("window.bench.drawn")]
        return {
            "first": min(times, default=float("nan")),
            "last": max(times, default=float("nan")),
            "KB": (self.bytes - before) / 1e3,
        }

    def changed_after_answer(self, act: str) -> float:
        """From the server's first answer to an act to the last change of the page that it brings, in ms."""
        began = self.page.evaluate(f"(() => {{ const now = performance.now(); {act}; return now; }})()")
        self.page.evaluate("window.bench.heard = performance.now()")
        self.page.wait_for_function(SETTLED, timeout=PATIENCE_MS)
        return float(self.page.evaluate(_AFTER_ANSWER.format(began)))

    def milliseconds_until(self, act: str, condition: str) -> float:
        """From an act to a condition, both JavaScript."""
        self.page.evaluate(f"window.benchBegan = performance.now(); {act}")
        self.page.wait_for_function(condition, timeout=PATIENCE_MS, polling=8)
        return float(self.page.evaluate("performance.now() - window.benchBegan"))


def measure(page: Watched, address: str, groups: int) -> dict[str, str]:
    """One page's costs in words."""
    page.page.goto(address)
    page.settle()
    found: dict[str, str] = {}
    page.page.reload()  # the fits are there now
    began = page.page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
    page.page.wait_for_function("window.bench.drawn.length > 0", timeout=PATIENCE_MS)
    page.settle()
    asked = page.page.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.name.includes('_dash-update-component'))"
        ".map(e => [e.startTime, e.responseEnd, e.transferSize])"
    )
    sent = sum(size for _, _, size in asked)
    last = max(t for _, t in page.page.evaluate("window.bench.drawn"))
    found["views and first block of the table, KB"] = f"{sent / 1e3:.0f}"
    found["first complete paint, ms"] = f"{last - max(began, min(start for start, _, _ in asked)):.0f}"
    if groups <= FEW:
        turns = [page.changed_after_answer(_OTHER_OUTCOME.format(k)) for k in range(1, OUTCOMES)]
        found["another outcome: all that is concluded, after the answer with its estimates, ms"] = (
            f"{statistics.median(turns):.0f} ({min(turns):.0f} to {max(turns):.0f})"
        )
    turns = [page.drawn_after(_OTHER_LEVEL.format(level)) for level in (0.9, 0.99)]
    found["level change: first, last view, ms; KB"] = _turn(turns)
    themes = [page.drawn_after("document.getElementById('theme-toggle').click()") for _ in range(2)]
    found["theme switch: first, last view, ms; KB"] = _turn(themes)
    found |= _pointing(page)
    found |= _table(page)
    zoomed = [page.drawn_after(_ZOOM.format(share)) for share in (0.5, 0.1)]
    found["zoom of Groups to a half and a tenth: first, last, ms; KB"] = _turn(zoomed)
    page.drawn_after(_RESET)
    found["lasso of a tenth, ms; KB"] = _lasso(page, groups)
    return found


_OTHER_OUTCOME = "window.dash_clientside.set_props('outcome', {{value: 'score {}'}})"
_AFTER_ANSWER = """(() => {{
    const answers = performance.getEntriesByType('resource')
        .filter((entry) => entry.name.includes('_dash-update-component') && entry.startTime >= {});
    return window.bench.changed - Math.min(...answers.map((entry) => entry.responseEnd));
}})()"""
_OTHER_LEVEL = "window.dash_clientside.set_props('level', {{value: '{}'}})"
_ZOOM = """(() => {{
    const graph = document.querySelector('#view-groups .js-plotly-plot');
    const [low, high] = graph._fullLayout.yaxis.range;
    const middle = (low + high) / 2;
    const half = (high - low) * {} / 2;
    return window.Plotly.relayout(graph, {{'yaxis.range': [middle - half, middle + half]}});
}})()"""
_RESET = """(() => {
    const reset = document.querySelector('#view-groups [data-attr="zoom"][data-val="reset"]');
    reset?.click();
})()"""


def _turn(turns: list[dict[str, float]]) -> str:
    first, last, size = (statistics.median(turn[name] for turn in turns) for name in ("first", "last", "KB"))
    return f"{first:.0f}, {last:.0f}; {size:.0f}"


def _pointing(page: Watched) -> dict[str, str]:
    """Pointing at rows of the table lights the views."""
    page.page.evaluate("document.querySelector('#table').scrollIntoView()")
    page.page.wait_for_function(
        "document.querySelectorAll('#table .ag-row[row-id]').length > 3", timeout=PATIENCE_MS
    )
    time.sleep(0.8)
    before, times = page.bytes, []
    for row in (1, 2, 3):
        page.page.evaluate(
            # a function that is the value of what is evaluated would be called at once
            f"void (window.benchAct = () => {_ROWS}.find((row) => row.getAttribute('row-index') === '{row}')"
            ".querySelector('.ag-cell').dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))"
        )
        times.append(page.page.evaluate(NEXT_LIT))
    lit = [t for t in times if t is not None]
    text = f"{statistics.median(lit):.0f}" if lit else "not lit"
    return {"pointed-at row lit, ms; KB": f"{text}; {(page.bytes - before) / 1e3:.0f}"}


_ROWS = "[...document.querySelectorAll('#table .ag-center-cols-container .ag-row[row-id]')]"
_GRID = "window.dash_ag_grid.getApi(document.getElementById('table-grid') ? 'table-grid' : 'table')"


def _table(page: Watched) -> dict[str, str]:
    """A block further down, another order, a search by name."""
    last = "document.querySelector('#table .ag-center-cols-container .ag-row[row-id] .ag-cell')"
    count = page.page.evaluate(f"{_GRID}.getDisplayedRowCount()")
    before = page.bytes
    middle = page.page.evaluate(f"Math.min(600, {count} - 1)")
    block = page.milliseconds_until(
        f"{_GRID}.ensureIndexVisible({middle}, 'middle')",
        f"{_ROWS}.some((row) => Number(row.getAttribute('row-index')) === {middle}"
        " && row.textContent.trim().length > 3)",
    )
    size = (page.bytes - before) / 1e3
    page.page.evaluate(f"{_GRID}.ensureIndexVisible(0, 'top')")
    page.page.wait_for_function(f"{last} && {last}.textContent.trim()", timeout=PATIENCE_MS)
    time.sleep(0.5)
    old = page.page.evaluate(f"{_ROWS}.find((row) => row.getAttribute('row-index') === '0').textContent")
    page.page.evaluate(f"window.benchOld = {old!r}")
    ordered = page.milliseconds_until(
        f"{_GRID}.applyColumnState({{state: [{{colId: 'own', sort: 'asc'}}], defaultState: {{sort: null}}}})",
        f"{_ROWS}.some((row) => row.getAttribute('row-index') === '0' && row.textContent.trim().length > 3"
        " && row.textContent !== window.benchOld)",
    )
    status = "document.getElementById('link-status').textContent"
    searched = page.milliseconds_until(
        "(() => { const box = document.querySelector('input#find-group, #find-group input');"
        "Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, '0000017');"
        "box.dispatchEvent(new Event('input', {bubbles: true})); })()",
        f"/found/.test({status})",
    )
    page.page.keyboard.press("Escape")
    return {
        "table: block, ms; KB": f"{block:.0f}; {size:.0f}",
        "table: sort, ms": f"{ordered:.0f}",
        "search, ms": f"{searched:.0f}",
    }


def _lasso(page: Watched, groups: int) -> str:
    """A box around the best tenth of the rank view's first column, drawn as a hand does."""
    page.page.evaluate("window.scrollTo(0, 0)")
    page.page.evaluate("document.querySelector('#view-rank').scrollIntoView({block: 'center'})")
    # what was out of sight is drawn now
    page.page.wait_for_function(
        "!document.querySelector('#view-rank').closest('.panel').ariaBusy", timeout=PATIENCE_MS
    )
    page.settle()
    page.page.evaluate("document.querySelector('#view-rank .modebar-btn[data-val=\"select\"]').click()")
    corners = page.page.evaluate(
        """(groups) => {
            const graph = document.querySelector('#view-rank .js-plotly-plot');
            const {xaxis, yaxis} = graph._fullLayout;
            const box = graph.getBoundingClientRect();
            const x = (v) => box.left + xaxis._offset + xaxis.l2p(v);
            const y = (v) => box.top + yaxis._offset + yaxis.l2p(v);
            return [x(-0.2), y(0.6), x(0.2), y(groups / 10 + 0.5)];
        }""",
        groups,
    )
    before = page.bytes
    page.page.mouse.move(corners[0], corners[1])
    page.page.mouse.down()
    page.page.mouse.move(corners[2], corners[3])
    page.page.evaluate("window.benchBegan = performance.now()")
    page.page.mouse.up()
    page.page.wait_for_function(
        "/selected/.test(document.getElementById('link-status').textContent)", timeout=PATIENCE_MS, polling=8
    )
    taken = page.page.evaluate("performance.now() - window.benchBegan")
    said = page.page.evaluate("document.getElementById('link-status').textContent")
    return f"{taken:.0f}; {(page.bytes - before) / 1e3:.0f} ({said})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--groups", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--tree", type=Path, nargs="+", default=[HERE.parent])
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for groups in options.groups:
        columns: dict[str, dict[str, str]] = {}
        with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
            data = Path(scratch) / "groups.parquet"
            write_groups(data, groups)
            for number, tree in enumerate(options.tree):
                columns[str(number + 1)] = one_tree(
                    playwright.chromium, tree, data, Path(scratch) / f"kept{number}", groups
                )
        print(f"\n| {groups:,} groups | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
        for name in next(iter(columns.values())):
            print(f"| {name} | {' | '.join(found.get(name, '') for found in columns.values())} |", flush=True)


def one_tree(chromium: BrowserType, tree: Path, data: Path, data_dir: Path, groups: int) -> dict[str, str]:
    """Measure the project in one folder."""
    with serving(tree.resolve(), data, data_dir) as (address, pid):
        browser = chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        found = measure(Watched(page, page.context.new_cdp_session(page)), address, groups)
        found["server memory, MB"] = f"{resident(pid):.0f}"
        browser.close()
    return found


if __name__ == "__main__":
    main()

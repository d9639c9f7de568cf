"""What may import what, and other rules of the house, read from the source."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import estimators

ROOT = Path(__file__).parent.parent
FILES = {
    room: sorted(p for p in (ROOT / room).rglob("*.py") if "__pycache__" not in p.parts)
    for room in ("estimators", "dashboard", "plugins")
}
SHOWING = {"dash", "plotly", "flask", "waitress", "dash_ag_grid", "dash_mantine_components"}
LATE = (
    "pandas",
    "scipy",
    "statsmodels",
    "duckdb",
    "narwhals",
    "pyarrow",
    "dash",
    "plotly",
)
FLOORS = (
    {"samples", "ingest", "scene"},
    {"figures", "words", "scripts", "storage", "plugin_host"},
    {"session", "serving"},
    {"pages"},
    {"callbacks"},
    {"app"},
    {"cli"},
)
"""The rooms of the dashboard from the ground up: a room imports those below it only."""
ENTRY = "dashboard.serving.wsgi"
"""What other programs name as the application: a start of the server, as the command line is."""
PLUGGY_FILES = {"estimators/plugins/hookspecs.py", "estimators/plugins/registry.py"}
METHODS = ("blup", "level_means", "james_stein")
PLUGINS_USE = (
    "Estimator",
    "GroupFit",
    "Note",
    "Parameter",
    "GroupData",
    "Rows",
    "GroupBatch",
    "BatchFit",
    "Sample",
    "Reader",
    "View",
    "Look",
    "Comparison",
    "Result",
)
MAY_IMPORT = {
    "adjusted_means",
    "covariate_blup",
    "own_spreads",
    "regression_code",
    "regression_rows",
    "blup_code",
    "fit",
    "batch",
    "degenerate",
    "estimator",
    "errors",
    "groups",
    "homogeneity",
    "joint",
    "options",
    "profile",
    "scaled",
    "second_order",
    "spread_intervals",
    "variance_components",
}


def name(path):
    return path.relative_to(ROOT).as_posix()


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    """Every module that a file imports anywhere in it, by full name."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively"
            found.add(node.module)
    return found


def packages(path):
    return {module.split(".")[0] for module in imported(path)}


def test_the_rooms_hold_what_is_tested_here():
    assert len(FILES["estimators"]) > 10
    assert len(FILES["dashboard"]) > 5


@pytest.mark.parametrize("path", FILES["estimators"], ids=name)
def test_estimators_know_nothing_of_the_page(path):
    assert not packages(path) & ({"dashboard", "plugins"} | SHOWING)


@pytest.mark.slow
def test_plugins_know_the_public_door_of_estimators_only():
    for path in FILES["plugins"]:
        assert "dashboard" not in packages(path), name(path)
        assert {m for m in imported(path) if m.startswith("estimators")} <= {"estimators"}, name(path)


@pytest.mark.parametrize("path", FILES["dashboard"], ids=name)
def test_the_dashboard_knows_no_plugin_and_no_pluggy(path):
    assert not packages(path) & {"plugins", "pluggy"}


@pytest.mark.parametrize("path", [p for p in FILES["dashboard"] if "figures" in p.parts], ids=name)
def test_figures_are_plotly_without_dash(path):
    assert not packages(path) & (SHOWING - {"plotly"})


@pytest.mark.parametrize("path", [p for p in FILES["dashboard"] if "pages" in p.parts], ids=name)
def test_nothing_is_explained_to_a_pointer_alone(path):
    elements = [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("html.", "dcc."))
    ]
    for element in elements:
        assert "title" not in {given.arg for given in element.keywords}, ast.unparse(element)[:80]


MAY_USE = {
    "scene": {"scene"},
    "words": {"ingest", "scene", "words"},
    "figures": {"scene", "figures"},
}
"""What is on screen as data is put into words and pictures, how a file was read into words; the page is made
of those, never the reverse."""


@pytest.mark.parametrize("path", [p for p in FILES["dashboard"] if p.parent.name in MAY_USE], ids=name)
def test_scenes_words_and_figures_know_nothing_of_the_page(path):
    used = {module.split(".")[1] for module in imported(path) if module.startswith("dashboard.")}
    assert used <= MAY_USE[path.parent.name]


def room(module):
    """The room of the dashboard that a module's full name is in."""
    return [*module.split("."), ""][1]


@pytest.mark.parametrize("path", FILES["dashboard"], ids=name)
def test_imports_in_the_dashboard_run_down_the_stairs(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    own = "cli" if module == ENTRY else room(module)
    floor = {one: number for number, rooms in enumerate(FLOORS) for one in rooms}
    if own == "__init__":
        return
    others = {room(used) for used in imported(path) if used.startswith("dashboard.")} - {own}
    assert not {one for one in others if floor[one] >= floor[own]}, f"{name(path)} imports upwards"


@pytest.mark.parametrize("path", FILES["dashboard"], ids=name)
def test_the_dashboard_names_no_estimator(path):
    texts = {node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)}
    assert not texts & set(estimators.build_registry(entry_points=False))


def test_pluggy_is_touched_in_two_files():
    users = {name(path) for path in FILES["estimators"] if "pluggy" in packages(path)}
    assert users == PLUGGY_FILES


@pytest.mark.parametrize("method", METHODS)
def test_a_method_imports_only_the_contract_the_summaries_and_the_numerics(method):
    modules = imported(ROOT / "estimators" / "methods" / f"{method}.py")
    assert {m.rpartition(".")[2] for m in modules if m.startswith("estimators")} <= MAY_IMPORT


@pytest.mark.parametrize("public", estimators.__all__)
def test_every_public_name_says_what_it_is(public):
    thing = getattr(estimators, public)
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        return
    assert inspect.getdoc(thing)
    if inspect.isclass(thing):
        members = {k: v for k, v in vars(thing).items() if not k.startswith("_")}
        silent = {
            k
            for k, v in members.items()
            if (callable(v) or isinstance(v, (property, classmethod, functools.cached_property)))
            and not inspect.isclass(v)
            and not inspect.getdoc(v)
        }
        assert not silent


def explained(body):
    """The names that are annotated or assigned in a body, and whether a text below says what each is."""
    for node, below in zip(body, [*body[1:], None], strict=True):
        target = node.target if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])[0]
        if isinstance(target, ast.Name):
            text = getattr(getattr(below, "value", None), "value", None)
            yield target.id, isinstance(text, str)


@pytest.mark.parametrize("public", PLUGINS_USE)
def test_every_field_that_a_plugin_meets_says_what_it_is(public):
    thing = getattr(estimators, public)
    [node] = ast.parse(inspect.getsource(thing)).body
    fields = [(field, said) for field, said in explained(node.body) if not field.startswith("_")]
    assert fields
    assert not [field for field, said in fields if not said and field not in inspect.getdoc(thing)]


def test_every_public_constant_says_what_it_is():
    said = {}
    for path in FILES["estimators"]:
        said.update({constant: text for constant, text in explained(tree(path).body) if text})
    constants = {c for c in estimators.__all__ if not callable(getattr(estimators, c))}
    assert constants
    assert not constants - set(said)


def test_importing_estimators_imports_nothing_heavy():
    late = (*LATE, "estimators.checks", "estimators.risk", "estimators.simulation")
    code = f"import estimators, sys; print([m for m in {late!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"


@pytest.mark.slow
def test_fitting_from_text_and_numbers_needs_neither_pandas_nor_scipy():
    code = (
        "import estimators, sys;"
        "d = estimators.GroupData.from_arrays([1.0, 2.0, 4.0, 3.0], list('aabb'));"
        "estimators.compare(d, estimators.build_registry(entry_points=False)).to_dict();"
        "print([m for m in ('pandas', 'scipy', 'pyarrow') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("path", [*FILES["estimators"], *FILES["dashboard"]], ids=name)
def test_files_and_functions_stay_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno - node.lineno < 60, node.name


@pytest.mark.parametrize("path", [*FILES["estimators"], *FILES["dashboard"], *FILES["plugins"]], ids=name)
def test_nothing_is_left_to_do_and_no_machine_is_named(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX)\b|/home/|/root/", text)

"""What may import what, and other rules of the house, read from the source."""

from __future__ import annotations

import ast
import functools
import gc
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
    "regression_many",
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


@functools.cache
def text(path):
    return path.read_text(encoding="utf-8")


@functools.cache
def nodes(path):
    """Everything in a file; the file itself first."""
    return list(ast.walk(ast.parse(text(path))))


@functools.cache
def imported(path):
    """Every module that a file imports anywhere in it, by full name."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively"
            found.add(node.module)
    return found


def packages(path):
    return {module.split(".")[0] for module in imported(path)}


def check_each(things, wrong, called=name):
    """Fail with all that break a rule, and with what is wrong; a rule is about one thing at least."""
    assert things
    found = [f"{called(thing)}: {what}" for thing in things if (what := wrong(thing))]
    assert not found, "\n".join(found)


@pytest.fixture(scope="module", autouse=True)
def _forget():
    """Half a million nodes make everything after them slow, and are no garbage while they are looked at."""
    gc.disable()
    yield
    gc.enable()
    nodes.cache_clear()


def in_folders(room, folders):
    """The files of a room that are somewhere below folders of these names."""
    return [path for path in FILES[room] if set(folders) & set(path.relative_to(ROOT).parts[:-1])]


def test_the_rooms_hold_what_is_tested_here():
    assert len(FILES["estimators"]) > 10
    assert len(FILES["dashboard"]) > 5


def test_estimators_know_nothing_of_the_page():
    page = {"dashboard", "plugins"} | SHOWING
    check_each(FILES["estimators"], lambda path: packages(path) & page)


def test_plugins_know_the_public_door_of_estimators_only():
    def behind_it(path):
        return {m for m in imported(path) if m.split(".")[0] == "dashboard" or m.startswith("estimators.")}

    check_each(FILES["plugins"], behind_it)


def test_the_dashboard_knows_no_plugin_and_no_pluggy():
    check_each(FILES["dashboard"], lambda path: packages(path) & {"plugins", "pluggy"})


def test_figures_are_plotly_without_dash():
    others = SHOWING - {"plotly"}
    check_each(in_folders("dashboard", ["figures"]), lambda path: packages(path) & others)


def test_nothing_is_explained_to_a_pointer_alone():
    def titled(path):
        return [
            ast.unparse(node)[:80]
            for node in nodes(path)
            if isinstance(node, ast.Call)
            and ast.unparse(node.func).startswith(("html.", "dcc."))
            and "title" in {given.arg for given in node.keywords}
        ]

    check_each(in_folders("dashboard", ["pages"]), titled)


MAY_USE = {
    "scene": {"scene"},
    "words": {"ingest", "scene", "words"},
    "figures": {"scene", "figures"},
}
"""What is on screen as data is put into words and pictures, how a file was read into words; the page is made
of those, never the reverse."""


def test_scenes_words_and_figures_know_nothing_of_the_page():
    def beyond(path):
        used = {module.split(".")[1] for module in imported(path) if module.startswith("dashboard.")}
        return used - MAY_USE[path.parent.name]

    check_each([path for path in FILES["dashboard"] if path.parent.name in MAY_USE], beyond)


def room(module):
    """The room of the dashboard that a module's full name is in."""
    return [*module.split("."), ""][1]


def test_imports_in_the_dashboard_run_down_the_stairs():
    floor = {one: number for number, rooms in enumerate(FLOORS) for one in rooms}

    def upwards(path):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        own = "cli" if module == ENTRY else room(module)
        others = {room(used) for used in imported(path) if used.startswith("dashboard.")} - {own}
        return own != "__init__" and {one for one in others if floor[one] >= floor[own]}

    check_each(FILES["dashboard"], upwards)


def test_the_dashboard_names_no_estimator():
    ids = set(estimators.build_registry(entry_points=False))

    def named(path):
        return ids & {node.value for node in nodes(path) if isinstance(node, ast.Constant)}

    check_each(FILES["dashboard"], named)


def test_pluggy_is_touched_in_two_files():
    users = {name(path) for path in FILES["estimators"] if "pluggy" in packages(path)}
    assert users == PLUGGY_FILES


def test_a_method_imports_only_the_contract_the_summaries_and_the_numerics():
    def others(path):
        return {
            m for m in imported(path) if m.startswith("estimators") and m.rpartition(".")[2] not in MAY_IMPORT
        }

    check_each([ROOT / "estimators" / "methods" / f"{method}.py" for method in METHODS], others)


def silent(public):
    """What of a public class or function has no docstring: itself, or its members."""
    thing = getattr(estimators, public)
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        return []
    members = vars(thing).items() if inspect.isclass(thing) else ()
    mute = [
        k
        for k, v in members
        if not k.startswith("_")
        and (callable(v) or isinstance(v, (property, classmethod, functools.cached_property)))
        and not inspect.isclass(v)
        and not inspect.getdoc(v)
    ]
    return mute if inspect.getdoc(thing) else [public, *mute]


def test_every_public_name_says_what_it_is():
    check_each(estimators.__all__, silent, str)


def explained(body):
    """The names that are annotated or assigned in a body, and whether a text below says what each is."""
    for node, below in zip(body, [*body[1:], None], strict=True):
        target = node.target if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])[0]
        if isinstance(target, ast.Name):
            text = getattr(getattr(below, "value", None), "value", None)
            yield target.id, isinstance(text, str)


def test_every_field_that_a_plugin_meets_says_what_it_is():
    def mute(public):
        thing = getattr(estimators, public)
        [node] = ast.parse(inspect.getsource(thing)).body
        fields = [(field, said) for field, said in explained(node.body) if not field.startswith("_")]
        assert fields, public
        return [field for field, said in fields if not said and field not in inspect.getdoc(thing)]

    check_each(PLUGINS_USE, mute, str)


def test_every_public_constant_says_what_it_is():
    said = {}
    for path in FILES["estimators"]:
        said.update({constant: text for constant, text in explained(nodes(path)[0].body) if text})
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


def test_files_and_functions_stay_small():
    def large(path):
        functions = [
            node for node in nodes(path) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        long = [node.name for node in functions if node.end_lineno - node.lineno >= 60]
        lines = len(text(path).splitlines())
        return [*([f"{lines} lines"] if lines > 400 else []), *long]

    check_each([*FILES["estimators"], *FILES["dashboard"]], large)


def test_nothing_is_left_to_do_and_no_machine_is_named():
    left = re.compile(r"\b(TODO|FIXME|XXX)\b|/(home|root)/")
    everywhere = [path for paths in FILES.values() for path in paths]
    check_each(everywhere, lambda path: [found[0] for found in left.finditer(text(path))])


def test_no_merge_is_left_half_done():
    marks = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)
    guides = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    check_each(guides, lambda path: marks.findall(text(path)))

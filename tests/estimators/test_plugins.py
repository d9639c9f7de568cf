"""The door for other people's estimators: the registry, the conformance check, options, and compare."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest

from estimators import (
    TIDY_COLUMNS,
    ConformanceError,
    DataError,
    Estimator,
    FitError,
    GroupData,
    GroupFit,
    Note,
    OptionError,
    Parameter,
    build_registry,
    check_estimator,
    compare,
    option,
)
from tests.oracles import BUILT_IN

DATA = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0, 5.0, 3.0, 8.0, 9.5], list("aabbccdd"))

PLUGIN = """
from estimators import Estimator, GroupFit, hookimpl

class Half(Estimator):
    id = {id!r}
    label = "Half way"
    summary = "Half way to the middle."
    order = {order}

    def _fit(self, data, options):
        middle = data.mean.mean()
        return GroupFit((data.mean + middle) / 2, weight=[0.5] * len(data), center=middle)

@hookimpl
def register_estimators():
    return [Half()]
"""


@dataclass(frozen=True)
class Options:
    share: float = option(0.5, label="Share", minimum=0, maximum=1)
    rounds: int = option(3, label="Rounds", minimum=1)
    kind: str = option("plain", label="Kind", choices=("plain", "fancy"))
    loud: bool = option(False, label="Loud")
    name: str = option("", label="Name")
    low: float = option(-1.0, label="Low", maximum=0)
    free: float = option(0.0, label="Free")


class Share(Estimator):
    id = "share"
    label = "Share"
    summary = "Part of the way to the middle."
    Options = Options

    def _fit(self, data, options):
        middle = data.mean.mean()
        return GroupFit(middle + options.share * (data.mean - middle), center=middle)


def variant(**members):
    """A conforming estimator with some members replaced."""
    return type("Variant", (Share,), members)()


def write_plugin(folder, name, text=PLUGIN, **words):
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.py"
    path.write_text(text.format(**{"id": name, "order": 100, **words}) if words or "{id" in text else text)
    return path


# The registry


def test_the_built_ins_come_in_display_order_and_know_where_they_come_from():
    registry = build_registry(entry_points=False)
    assert list(registry) == ["ols", "reml", "ml", "james_stein", "grand_mean"]
    assert {registry.source(name).origin for name in registry} == {"built in"}
    assert registry.failures == ()
    with pytest.raises(OptionError, match="no estimator 'remL'; there are ols, reml, ml, james_stein"):
        registry.find("remL")


def test_a_file_in_a_plugins_folder_is_registered_and_fits(tmp_path):
    path = write_plugin(tmp_path, "half", order=5)
    registry = build_registry([tmp_path], entry_points=False)
    assert next(iter(registry)) == "half"
    assert registry.source("half").origin == str(path)
    assert registry["half"].fit(DATA).weight.tolist() == [0.5] * 4
    check_estimator(registry["half"])
    assert "half" not in build_registry(entry_points=False)


def test_several_folders_may_hold_files_of_the_same_name(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    write_plugin(one, "plugin", id="first")
    write_plugin(two, "plugin", id="second")
    registry = build_registry([one, two, one], entry_points=False)
    assert {"first", "second"} <= set(registry)
    assert registry.failures == ()


def test_a_missing_folder_is_refused_by_name(tmp_path):
    with pytest.raises(OptionError, match="nowhere' does not exist"):
        build_registry([tmp_path / "nowhere"])


FAULTY = {
    "import": ("import no_such_module_anywhere", "importing it failed with ModuleNotFoundError"),
    "syntax": ("def broken(:", "importing it failed with SyntaxError"),
    "exits": ("raise SystemExit(3)", "importing it failed with SystemExit: 3"),
    "misspelt": (
        "from estimators import hookimpl\n@hookimpl\ndef register_estimator():\n    return []\n",
        "unknown hook 'register_estimator'",
    ),
    "unmarked": ("def register_estimators():\n    return []\n", "mark register_estimators with @hookimpl"),
    "raises": (
        "from estimators import hookimpl\n@hookimpl\ndef register_estimators():\n    raise ValueError(7)\n",
        "ValueError: 7",
    ),
    "leaves": (
        "from estimators import hookimpl\n@hookimpl\ndef register_estimators():\n    raise SystemExit\n",
        "SystemExit",
    ),
    "nothing": (
        "from estimators import hookimpl\n@hookimpl\ndef register_estimators():\n    pass\n",
        "returns no list of estimators",
    ),
    "class_": (
        PLUGIN.format(id="x", order=1).replace("[Half()]", "[Half]"),
        "which is no instance of Estimator",
    ),
    "label": (PLUGIN.format(id="x", order=1).replace('label = "Half way"', ""), "Half lacks label"),
    "spaces": (PLUGIN.format(id="Not An Id", order=1), "the id 'Not An Id' must be lower-case"),
    "defaults": (
        PLUGIN.format(id="x", order=1)
        .replace(
            "    order",
            "    Options = dataclass(frozen=True)(type('O', (), {'__annotations__': {'a': int},"
            " 'a': option(5, label='A', maximum=3)}))\n    order",
        )
        .replace("import Estimator", "import option, Estimator")
        .replace("class Half", "from dataclasses import dataclass\nclass Half"),
        "do not hold their own defaults: x.a takes a whole number of at most 3, not 5",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_plugin_is_reported_by_name_and_the_rest_goes_on(tmp_path, name):
    text, reason = FAULTY[name]
    write_plugin(tmp_path, name, text)
    write_plugin(tmp_path, "zz_good")
    registry = build_registry([tmp_path], entry_points=False)
    assert list(registry)[-1] == "zz_good"
    (failure,) = registry.failures
    assert failure.source.name == name
    assert reason in failure.reason
    assert "<module" not in failure.reason


def test_a_taken_id_names_both_owners_and_the_first_in_order_keeps_it(tmp_path):
    write_plugin(tmp_path, "b_late", id="same")
    write_plugin(tmp_path, "a_early", id="same")
    write_plugin(tmp_path, "c_bold", id="reml")
    registry = build_registry([tmp_path], entry_points=False)
    assert registry.source("same").name == "a_early"
    assert registry["reml"].label == BUILT_IN["reml"].label
    late, bold = registry.failures
    assert "'same'" in late.reason
    assert "a_early.py" in late.reason
    assert "b_late.py" in late.reason
    assert "'reml'" in bold.reason
    assert "blupboard itself" in bold.reason
    assert "c_bold.py" in bold.reason


def install(folder, module, text, *, dist):
    """A distribution as pip would leave it, with an entry point in the group ``blupboard``."""
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{dist.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[blupboard]\n{module} = {module}\n")


def test_installed_distributions_register_through_their_entry_points(tmp_path, monkeypatch):
    install(tmp_path, "fake_good_plugin", PLUGIN.format(id="installed", order=7), dist="blupboard-good")
    install(tmp_path, "fake_bad_plugin", "raise RuntimeError('sorry')", dist="blupboard-bad")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = build_registry()
    source = registry.source("installed")
    assert (source.name, source.origin, source.version) == ("blupboard-good", "distribution", "1.2")
    assert ("blupboard-bad", "importing it failed with RuntimeError: sorry") in {
        (failure.source.name, failure.reason) for failure in registry.failures
    }
    assert "installed" not in build_registry(entry_points=False)


def test_importing_the_package_registers_nothing():
    code = "import estimators, pluggy, sys; print([m for m in sys.modules if m.startswith('_blupboard')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


# The conformance check


@pytest.mark.parametrize("name", list(build_registry()))
def test_every_registered_estimator_conforms(name):
    check_estimator(build_registry()[name])


def test_an_estimator_that_conforms_passes():
    check_estimator(Share())
    check_estimator(variant(needs="rows"))


def shrunk(data, **more):
    return GroupFit(data.mean, **more)


COUNTER = iter(range(10**6))

BROKEN = {
    "no id": ({"id": None}, "id must be text"),
    "bad id": ({"id": "Bad Id"}, "must be lower-case"),
    "needs": ({"needs": "everything"}, "say 'summary' or 'rows'"),
    "options": (
        {"make_options": classmethod(lambda cls, given=None: cls.Options())},
        "an unknown option is accepted",
    ),
    "shape": ({"_fit": lambda self, data, options: GroupFit(data.mean[:1])}, "has shape (1,)"),
    "nan": ({"_fit": lambda self, data, options: GroupFit(data.mean * np.nan)}, "values that are not finite"),
    "type": ({"_fit": lambda self, data, options: data.mean}, "not a GroupFit"),
    "writes": ({"_fit": lambda self, data, options: data.n.__setitem__(0, 1)}, "read-only"),
    "crashes": ({"_fit": lambda self, data, options: 1 / 0}, "ZeroDivisionError"),
    "refuses": (
        {"_fit": lambda self, data, options: (_ for _ in ()).throw(DataError("no"))},
        "refuses ordinary data",
    ),
    "random": (
        {"_fit": lambda self, data, options: GroupFit(data.mean + next(COUNTER))},
        "the same data give different estimates",
    ),
    "weight": (
        {"_fit": lambda self, data, options: shrunk(data, weight=np.full(len(data), 1.5))},
        "weight lies outside 0 to 1",
    ),
    "negative": (
        {"_fit": lambda self, data, options: shrunk(data, std_error=-np.ones(len(data)))},
        "std_error holds negative values",
    ),
    "interval": (
        {
            "_fit": lambda self, data, options: shrunk(
                data, interval_fn=lambda level: (data.mean, data.mean + 1 / level)
            )
        },
        "narrower than a 50% interval",
    ),
    "interval shape": (
        {"_fit": lambda self, data, options: shrunk(data, interval_fn=lambda level: ([0.0], [1.0]))},
        "one entry per group",
    ),
    "interval fails": (
        {"_fit": lambda self, data, options: shrunk(data, interval_fn=lambda level: 1 / 0)},
        "interval(0.5) fails with ZeroDivisionError",
    ),
    "interval upside down": (
        {
            "_fit": lambda self, data, options: shrunk(
                data, interval_fn=lambda level: (data.mean + level, data.mean - level)
            )
        },
        "lower end is above the upper one",
    ),
    "interval of one end": (
        {"_fit": lambda self, data, options: shrunk(data, interval_fn=lambda level: data.mean)},
        "interval_fn gives two arrays",
    ),
    "curve": ({"weight_curve": lambda self, fit, n: np.zeros(len(n) + 1)}, "weight_curve must give"),
    "curve fails": (
        {"weight_curve": lambda self, fit, n: 1 / 0},
        "weight_curve or r_code fails with ZeroDiv",
    ),
    "code": ({"r_code": lambda self, data, options: 3}, "r_code must give text"),
    "order": (
        {
            "needs": "rows",
            "_fit": lambda self, data, options: GroupFit(np.full(len(data), data.rows.outcome[0])),
        },
        "the order of the rows changes the estimates",
    ),
    "parameter": (
        {"_fit": lambda self, data, options: shrunk(data, parameters={"mu": float("nan")})},
        "parameter mu is nan",
    ),
    "parameter of many": (
        {"_fit": lambda self, data, options: shrunk(data, parameters={"mu": data.mean})},
        "parameter mu is one number, not ndarray",
    ),
    "center of many": (
        {"_fit": lambda self, data, options: shrunk(data, center=data.mean)},
        "center is one number, not ndarray",
    ),
    "masked": (
        {"_fit": lambda self, data, options: GroupFit(np.ma.masked_less(data.mean, data.mean.max()))},
        "estimate has masked entries",
    ),
    "complex": ({"_fit": lambda self, data, options: GroupFit(data.mean + 1j)}, "holds complex numbers"),
    "text": ({"_fit": lambda self, data, options: GroupFit(data.labels)}, "estimate is no array of numbers"),
    "severity": (
        {"_fit": lambda self, data, options: shrunk(data, notes=[Note("a", "bad", "b")])},
        "say 'info' or 'warning'",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_estimator_is_told_what_to_mend(fault):
    members, words = BROKEN[fault]
    with pytest.raises(ConformanceError) as told:
        check_estimator(variant(**members))
    assert any(words in problem for problem in told.value.problems), told.value.problems
    assert words in str(told.value)


def test_that_data_may_be_refused_is_not_said_of_ordinary_data():
    members, _ = BROKEN["crashes"]
    with pytest.raises(ConformanceError) as told:
        check_estimator(variant(**members))
    assert told.value.problems[0] == "on 20 groups of 8 rows: ZeroDivisionError: division by zero"
    assert "raise DataError" in told.value.problems[1]


def test_an_endless_message_of_a_plugin_is_cut():
    def fails(self, data, options):
        raise ValueError("much\nto say " * 1000)

    found = compare(DATA, [variant(_fit=fails)]).failed[0].message
    assert found.startswith("the method failed with ValueError: much to say much to say")
    assert found.endswith(" …")
    assert len(found) < 400


def test_a_class_in_place_of_an_instance_is_told_so():
    with pytest.raises(ConformanceError, match="pass an instance"):
        check_estimator(Share)


# Options


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"share": 2}, "share.share takes a number from 0 to 1, not 2"),
        ({"share": "much"}, "share.share takes a number from 0 to 1, not 'much'"),
        ({"share": "nan"}, "share.share takes a number from 0 to 1, not 'nan'"),
        ({"share": True}, "share.share takes a number from 0 to 1, not True"),
        ({"rounds": 0}, "share.rounds takes a whole number of at least 1, not 0"),
        ({"rounds": "2.5"}, "share.rounds takes a whole number of at least 1, not '2.5'"),
        ({"low": 1}, "share.low takes a number of at most 0, not 1"),
        ({"free": "x"}, "share.free takes a number, not 'x'"),
        ({"kind": "odd"}, "share.kind takes one of plain, fancy, not 'odd'"),
        ({"loud": "maybe"}, "share.loud takes true or false, not 'maybe'"),
        ({"name": 3}, "share.name takes text, not 3"),
        ({"shar": 1}, "share has no option shar: it knows share, rounds, kind, loud, name, low, free"),
        (object(), "options of share are Options or a mapping, not object"),
    ],
)
def test_a_value_out_of_bounds_is_named_with_the_bounds(given, message):
    with pytest.raises(OptionError) as told:
        Share().fit(DATA, given)
    assert str(told.value) == message


def test_an_instance_of_options_is_checked_too():
    with pytest.raises(OptionError, match="a number from 0 to 1"):
        Share().fit(DATA, replace(Options(), share=7.0))


def test_an_estimator_without_options_says_so():
    with pytest.raises(OptionError, match="ols has no option x: it has none"):
        BUILT_IN["ols"].fit(DATA, {"x": 1})


def test_text_is_read_as_the_command_line_gives_it():
    given = {"share": "0.25", "rounds": "7", "loud": "YES", "kind": "fancy", "name": " a "}
    assert Share.make_options(given) == Options(share=0.25, rounds=7, loud=True, kind="fancy", name=" a ")
    assert Share.make_options({"rounds": 10**15 + 1}).rounds == 10**15 + 1
    assert Share.make_options({"rounds": 3.0}).rounds == 3


def test_specifications_carry_words_and_bounds():
    spec = Share.option_specs()[0]
    assert (spec.name, spec.default, spec.label, spec.minimum, spec.maximum) == ("share", 0.5, "Share", 0, 1)
    kind = BUILT_IN["reml"].option_specs()[0]
    assert set(kind.choices) == {"prediction", "conditional"}


# The record


def test_parameters_are_filled_in_and_refuse_what_is_no_number():
    fit = GroupFit([1.0], parameters={"mu": 3, "tau": Parameter("tau", 2.0, "Tau", "Spread"), "icc": None})
    assert fit.parameters["mu"].value == 3.0
    assert fit.parameters["mu"].label
    assert fit.parameters["mu"].help
    assert fit.parameters["tau"].label == "Tau"
    assert fit.parameters["icc"].value is None
    with pytest.raises(FitError, match="parameter mu is inf"):
        GroupFit([1.0], parameters={"mu": float("inf")})
    with pytest.raises(TypeError):
        fit.parameters["mu"] = 1.0


def test_a_method_that_needs_rows_says_so_of_summaries():
    with pytest.raises(DataError, match="needs the rows themselves"):
        variant(needs="rows").fit(GroupData.from_estimates("ab", [1.0, 2.0], [1.0, 1.0]))


# compare


def test_a_failing_estimator_stands_beside_the_others_with_its_reason():
    class Stops(Share):
        id = "stops"

        def _fit(self, data, options):
            raise SystemExit("enough")

    crash = variant(id="crash", _fit=lambda self, data, options: {}["x"])
    shape = variant(id="shape", _fit=lambda self, data, options: GroupFit([1.0]))
    ends = variant(
        id="ends",
        _fit=lambda self, data, options: GroupFit(
            data.mean, interval_fn=lambda level: (data.mean + 1, data.mean)
        ),
    )
    notes = variant(id="notes", _fit=lambda self, data, options: GroupFit(data.mean, notes=["mind"]))
    refused = variant(id="refused", _fit=BUILT_IN["james_stein"]._fit)
    three = GroupData.from_arrays([1.0, 2.0, 4.0, 7.0, 5.0, 3.0], list("aabbcc"))
    found = compare(three, [crash, BUILT_IN["ols"], shape, ends, Stops(), notes, refused])
    assert [r.id for r in found.results] == ["crash", "ols", "shape", "ends", "stops", "notes", "refused"]
    assert [r.id for r in found.succeeded] == ["ols"]
    assert {r.id: r.message for r in found.failed} == {
        "crash": "the method failed with KeyError: 'x'",
        "shape": "the method did not keep to its contract: estimate has shape (1,), but there are 3 groups",
        "ends": "the method did not keep to its contract: interval_fn gave a lower end above the upper one",
        "stops": "the method failed with SystemExit: enough",
        "notes": "the method did not keep to its contract: notes holds 'mind': give instances of Note",
        "refused": "needs at least 4 groups",
    }
    failed = found["crash"]
    assert (failed.fit, failed.interval, failed.rank) == (None, None, None)
    as_dict = found.to_dict()["fits"][0]
    assert (as_dict["status"], as_dict["parameters"], as_dict["groups"]) == ("failed", None, [])


def test_comparing_takes_ids_instances_registries_and_nothing():
    ids = [r.id for r in compare(DATA, BUILT_IN).results]
    assert ids == list(BUILT_IN)
    assert [r.id for r in compare(DATA).results][: len(ids)] == ids
    assert [r.id for r in compare(DATA, "reml").results] == ["reml"]
    assert [r.id for r in compare(DATA, ["ml", Share(), "ml"]).results] == ["ml", "share"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimators": ["nobody"]}, "no estimator 'nobody'"),
        ({"estimators": [Share]}, "is no estimator: give instances"),
        ({"estimators": [Share(), variant()]}, "two different estimators have the id 'share'"),
        (
            {"estimators": ["ols"], "options": {"reml": {}}},
            "reml, which is not among the estimators compared",
        ),
        ({"estimators": ["reml"], "options": {"reml": {"std_error": "odd"}}}, "reml.std_error takes one of"),
        ({"level": 95}, "the interval level lies between 0 and 1, not at 95"),
    ],
)
def test_a_comparison_that_cannot_be_asked_for_is_refused(arguments, message):
    with pytest.raises(OptionError, match=message):
        compare(DATA, **arguments)


def test_options_reach_the_estimator():
    found = compare(DATA, ["reml", "ml"], options={"reml": {"std_error": "conditional"}}, level=0.8)
    assert (found["reml"].fit.std_error < found["ml"].fit.std_error).all()
    low, high = found["ml"].interval
    np.testing.assert_allclose(high - low, 2 * 1.2815515655446004 * found["ml"].fit.std_error)


def test_the_tidy_columns_hold_every_estimator_and_group():
    found = compare(DATA, BUILT_IN)
    tidy = found.tidy()
    assert tuple(tidy.columns) == TIDY_COLUMNS
    assert len(tidy) == len(BUILT_IN) * len(DATA)
    stein = tidy[tidy["estimator"] == "james_stein"]
    assert stein["std_error"].isna().all()
    assert stein["conf_low"].isna().all()
    assert sorted(stein["rank"]) == [1, 2, 3, 4]
    grand = tidy[tidy["estimator"] == "grand_mean"]
    assert grand["rank"].tolist() == [2.5] * 4
    columns = found.columns()
    assert columns["std_error"][columns["estimator"].index("james_stein")] is None


def test_plain_numbers_for_json():
    body = json.loads(json.dumps(compare(DATA, BUILT_IN).to_dict(), allow_nan=False))
    assert body["data"] == {
        "rows": 8,
        "used": 8,
        "dropped": {"missing_outcome": 0, "missing_group": 0, "not_a_number": 0, "not_finite": 0},
        "groups": 4,
    }
    fits = {fit["estimator"]: fit for fit in body["fits"]}
    keys = {"mu", "mu_std_error", "sigma_group", "sigma_error", "icc", "criterion", "log_likelihood"}
    assert all(set(fit["parameters"]) == keys for fit in fits.values())
    assert fits["ols"]["parameters"]["mu"] is None
    reml = fits["reml"]["parameters"]
    assert reml["log_likelihood"] == pytest.approx(-reml["criterion"] / 2)
    assert list(fits["reml"]["groups"][0]) == list(TIDY_COLUMNS[1:])
    assert fits["james_stein"]["groups"][0]["std_error"] is None


def test_notes_and_extra_parameters_are_handed_on():
    noted = variant(
        _fit=lambda self, data, options: GroupFit(
            data.mean, parameters={"tau": 2.0}, notes=[Note("odd", "info", "An odd thing.")]
        )
    )
    body = compare(DATA, [noted]).to_dict()["fits"][0]
    assert body["parameters"]["tau"] == 2.0
    assert body["notes"] == [{"code": "odd", "severity": "info", "text": "An odd thing."}]

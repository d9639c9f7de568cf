"""The order of the groups, what they are called, and what a scene says of its estimators."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.scene import scene_cache
from dashboard.scene.group_noun import NOUNS, Unit, unit_of
from dashboard.scene.label_text import JOINERS, LONGEST_LABEL, middle_cut, short_label
from dashboard.scene.natural_order import natural_places
from dashboard.scene.scene import display_order
from dashboard.scene.scene_cache import SceneCache
from dashboard.scene.style import LINE, styles
from estimators import GroupData, GroupFit, compare
from tests.scenes import BUILT_IN, LABELS, STRANGERS, built_in, everyone, group_data, groups_of, scene_of

TIED = GroupData.from_arrays(
    [5.0, 5.0, 5.0, 5.0, 8.0, 10.0, 2.0, 2.0, 2.0, 1.0],
    ["b2", "b2", "b10", "b10", "z", "z", "y", "y", "y", "a"],
)


def names(scene):
    return [str(label) for label in scene.comparison.data.labels[scene.order]]


# The order


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("@own", ["z", "b2", "b10", "y", "a"]),
        ("ols", ["z", "b2", "b10", "y", "a"]),
        ("@name", ["a", "b2", "b10", "y", "z"]),
        ("@rows", ["y", "z", "b2", "b10", "a"]),
        ("grand_mean", ["z", "b2", "b10", "y", "a"]),
    ],
)
def test_largest_comes_first_then_own_mean_then_natural_name(sort, expected):
    assert names(scene_of(TIED, BUILT_IN.values(), sort=sort)) == expected


def test_the_automatic_order_is_that_of_the_headlines_method():
    data = groups_of([1, 30, 30, 30, 2], means=[9, 5, 0, 4, 8], spread=2.0)
    scene = scene_of(data, BUILT_IN.values())
    reml = scene.by_id("reml").estimate
    assert scene.reference.id == "reml"
    assert (np.diff(reml) <= 0).all()
    assert names(scene) != names(scene_of(data, BUILT_IN.values(), sort="@own"))
    assert names(scene_of(data, BUILT_IN.values(), sort="nobody")) == names(scene)
    assert names(scene_of(data, STRANGERS, sort="failing")) == names(scene_of(data, STRANGERS, sort="@own"))
    assert names(scene_of(data, built_in("ml", "reml"))) == names(
        scene_of(data, BUILT_IN.values(), sort="ml")
    )


@pytest.mark.slow
@given(group_data(), st.sampled_from(["", "@own", "@rows", "@name", *BUILT_IN, "share", "nobody", "@"]))
def test_every_order_shows_every_group_once_and_is_sorted(data, sort):
    comparison = compare(data, everyone())
    order = display_order(comparison, sort, natural_places(data.labels))
    assert sorted(order.tolist()) == list(range(len(data)))
    keys = {"@rows": data.n, "@own": data.centered_mean}
    keys |= {r.id: r.fit.estimate for r in comparison.succeeded}
    if sort in keys:
        assert (np.diff(keys[sort][order].astype(float)) <= 0).all()


def test_runs_of_digits_count_as_numbers():
    labels = ["g10", "g2", "g1", "g02", "10", "9", "g", "g2b", "g2a", "Ü3", "½", "²", "-1", "1.5", "1.10", ""]
    place = natural_places(np.array(labels, dtype=object))
    ordered = [label for _, label in sorted(zip(place, labels, strict=True))]
    at = {label: i for i, label in enumerate(ordered)}
    assert at["9"] < at["10"] < at["g"] < at["g1"] < at["g2"] < at["g2a"] < at["g2b"] < at["g10"]
    assert ordered[0] == ""
    assert at["1.5"] < at["1.10"]


@given(st.lists(st.text(max_size=200), unique=True, max_size=30))
def test_any_labels_have_a_natural_places(labels):
    place = natural_places(np.array(labels, dtype=object))
    assert sorted(place.tolist()) == list(range(len(labels)))


def test_long_numbers_in_labels_do_no_harm():
    labels = np.array(["9" * 5_000, "1" * 5_000, "٣٤", "१२"], dtype=object)
    assert natural_places(labels)[1] < natural_places(labels)[0]


# Labels


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("plain", "plain"),
        (" a  b ", " a  b "),
        ("a\nb\tc\u00a0d", "a b c d"),
        ("a\x00b\u202ec\u200bd", "a\ufffdb\ufffdc\ufffdd"),
        ("=1+1 <b> & ü 学校", "=1+1 <b> & ü 学校"),
        ("x" * 120, "x" * 120),
        ("x" * 100 + "y" * 21, "x" * 80 + "…" + "x" * 18 + "y" * 21),
        ("می\u200cخواهم 👩\u200d🔬 Donau\u00addampf", "می\u200cخواهم 👩\u200d🔬 Donau\u00addampf"),
    ],
)
def test_a_label_is_shown_on_one_line_with_nothing_invisible(label, shown):
    assert short_label(label) == shown


@given(LABELS | st.text(max_size=300))
def test_a_shown_label_is_short_and_printable(label):
    shown = short_label(label)
    assert len(shown) <= LONGEST_LABEL
    assert len(shown) == len(label) or len(label) > LONGEST_LABEL
    assert all(character.isprintable() or character in JOINERS for character in shown)


def test_a_long_name_keeps_both_ends_and_whole_letters():
    assert middle_cut("Saint Mary Elementary School, North", 20) == "Saint Mary El… North"
    assert middle_cut("e\u0301" * 12, 8) == "e\u0301" * 2 + "…" + "e\u0301"


def test_labels_that_are_cut_alike_stay_different_groups():
    labels = ["x" * 90 + middle + "x" * 90 for middle in "abc"]
    scene = scene_of(groups_of([3, 4, 5], labels=labels))
    assert len(set(scene.labels)) == 1
    assert sorted(names(scene)) == labels
    assert sorted(scene.order.tolist()) == [0, 1, 2]


# What groups are called


@pytest.mark.parametrize(
    ("column", "one", "many"),
    [
        ("school", "school", "schools"),
        (" School ", "school", "schools"),
        ("SCHOOL", "school", "schools"),
        ("school_id", "school", "schools"),
        ("Home team", "team", "teams"),
        ("homeTeam", "team", "teams"),
        ("city", "city", "cities"),
        ("day", "day", "days"),
        ("class", "class", "classes"),
        ("batch", "batch", "batches"),
        ("person", "person", "people"),
        ("species", "species", "species"),
        *(
            (odd, "group", "groups")
            for odd in ("", " ", "x", "id", "name", "group", "schools", "学校", "treated", "<b>")
        ),
        *((odd, "group", "groups") for odd in ("a" * 10_000, "1", "\n", "=1+1", "data", "series", "_")),
    ],
)
def test_groups_are_called_after_a_plain_noun_only(column, one, many):
    assert unit_of(column) == Unit(one, many)


@given(st.text(max_size=40))
def test_any_column_name_gives_a_word(column):
    unit = unit_of(column)
    assert unit == Unit() or unit.one in NOUNS


# Estimators in a scene


@pytest.mark.slow
@given(group_data(), st.sampled_from(["", "@own", "@rows", "@name"]), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_scene_holds_what_the_fits_say_in_its_order(data, sort, level):
    scene = scene_of(data, sort=sort, level=level)
    assert scene.own_mean.tolist() == data.mean[scene.order].tolist()
    assert scene.n.tolist() == data.n[scene.order].tolist()
    for series in scene.series:
        fit = scene.comparison[series.id].fit
        assert series.estimate.tolist() == fit.estimate[scene.order].tolist()
        interval = fit.interval(level)
        for end, shown in zip(interval or (None, None), (series.low, series.high), strict=True):
            assert (shown is None) if end is None else shown.tolist() == end[scene.order].tolist()
        assert (series.weight is None) == (fit.weight is None)


def test_the_reference_is_the_first_that_estimates_both_spreads():
    data = groups_of([3, 4, 5, 6])
    assert scene_of(data, BUILT_IN.values()).reference.id == "reml"
    assert scene_of(data, built_in("ml", "reml")).reference.id == "ml"
    assert scene_of(data, built_in("ols", "james_stein")).reference is None
    assert scene_of(data, []).reference is None
    assert scene_of(data, []).center is None
    assert scene_of(data, built_in("james_stein")).center == pytest.approx(
        float(data.n @ data.mean / data.total)
    )


def test_lines_and_own_means_are_told_by_what_they_say():
    scene = scene_of(groups_of([3, 4, 5, 6]))
    assert {s.id for s in scene.series if s.is_line} == {"grand_mean"}
    assert scene.by_id("slope").style.symbol == LINE
    assert {s.id for s in scene.series if s.is_own_mean} == {"ols"}
    apart = scene_of(groups_of([3, 4, 5, 6], spread=0.0), BUILT_IN.values())
    assert {s.id for s in apart.series if s.is_own_mean} == {"ols"}, "the others stay in sight at their limit"


def test_a_mean_of_all_that_happens_to_be_a_groups_own_is_no_own_mean():
    assert [s.is_own_mean for s in scene_of(groups_of([4]), built_in("ols", "grand_mean")).series] == [
        True,
        False,
    ]


def test_a_weight_of_one_alone_makes_no_own_mean():
    class Biased(type(STRANGERS[0])):
        id = "biased"

        def _fit(self, data, options):
            fit = super()._fit(data, options)
            return type(fit)(data.mean + 1.0, weight=np.ones(len(data)))

    assert not scene_of(groups_of([3, 4]), [Biased()]).series[0].is_own_mean


def test_a_failed_fit_is_no_series():
    scene = scene_of(groups_of([3, 4, 5]), [*built_in("ols", "james_stein"), *STRANGERS])
    assert [s.id for s in scene.series] == ["ols", "share", "interval", "slope"]
    assert [r.id for r in scene.comparison.failed] == ["james_stein", "failing"]


def test_a_group_without_an_interval_has_nan_ends_whatever_the_order():
    error = np.ma.masked_equal([1.0, 2.0, -9.0], -9.0)
    partly = type(
        "Partly", (STRANGERS[0].__class__,), {"_fit": lambda self, data, options: GroupFit(data.mean, error)}
    )()
    data = GroupData.from_arrays([1.0, 2.0, 5.0, 6.0, 3.0, 3.5], list("aabbcc"))
    (series,) = scene_of(data, [partly], sort="@own").series
    assert np.isnan(series.low).tolist() == [False, True, False]
    assert type(series.low) is np.ndarray
    np.testing.assert_array_equal(np.isnan(series.high - series.estimate), np.isnan(series.low))


# What is kept


def asked_for(sort="", *, dark=False):
    return {
        "outcome": "score",
        "group": "school",
        "selection_key": "v",
        "sort": sort,
        "dark": dark,
        "show_own": True,
    }


def test_a_scene_is_made_once_for_a_comparison_and_a_sort():
    cache, comparison = SceneCache(styles(BUILT_IN.values())), compare(TIED, built_in("ols"))
    scene = cache.scene(comparison, **asked_for())
    assert cache.scene(comparison, **asked_for()) is scene
    by_name = cache.scene(comparison, **asked_for("@name"))
    assert names(by_name) == ["a", "b2", "b10", "y", "z"]
    assert cache.scene(comparison, **asked_for(dark=True)).dark
    assert cache.scene(compare(TIED, built_in("ols")), **asked_for()) is not scene


def test_a_scene_that_is_still_pending_is_not_kept():
    cache, whole = SceneCache(styles(BUILT_IN.values())), compare(TIED, built_in("ols", "reml"))
    ols, reml = whole.results
    cache.scene(replace(whole, results=(ols, replace(reml, pending=True))), **asked_for())
    assert cache.bytes_held == 0
    cache.scene(whole, **asked_for())
    assert cache.bytes_held > 0


def test_names_are_ordered_once_for_a_dataset(monkeypatch):
    ordered = []
    monkeypatch.setattr(
        scene_cache, "natural_places", lambda labels: ordered.append(labels) or natural_places(labels)
    )
    cache = SceneCache(styles(BUILT_IN.values()))
    for sort in ("", "@name"):
        for ids in (["ols"], ["ols", "reml"]):
            scene = cache.scene(compare(TIED, built_in(*ids)), **asked_for(sort))
            assert [TIED.labels[k] for k in scene.order[np.argsort(scene.name_place)]] == sorted(
                TIED.labels, key=lambda name: (name[0], int(name[1:] or 0))
            )
    assert len(ordered) == 1


def test_the_scenes_that_are_kept_are_bounded():
    cache, comparison = SceneCache(styles(BUILT_IN.values())), compare(TIED, built_in("ols"))
    first = cache.scene(comparison, **asked_for())
    for i in range(scene_cache.MOST_SCENES - 1):
        cache.scene(comparison, **asked_for(f"nobody {i}"))
    assert cache.scene(comparison, **asked_for()) is first
    cache.scene(comparison, **asked_for("one more"))
    assert cache.scene(comparison, **asked_for()) is first, "it was asked for more lately than others"


def test_the_bytes_of_the_scenes_that_are_kept_are_bounded():
    comparison = compare(TIED, built_in("ols"))
    cache = SceneCache(styles(BUILT_IN.values()), scene_cache.bytes_of_comparison(comparison))
    first = cache.scene(comparison, **asked_for())
    large = cache.scene(comparison, **asked_for("another"))
    assert cache.scene(comparison, **asked_for("another")) is large
    assert cache.scene(comparison, **asked_for()) is not first

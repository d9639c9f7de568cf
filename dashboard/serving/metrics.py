"""`/metrics`: what Prometheus asks for, counted over all visitors; no label and nothing of anybody's data."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import flask

from dashboard.serving.answered import tell_of_answers
from dashboard.storage.quota import bytes_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.serving.answered import Answered
    from dashboard.storage.workspace import Workspace

METRICS: Final = "/metrics"
_MEASURES: Final = "blupboard-measures"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True)
class Measures:
    """What other rooms count, asked for at each look."""

    jobs: Callable[[], Mapping[str, int]]
    """Long jobs by state: how many run and how many wait."""
    cache_bytes: Callable[[], Mapping[str, int]]
    """About what each cache holds, by its name."""
    workers_ended: Callable[[], Mapping[tuple[str, str], int]]
    """Processes that were ended in the middle of a request, by what they were for and why."""


def offer_measures(server: flask.Flask, measures: Measures) -> None:
    """Say where `install_metrics` finds what other rooms count."""
    server.extensions[_MEASURES] = measures


def install_metrics(server: flask.Flask, workspace: Workspace) -> None:
    """Count the answers of a server from now on, and add the route that says so."""
    from prometheus_client import CollectorRegistry, Counter, Histogram
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

    registry = CollectorRegistry()
    answers = Counter(
        "blupboard_requests", "Requests answered.", ("method", "route", "status"), registry=registry
    )
    seconds = Histogram(
        "blupboard_request_seconds",
        "From a request's arrival to the end of its answer.",
        ("route",),
        buckets=_SECONDS,
        registry=registry,
    )

    def count(answered: Answered) -> None:
        answers.labels(answered.method, answered.route, str(answered.status)).inc()
        seconds.labels(answered.route).observe(answered.seconds)

    def metrics() -> flask.Response:
        return flask.Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    registry.register(_Now(workspace, server.extensions[_MEASURES]))
    tell_of_answers(server, count)
    server.add_url_rule(METRICS, "metrics", metrics)


class _Now:
    """What is measured when Prometheus asks; it has the manners of one of its collectors."""

    def __init__(self, workspace: Workspace, measures: Measures) -> None:
        self._workspace = workspace
        self._measures = measures

    def describe(self) -> list[Any]:
        """Nothing is measured before the first look."""
        return []

    def collect(self) -> Iterator[Any]:
        """Each family of numbers, as they are now."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        jobs = GaugeMetricFamily("blupboard_jobs", "Studies and other long jobs.", labels=("state",))
        for state, number in self._measures.jobs().items():
            jobs.add_metric((state,), number)
        caches = GaugeMetricFamily(
            "blupboard_cache_bytes", "About what is kept in memory for reuse.", labels=("cache",)
        )
        for name, size in self._measures.cache_bytes().items():
            caches.add_metric((name,), size)
        ended = CounterMetricFamily(
            "blupboard_workers_ended",
            "Processes that were ended in the middle of a request.",
            labels=("of", "why"),
        )
        for named, number in self._measures.workers_ended().items():
            ended.add_metric(named, number)
        root = self._workspace.root
        kept = bytes_in(root / "owners")
        disk = GaugeMetricFamily("blupboard_kept_bytes", "What is kept on the disk for visitors.", kept)
        free = shutil.disk_usage(root).free
        room = GaugeMetricFamily("blupboard_disk_free_bytes", "What is free on the disk.", free)
        yield from (jobs, caches, ended, disk, room)

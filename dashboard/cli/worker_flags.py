"""The flags that say where draws are fitted: processes of this machine, or a Dask cluster."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.shared import Command, with_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Executor
    from pathlib import Path

EACH = 3
"""Pieces that a worker has at hand: the one that it fits, and two for when that ends."""
CONNECT_SECONDS = 10

_OPTIONS = (
    click.option(
        "--workers",
        type=click.IntRange(1),
        metavar="N",
        help="Fit the draws in N processes of this machine; the numbers are the same for any N.",
    ),
    click.option(
        "--dask", "cluster", metavar="ADDRESS", help="Fit them on a Dask cluster: tcp://SCHEDULER:PORT."
    ),
)


@dataclass(frozen=True)
class Spread:
    """Where draws are fitted, and how many pieces are handed out at once."""

    executor: Executor | None = None
    in_flight: int = EACH


def worker_options(command: Command) -> Command:
    """Add the flags to a command, which gets ``workers`` and ``cluster`` as keywords."""
    return with_options(command, _OPTIONS)


def workers_given(given: Mapping[str, Any], *, needed: bool = True) -> int | str | None:
    """Of a command's keywords how many processes, or the address of a cluster; None: neither.

    Raises:
        ClickException: both were named, or one where nothing is drawn.

    """
    workers, cluster = given["workers"], given["cluster"]
    if workers is not None and cluster is not None:
        raise click.ClickException("--workers and --dask stand in place of each other: leave one of them out")
    found: int | str | None = workers if cluster is None else cluster
    if found is not None and not needed:
        raise click.ClickException("--workers and --dask go with --calibrate and --bootstrap")
    return found


@contextmanager
def spread_of(workers: int | str | None, plugins_dirs: tuple[Path, ...] = ()) -> Iterator[Spread]:
    """So many processes, or the cluster at an address, as long as the context lasts; None or 1: here.

    Raises:
        ClickException: Dask is not installed, or the cluster cannot be used.

    """
    if isinstance(workers, str):
        with _on_cluster(workers) as spread:
            yield spread
    elif workers is None or workers == 1:
        yield Spread()
    else:
        from estimators.fitting.lasting_workers import LastingWorkers

        executor = LastingWorkers(workers, plugins_dirs)
        try:
            yield Spread(executor, EACH * workers)
        finally:
            executor.shutdown(cancel_futures=True)


@contextmanager
def _on_cluster(address: str) -> Iterator[Spread]:
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise click.ClickException("--dask needs Dask: pip install 'blupboard[cluster]'") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"there is no Dask scheduler at {address}: {error}") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise click.ClickException(f"the Dask scheduler at {address} has no workers")
        with client.get_executor() as executor:
            try:
                yield Spread(executor, EACH * threads)
            except KilledWorker as error:
                raise click.ClickException(f"the cluster lost its workers again and again: {error}") from None

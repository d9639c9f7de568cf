"""Find what plugins bring: the built-ins, distributions, single files and objects, all through hooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

import pluggy

from estimators.contract.estimator import Estimator
from estimators.contract.version import STATED_BY, contract_fault
from estimators.errors import OptionError, error_sentence
from estimators.plugins import builtins, hookspecs
from estimators.plugins.admission import KINDS, Contribution, registration_fault
from estimators.plugins.discovery import BUILT_IN, Discovery, PluginFailure, Source
from estimators.plugins.reader import Reader
from estimators.plugins.sample import Sample
from estimators.plugins.view import View

Kind = TypeVar("Kind", bound=Contribution)


@dataclass(frozen=True)
class PluginStatus:
    """One plugin that was found: what of it is there, and what was left out."""

    source: Source
    estimators: tuple[str, ...]
    """Ids of its estimators that are registered, in display order."""
    failures: tuple[PluginFailure, ...]
    """Why something of it was left out; empty when all is well."""
    samples: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    views: tuple[str, ...] = ()


class Registry(Mapping[str, Estimator]):
    """Estimators by id, in display order; the rest of what plugins bring; and what was left out.

    A mapping that nobody can change: ``registry["reml"]`` is the estimator of that id, or a KeyError.
    """

    def __init__(
        self,
        entries: Iterable[tuple[Contribution, Source]],
        failures: Iterable[PluginFailure],
        plugins: Iterable[Source],
        files: Mapping[Path, Source] | None = None,
    ) -> None:
        """Sort the estimators into display order.

        Args:
            entries: what is registered, with the plugin that brings it; ids are distinct within each kind.
            failures: what was left out.
            plugins: every plugin that was found, each once, whatever became of it.
            files: whose code lies in a file, by its resolved path.

        """
        self._entries = list(entries)
        found = (thing for thing, _ in self._entries if isinstance(thing, Estimator))
        ordered = sorted(found, key=lambda estimator: (estimator.order, estimator.id))
        self._estimators = {estimator.id: estimator for estimator in ordered}
        self._sources = {(kind_of(thing), thing.id): source for thing, source in self._entries}
        self.samples: Mapping[str, Sample] = MappingProxyType(self._of_kind(Sample))
        """Datasets to begin with, by id."""
        self.readers: Mapping[str, Reader] = MappingProxyType(self._of_kind(Reader))
        """Readers of further kinds of files, by id."""
        self.views: Mapping[str, View] = MappingProxyType(self._of_kind(View))
        """Pictures of a comparison, by id."""
        self.failures = tuple(failures)
        self.plugins = tuple(plugins)
        self.files = dict(files or {})

    def __getitem__(self, estimator_id: str) -> Estimator:
        return self._estimators[estimator_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._estimators)

    def __len__(self) -> int:
        return len(self._estimators)

    @property
    def at_first(self) -> tuple[Estimator, ...]:
        """The estimators that take part where nobody has chosen, in display order."""
        return tuple(estimator for estimator in self._estimators.values() if estimator.on_at_first)

    def source(self, estimator_id: str) -> Source:
        """Where an estimator comes from.

        Raises:
            KeyError: there is none of that id.

        """
        return self._sources[Estimator, estimator_id]

    def source_of(self, thing: Contribution) -> Source:
        """Where something that is registered comes from.

        Raises:
            KeyError: it is not registered here.

        """
        return self._sources[kind_of(thing), thing.id]

    def statuses(self) -> tuple[PluginStatus, ...]:
        """What became of every plugin that was found: blupboard itself first, then the others by name."""
        return tuple(
            PluginStatus(
                source=source,
                estimators=tuple(name for name in self if self.source(name) == source),
                failures=tuple(failure for failure in self.failures if failure.source == source),
                samples=self._ids_from(Sample, source),
                readers=self._ids_from(Reader, source),
                views=self._ids_from(View, source),
            )
            for source in self.plugins
        )

    def find(self, estimator_id: str) -> Estimator:
        """The estimator of that id.

        Raises:
            OptionError: there is none; the message lists the ids that there are.

        """
        if estimator_id not in self._estimators:
            raise OptionError(
                f"there is no estimator {estimator_id!r}; there are {', '.join(self._estimators)}"
            )
        return self._estimators[estimator_id]

    def with_estimators(self, estimators: Iterable[Estimator]) -> Registry:
        """The same with other objects in place of the estimators of those ids."""
        instead = {estimator.id: estimator for estimator in estimators}
        entries = [
            (instead.get(thing.id, thing) if isinstance(thing, Estimator) else thing, source)
            for thing, source in self._entries
        ]
        return Registry(entries, self.failures, self.plugins, self.files)

    def _of_kind(self, kind: type[Kind]) -> dict[str, Kind]:
        return {thing.id: thing for thing, _ in self._entries if isinstance(thing, kind)}

    def _ids_from(self, kind: type[Contribution], source: Source) -> tuple[str, ...]:
        return tuple(name for (of, name), found in self._sources.items() if of is kind and found == source)


def build_registry(
    plugins_dirs: Iterable[str | Path] = (),
    *,
    entry_points: bool = True,
    files: Iterable[str | Path] = (),
    plugins: Iterable[object] = (),
    built_in: Iterable[object] = (),
) -> Registry:
    """Collect the built-ins and every plugin that loads.

    Built anew by each call; importing something registers nothing. A plugin that fails to load, registers an
    id that is taken, or misspells a hook is left out and told of in ``failures``. An id belongs to the
    built-ins first, then to the first plugin by name, and to ``files`` last.

    Args:
        plugins_dirs: folders whose ``*.py`` files are plugins, save those whose name starts with ``_``.
        entry_points: whether installed distributions with entry points in the group ``blupboard`` take part.
        files: single plugin files besides; one that was found before is not taken twice.
        plugins: objects: instances of Estimator, Sample, Reader or View, or what has functions marked
            ``@hookimpl``, such as a module.
        built_in: further objects with hooks, counted as blupboard's own.

    Raises:
        OptionError: a folder or a file does not exist.

    """
    found = Discovery()
    if entry_points:
        found.look_in_environment()
    for folder in dict.fromkeys(Path(given).resolve() for given in plugins_dirs):
        found.look_in_folder(folder)
    for given in plugins:
        found.take_object(given)
    own = Source(BUILT_IN, BUILT_IN, _own_version())
    sources = [own, *sorted(found.sources, key=lambda source: source.name)]
    carriers = [(own, carrier) for carrier in (builtins, *built_in)]
    loaded = [*carriers, *sorted(found.loaded, key=lambda plugin: plugin[0].name)]
    sorted_sources, sorted_plugins = len(found.sources), len(found.loaded)
    for file in files:
        found.look_at_file(Path(file).resolve())
    sources.extend(found.sources[sorted_sources:])
    loaded.extend(found.loaded[sorted_plugins:])
    entries: dict[tuple[type[Contribution], str], tuple[Contribution, Source]] = {}
    for source, plugin in loaded:
        for thing in _contributions(plugin, source, found.failures):
            if failure := _clash(thing, source, entries):
                found.failures.append(failure)
            else:
                entries[kind_of(thing), thing.id] = (thing, source)
    return Registry(entries.values(), found.failures, sources, found.files)


def _clash(
    thing: Contribution,
    source: Source,
    entries: Mapping[tuple[type[Contribution], str], tuple[Contribution, Source]],
) -> PluginFailure | None:
    """What something else has taken before."""
    taken = entries.get((kind_of(thing), thing.id))
    if taken is not None:
        reason = f"the id {thing.id!r} is taken by {taken[1]}, so that of {source} is left out"
        return PluginFailure(source, reason, "give it an id of its own")
    if not isinstance(thing, Reader):
        return None
    for other, owner in entries.values():
        both = set(map(str.lower, other.suffixes if isinstance(other, Reader) else ()))
        if both := both & set(map(str.lower, thing.suffixes)):
            reason = (
                f"the suffix {min(both)!r} is taken by the reader {other.id} of {owner}, "
                f"so the reader {thing.id} of {source} is left out"
            )
            return PluginFailure(source, reason, "leave out one of the two plugins")
    return None


def kind_of(thing: Contribution) -> type[Contribution]:
    """Which of the kinds something is."""
    return next(kind for kind in KINDS.values() if isinstance(thing, kind))


def _own_version() -> str | None:
    import importlib.metadata

    try:
        return importlib.metadata.version(hookspecs.PROJECT)
    except importlib.metadata.PackageNotFoundError:
        return None


def _contributions(plugin: object, source: Source, failures: list[PluginFailure]) -> list[Contribution]:
    """What one plugin registers, asked on its own so that its failure stays its own."""
    if fault := contract_fault(getattr(plugin, STATED_BY, None)):
        failures.append(PluginFailure(source, fault))
        return []
    if isinstance(plugin, tuple(KINDS.values())):
        return _usable([plugin], kind_of(cast("Contribution", plugin)), source, failures)
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name=source.name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        failures.append(
            PluginFailure(
                source,
                str(error).split(" in plugin <")[0],
                f"the hooks are {', '.join(KINDS)}: mend the spelling",
            )
        )
        return []
    if not manager.get_hookcallers(plugin):
        failures.append(PluginFailure(source, "it has no hook: mark register_estimators with @hookimpl"))
    brought: list[Contribution] = []
    for name, kind in KINDS.items():
        hook = getattr(manager.hook, name)
        if not hook.get_hookimpls():
            continue
        try:
            batches = hook()
            given = [thing for batch in batches for thing in batch]
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin's hook raises is its own fault
            mend = f"{name} must return a list of instances of {kind.__name__}"
            failures.append(PluginFailure(source, error_sentence(error), mend))
            continue
        if not batches:
            what = "estimators" if kind is Estimator else f"instances of {kind.__name__}"
            failures.append(PluginFailure(source, f"its {name} returns no list of {what}"))
        brought += _usable(given, kind, source, failures)
    return brought


def _usable(
    given: list[Any], kind: type[Contribution], source: Source, failures: list[PluginFailure]
) -> list[Contribution]:
    """Those that can be used; why not, of the others."""
    usable: list[Contribution] = []
    for thing in given:
        try:
            fault = registration_fault(thing, kind)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - looking at a plugin's object runs its code
            fault = error_sentence(error)
        if fault is None:
            usable.append(thing)
        else:
            failures.append(PluginFailure(source, fault))
    return usable

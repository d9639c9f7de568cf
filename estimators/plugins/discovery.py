"""Look for plugins, installed or in single files, and import them. What fails is noted, not raised."""

from __future__ import annotations

import importlib.util
import sys
import traceback
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

from estimators.contract.version import contract_fault, contract_in_source
from estimators.errors import OptionError, error_sentence
from estimators.plugins.hookspecs import PROJECT

if TYPE_CHECKING:
    from types import CodeType, ModuleType

BUILT_IN, DISTRIBUTION, OBJECT = "built in", "distribution", "python"


@dataclass(frozen=True)
class Source:
    """Where a plugin comes from."""

    name: str
    """The distribution's name, the file's stem, or ``built in``."""
    origin: str
    """``built in``, ``distribution``, ``python`` (an object), or the path of the file."""
    version: str | None = None

    @property
    def plugin_name(self) -> str:
        """What people call it: its distribution, the stem of its file, or blupboard for the built-ins."""
        return PROJECT if self.is_built_in else self.name

    @property
    def is_built_in(self) -> bool:
        """Whether it is blupboard itself."""
        return self.origin == BUILT_IN

    @property
    def is_foreign(self) -> bool:
        """Whether its code was found, installed or in a file, not handed over by a running program."""
        return self.origin not in (BUILT_IN, OBJECT)

    def __str__(self) -> str:
        if self.is_built_in:
            return "blupboard itself"
        if self.origin == OBJECT:
            return f"the object {self.name}"
        return f"the distribution {self.name}" if self.origin == DISTRIBUTION else f"the file {self.origin}"


@dataclass(frozen=True)
class PluginFailure:
    """A plugin, or one estimator of it, that was left out, and why."""

    source: Source
    reason: str
    mend: str = ""
    """What its author can do about it, where the reason does not say."""


@dataclass
class Discovery:
    """The plugins that were found, in the order in which they were looked for."""

    sources: list[Source] = field(default_factory=list)
    """Every one, whether it could be imported or not."""
    loaded: list[tuple[Source, object]] = field(default_factory=list)
    """Those that could be imported, with what carries their hooks."""
    failures: list[PluginFailure] = field(default_factory=list)
    files: dict[Path, Source] = field(default_factory=dict)
    """Whose code lies in a file."""

    def look_in_environment(self) -> None:
        """Import what installed distributions name under the entry-point group ``blupboard``."""
        import importlib.metadata

        for point in importlib.metadata.entry_points(group=PROJECT):
            dist = point.dist
            source = Source(dist.name if dist else point.name, DISTRIBUTION, dist.version if dist else None)
            self._load(source, point.load)

    def take_object(self, plugin: object) -> None:
        """Take something that a program hands over; its name is that of the module or the class."""
        source = Source(getattr(plugin, "__name__", type(plugin).__name__), OBJECT)
        if source not in self.sources:
            self.sources.append(source)
        self.loaded.append((source, plugin))

    def look_in_folder(self, folder: Path) -> None:
        """Import the ``*.py`` files of a folder, save those whose name starts with ``_``.

        Raises:
            OptionError: the folder does not exist.

        """
        if not folder.is_dir():
            raise OptionError(f"the plugins folder {str(folder)!r} does not exist")
        for path in sorted(folder.glob("[!_]*.py")):
            self.look_at_file(path)

    def look_at_file(self, path: Path) -> None:
        """Import one file, unless it was found before.

        Raises:
            OptionError: the file does not exist.

        """
        resolved = path.resolve()
        if resolved in self.files:
            return
        if not resolved.is_file():
            raise OptionError(f"the plugin file {str(path)!r} does not exist")
        source = Source(path.stem, str(path))
        self.files[resolved] = source
        self._load(source, lambda: _load_file(path))

    def _load(self, source: Source, load: Callable[[], object]) -> None:
        if source not in self.sources:
            self.sources.append(source)
        try:
            plugin = load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin's import raises is its own fault
            if fault := _contract_fault(error):
                self.failures.append(PluginFailure(source, fault))
                return
            reason = f"importing it failed with {error_sentence(error)}"
            self.failures.append(PluginFailure(source, reason, _how_to_mend(error)))
            return
        self.loaded.append((source, plugin))
        file = getattr(plugin, "__file__", None)
        if isinstance(file, str):
            self.files.setdefault(Path(file).resolve(), source)


def _contract_fault(error: BaseException) -> str | None:
    """That a plugin whose import failed is written for a newer contract, where it says so in its text."""
    for frame in traceback.extract_tb(error.__traceback__):
        try:
            stated = contract_in_source(Path(frame.filename).read_text("utf-8"))
        except (OSError, SyntaxError, ValueError):  # no file, or none that can be read: it states nothing
            continue
        if fault := contract_fault(stated):
            return fault
    return None


def _how_to_mend(error: BaseException) -> str:
    """What the author of a plugin can do about an import that failed."""
    if isinstance(error, SyntaxError):
        return f"mend line {error.lineno} of {Path(error.filename or 'the file').name}"
    frames = traceback.extract_tb(error.__traceback__)
    where = f"line {frames[-1].lineno} of {Path(frames[-1].filename).name}" if frames else "the file"
    if isinstance(error, ModuleNotFoundError):
        return f"install {error.name}, or mend the import that asks for it"
    if isinstance(error, SystemExit):
        return f"what runs at import must not exit: move {where} into a function"
    return f"mend {where}"


class _SourceLoader(SourceFileLoader):
    """Reads the file itself each time: leaves no ``__pycache__`` beside it and takes no old one for it."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the file as it is now."""
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


def _load_file(path: Path) -> ModuleType:
    """Import a file under a name of its own, so that two folders may hold files of the same name."""
    name = f"_blupboard_plugin_{path.stem}_{zlib.crc32(str(path).encode()):08x}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_SourceLoader(name, str(path)))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module

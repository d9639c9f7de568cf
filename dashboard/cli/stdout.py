"""Stdout is for a command's answer: what plugins print meanwhile goes to stderr, with their names."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, ClassVar, TextIO

import click

from dashboard.cli.shared import reading_files, remark

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from estimators import Registry

MOST_LINES = 20
"""What one plugin prints is shown up to here; of the rest, the number of lines."""
SOMEONE = "(unknown)"


def load_plugins(plugins_dirs: tuple[Path, ...]) -> Registry:
    """The registry; from here to the end of the command, stdout is kept for :func:`to_stdout`.

    Raises:
        OptionError: a folder does not exist.

    """
    return click.get_current_context().with_resource(Overheard()).load(plugins_dirs)


def to_stdout(content: bytes) -> None:
    """Write all of ``content`` to stdout as it is.

    Raises:
        OSError: the reader has left (BrokenPipeError) or the disk is full.

    """
    with Overheard.stdout_back():
        sys.stdout.flush()
        rest = memoryview(content)
        while rest:
            # an unbuffered stdout takes as much as the pipe holds and says how much that was
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()


def write_answer(pieces: Iterable[bytes], output: Path | None) -> None:
    """Write a command's answer to a file, or where none is named to stdout.

    The first piece is made before anything is written: what is wrong by then leaves a file as it is.

    Raises:
        ClickException: the file cannot be written. OSError: as :func:`to_stdout`.

    """
    rest = iter(pieces)
    whole = chain([next(rest)], rest)
    if output is None:
        for piece in whole:
            to_stdout(piece)
    else:
        with reading_files(), output.open("wb") as file:
            file.writelines(whole)


class Overheard(io.RawIOBase):
    """Stands in for stdout and tells on stderr, line by line, what was printed and which plugin did it.

    The file descriptor leads to stderr too, so that neither compiled code nor a child process gets through.
    """

    name = "<stdout>"
    current: ClassVar[Overheard | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.registry: Registry | None = None
        self.lines: dict[str, int] = {}
        """How many lines each plugin has printed."""
        self._rest: dict[str, bytes] = {}
        self._lock = threading.RLock()
        self._stream = io.TextIOWrapper(self, "utf-8", "backslashreplace", newline="\n", write_through=True)
        self._stdout: TextIO = sys.stdout
        self._descriptor: int | None = None

    def __enter__(self) -> Overheard:
        Overheard.current = self
        self._cover()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        Overheard.current = None
        self._uncover()
        for name in list(self._rest):
            self._tell(name, b"\n")
        for name, count in self.lines.items():
            if count > MOST_LINES:
                remark(f"plugin {name} printed {count - MOST_LINES:,} more lines, which are not shown")

    def load(self, plugins_dirs: tuple[Path, ...], files: tuple[Path, ...] = ()) -> Registry:
        """Find the plugins, and know them by name from here on.

        Raises:
            OptionError: a folder or a file does not exist.

        """
        from dashboard.plugin_host.collect_plugins import collect

        self.registry = collect(plugins_dirs, files=files)
        return self.registry

    @classmethod
    @contextmanager
    def stdout_back(cls) -> Iterator[None]:
        """Give stdout back for a moment, to write the answer."""
        current = cls.current
        if current is None:
            yield
            return
        current._uncover()
        try:
            yield
        finally:
            current._cover()

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    def fileno(self) -> int:
        """Where a child process may write."""
        return sys.stderr.fileno()

    def write(self, data: ReadableBuffer, /) -> int:
        """Tell of the lines that are complete, and keep the rest."""
        given = bytes(data)
        self._tell(self._speaker(), given)
        return len(given)

    def _tell(self, name: str, given: bytes) -> None:
        with self._lock:
            *lines, rest = (self._rest.pop(name, b"") + given).split(b"\n")
            if rest:
                self._rest[name] = rest
            for line in filter(bytes.strip, lines):
                self.lines[name] = self.lines.get(name, 0) + 1
                if self.lines[name] <= MOST_LINES:
                    remark(f"plugin {name} printed: {line.decode('utf-8', 'replace')}")

    def _speaker(self) -> str:
        """The plugin whose code runs: looked up on the call stack, so that nobody pays who prints nothing."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            for word in ("self", "estimator", "source", "kind"):
                if name := self._name(frame.f_locals.get(word)):
                    return name
            frame = frame.f_back
        return SOMEONE

    def _name(self, found: object) -> str | None:
        """The name of the plugin that a value on the call stack stands for."""
        from dashboard.ingest import ForeignKind
        from estimators import Estimator, Result, Source

        if isinstance(found, Source):
            return found.name
        if isinstance(found, ForeignKind):
            return found.plugin
        estimator = found.estimator if isinstance(found, Result) else found
        if not isinstance(estimator, Estimator):
            return None
        if self.registry is None or self.registry.get(estimator.id) is not estimator:
            return estimator.id
        return self.registry.source(estimator.id).name

    def _cover(self) -> None:
        self._stdout = sys.stdout
        with contextlib.suppress(OSError):  # without a stdout or stderr there is nothing to keep apart
            self._stdout.flush()
            saved = os.dup(1)
            os.dup2(2, 1)
            self._descriptor = saved
        sys.stdout = self._stream

    def _uncover(self) -> None:
        for stream in (self._stdout, sys.__stdout__):
            # what fails here is not the answer: that is flushed, and its failure told, in to_stdout
            with contextlib.suppress(OSError):
                if stream is not None and not stream.closed:
                    stream.flush()
        if self._descriptor is not None:
            os.dup2(self._descriptor, 1)
            os.close(self._descriptor)
            self._descriptor = None
        sys.stdout = self._stdout

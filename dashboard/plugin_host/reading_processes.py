"""Reading files that came from elsewhere in processes of their own, with limits on time and memory.

A small file can make the libraries that read it take any time and any memory, and stop at nothing but the end
of their process. Here that costs the one file, in a sentence.
"""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Final, cast

from dashboard.ingest import AS_FOUND, UnreadableFile, store_table
from dashboard.ingest.plugin_kinds import kind_of
from dashboard.plugin_host.worker_processes import PoolClosed, PoolFull, ProcessEnded, WorkerPool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dashboard.ingest import ForeignKind, Reading, Table
    from dashboard.ingest.raw_rows import RawRows

AT_ONCE: Final = 2
"""Files that are read at the same time."""
WAITING: Final = 2
"""Files that wait for their turn; more are turned away, so that half of the server's threads stay free."""
SECONDS: Final = 60.0
"""How long a small file may take; 30,000 columns by 500 rows take 8 s of a core (measured)."""
SECONDS_OF_A_BYTE: Final = 150 / 2**30
"""What each byte of a file adds to that."""
MOST_BYTES: Final = 2**30
"""Of memory while a file is read; 30,000 columns by 500 rows take 0.7 to 0.98 GB (measured)."""
MOST_IDLE_BYTES: Final = 400 * 2**20
"""Of a process that waits for the next file; one that keeps more is ended."""
_MODULE: Final = "dashboard.plugin_host.read_worker"


class ReadingProcesses:
    """Reads files as `ingest.store_table` and `raw_rows` do, each in a process that is free."""

    def __init__(
        self,
        kinds: Sequence[ForeignKind] = (),
        *,
        seconds: float = SECONDS,
        most_bytes: int = MOST_BYTES,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
    ) -> None:
        """Nothing is started before the first file comes. Files of `kinds` are read by their plugins."""
        self._kinds = kinds
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._pool = WorkerPool(_MODULE, processes=at_once, waiting=waiting, most_idle_bytes=MOST_IDLE_BYTES)

    def store(self, source: Path, *, name: str, target: Path, reading: Reading = AS_FOUND) -> Table:
        """As `ingest.store_table`; raises UnreadableFile too where the file takes too long or too much."""
        if kind_of(name, self._kinds) is not None:
            return store_table(source, name=name, target=target, kinds=self._kinds, reading=reading)
        given = {"source": source, "name": name, "target": target, "reading": reading}
        return cast("Table", self._read("store", given, source, name))

    def raw(
        self,
        source: Path,
        *,
        name: str,
        folder: Path,
        reading: Reading = AS_FOUND,
        line: int | None = None,
    ) -> RawRows | None:
        """As `ingest.raw_rows.raw_rows`; None too where the file takes too long or too much."""
        if kind_of(name, self._kinds) is not None:
            return None
        given = {"source": source, "name": name, "folder": folder, "reading": reading, "line": line}
        try:
            return cast("RawRows | None", self._read("raw", given, source, name))
        except UnreadableFile:
            return None

    @property
    def ended(self) -> Mapping[str, int]:
        """How many processes were ended in the middle of a file, by why."""
        return self._pool.ended

    def close(self) -> None:
        """End all processes; whoever waits for one is told so."""
        self._pool.close()

    def _read(self, function: str, given: dict[str, object], source: Path, name: str) -> object:
        answer = self._answer((function, given), source.stat().st_size, name)
        if isinstance(answer, tuple) and answer[0] is UnreadableFile:
            message, line, suggestion = answer[1]
            raise UnreadableFile(message, line=line, **suggestion)
        if isinstance(answer, tuple) and answer[0] is OSError:
            raise OSError(*answer[1])
        return answer

    def _answer(self, request: object, size: int, name: str) -> object:
        seconds = self._seconds + size * SECONDS_OF_A_BYTE
        try:
            with self._pool.turn() as (process, _):
                return process.ask(request, seconds, self._most_bytes)
        except PoolFull:
            raise UnreadableFile(
                f"{name} was not read, as the server is reading others: try again in a moment."
            ) from None
        except PoolClosed:
            raise UnreadableFile("The server is closing: try again in a moment.") from None
        except queue.Empty:
            raise UnreadableFile(
                f"Reading {name} takes more than the {self._seconds:g} seconds that a file may take here: "
                "leave out columns that are not needed, or save it as CSV, not packed."
            ) from None
        except MemoryError:
            raise UnreadableFile(
                f"Reading {name} takes more than the {self._most_bytes / 2**30:.3g} GB of memory that a file "
                "may take here: leave out columns that are not needed."
            ) from None
        except ProcessEnded as error:
            raise UnreadableFile(
                f"{name} ended the program that reads files: save it again, or as CSV."
            ) from error

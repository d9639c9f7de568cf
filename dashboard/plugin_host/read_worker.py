"""The process in which uploads are read: ``python -m dashboard.plugin_host.read_worker``.

It reads pickled requests from stdin and writes a pickled answer to each to stdout. It ends when stdin does,
in the middle of a file too.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.ingest import UnreadableFile, store_table
from dashboard.ingest.raw_rows import raw_rows

FUNCTIONS: dict[str, Callable[..., object]] = {"store": store_table, "raw": raw_rows}
_LENGTH = 8


def answer_to(name: str, arguments: dict[str, Any]) -> object:
    """What a function gave, or the error with which it ended; others than these are a fault of ours."""
    try:
        return FUNCTIONS[name](**arguments)
    except UnreadableFile as error:
        return UnreadableFile, (str(error), error.line, error.suggestion)
    except OSError as error:
        return OSError, (error.errno, error.strerror)


def main() -> None:
    """Keep stdin and stdout for requests and answers, and serve; the server ends this process, not Ctrl+C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_take_requests, args=(requests, waiting), daemon=True).start()
    while True:
        packed = pickle.dumps(answer_to(*waiting.get()))
        answers.write(len(packed).to_bytes(_LENGTH, "little") + packed)
        answers.flush()


def _take_requests(requests: BinaryIO, waiting: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            waiting.put(pickle.load(requests))  # noqa: S301 - the server sends it
    except EOFError:  # the server has ended: nobody wants an answer any more
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()

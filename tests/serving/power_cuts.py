"""A disk that forgets: what may be left of a folder where the power fails, from what was done to it.

Every call that changes the tree, and every fsync, is noted as it is made. What a file holds outlives a power
cut once the file was synced after it was written, a name once its folder was; all else may have reached the
disk or not, in any order, files with none, half, or zeros of their bytes (Pillai et al. 2014, All file
systems are not created equal, OSDI). A rename is there as a whole or not at all.
"""

from __future__ import annotations

import itertools
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """Something that was done: `what` is name, move, drop, data, sync, or done, with a word of the test's."""

    what: str
    of: object
    name: str = ""
    to: object = None
    given: object = None


class Recorder:
    """Notes in `steps` what is done to the folder `root` while it is `watching`."""

    def __init__(self, root):
        self.root = root
        self.steps = []
        self._numbers = {}
        self._count = itertools.count()
        self._folders, self._files = self._look()

    def done(self, word):
        """Note that the program has said so."""
        self._notice()
        self.steps.append(Step("done", word))

    @contextmanager
    def watching(self, monkeypatch):
        with monkeypatch.context() as patched:
            for call in ("rename", "replace", "mkdir", "unlink", "remove", "rmdir", "link"):
                patched.setattr(os, call, self._noticed(getattr(os, call)))
            patched.setattr(os, "fsync", self._sync)
            yield self
        self._notice()

    def _noticed(self, call):
        def noticed(*arguments, **named):
            self._notice()
            try:
                return call(*arguments, **named)
            finally:
                self._notice()

        return noticed

    def _sync(self, opened):
        self._notice()
        self.steps.append(Step("sync", self._number(os.fstat(opened))))

    def _number(self, status):
        """Of a file or folder; one that takes the place of another that is gone has another."""
        key = status.st_ino, stat.S_ISDIR(status.st_mode)
        return self._numbers.setdefault(key, (*key, next(self._count)))

    def _look(self):
        folders, files = {}, {}
        for path, below, names in os.walk(self.root):
            own = self._number(os.lstat(path))
            folders[own] = {}
            for name in (*below, *names):
                status = (Path(path) / name).lstat()
                number = folders[own][name] = self._number(status)
                if name in names:
                    files[number] = (status.st_mtime_ns, status.st_size, Path(path) / name)
        return folders, files

    def _notice(self):
        before, (folders, files) = self._folders, self._look()
        was = {number: (own, name) for own, names in before.items() for name, number in names.items()}
        there = {number for names in folders.values() for number in names.values()}
        self._notice_content(files)
        moved = set()
        for own, names in folders.items():
            for name, number in names.items():
                if before.get(own, {}).get(name) == number:
                    continue
                source = was.get(number)
                if source is None or folders.get(source[0], {}).get(source[1]) == number:
                    self.steps.append(Step("name", own, name, given=(number, number in folders)))
                else:
                    moved.add(source)
                    self.steps.append(Step("move", own, name, source, (number, number in folders)))
        for own, names in before.items():
            for name, number in names.items():
                if (own, name) not in moved and name not in folders.get(own, {}):
                    self.steps.append(Step("drop", own, name, given=number))
        for gone in set(was) - there:
            self._numbers.pop(gone[:2], None)
        self._folders, self._files = folders, files

    def _notice_content(self, files):
        for number, (written, size, path) in files.items():
            if self._files.get(number, (None, None))[:2] != (written, size):
                self.steps.append(Step("data", number, given=path.read_bytes()))

    def left_after(self, count, rng, likely):
        """The files and folders that may be there if the power fails after so many steps.

        Each step that nothing had synced has reached the disk with the chance `likely`. Gives bytes by path,
        None for a folder.
        """
        steps = self.steps[:count]
        synced, lasting = set(), [False] * len(steps)
        for at in range(len(steps) - 1, -1, -1):
            if steps[at].what == "sync":
                synced.add(steps[at].of)
            lasting[at] = steps[at].of in synced
        names, data, folders = {}, {}, set()
        for step, lasts in zip(steps, lasting, strict=True):
            reached = lasts or rng.random() < likely
            if step.what == "data" and reached:
                data[step.of] = step.given if lasts else _torn(step.given, rng, likely)
            elif step.what in ("name", "move"):
                if step.given[1]:
                    folders.add(step.given[0])
                if reached:
                    if step.what == "move":
                        names.get(step.to[0], {}).pop(step.to[1], None)
                    names.setdefault(step.of, {})[step.name] = step.given[0]
            elif step.what == "drop" and reached:
                names.get(step.of, {}).pop(step.name, None)
        return dict(_tree(self._number(os.lstat(self.root)), "", names, data, folders))


def _tree(own, path, names, data, folders):
    for name, number in names.get(own, {}).items():
        below = f"{path}/{name}"
        if number in folders:
            yield below, None
            yield from _tree(number, below, names, data, folders)
        else:
            yield below, data.get(number, b"")


def _torn(content, rng, likely):
    if likely == 1:
        return content
    return rng.choice([content, b"", content[: len(content) // 2], bytes(len(content))])


def lay(tree, root):
    """Make the folder `root` hold what `left_after` gave."""
    root.mkdir(mode=0o700)
    for path, content in tree.items():
        target = root / path.lstrip("/")
        if content is None:
            target.mkdir(mode=0o700)
        else:
            target.write_bytes(content)

"""Passwords as lines that do not tell them, by scrypt, and files of such lines."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from estimators.errors import BlupboardError

if TYPE_CHECKING:
    from pathlib import Path

SHORTEST: Final = 8
"""Characters of a new password at least (NIST SP 800-63B, section 5.1.1.1)."""
MOST_LINES: Final = 10
"""Of a file: whoever comes with a wrong password has each of them computed."""
_COST: Final = (2**14, 8, 5)
"""n, r and p: 16 MB and some tenths of a second (OWASP, Password Storage Cheat Sheet)."""
_MOST_COST: Final = (2**18, 16, 16)
_BYTES: Final = 32
_LONGEST: Final = 1_000
"""Characters of a password at most that are looked at."""


class UnusablePasswords(BlupboardError):
    """A file of passwords cannot be used, or a password is none; the message is one sentence."""


@dataclass(frozen=True)
class HashedPassword:
    """What is kept of a password; `str` gives its line."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def fits(self, password: str) -> bool:
        """Whether this is what is kept of `password`; takes as long either way."""
        return hmac.compare_digest(_scrypt(password, self.salt, self.n, self.r, self.p), self.digest)

    def __str__(self) -> str:
        salt, digest = (base64.b64encode(part).decode() for part in (self.salt, self.digest))
        return f"scrypt${self.n}${self.r}${self.p}${salt}${digest}"


def hash_password(password: str) -> HashedPassword:
    """What is kept of a new password. Raises UnusablePasswords where it is too short or too long."""
    if not SHORTEST <= len(password) <= _LONGEST:
        raise UnusablePasswords(f"A password has {SHORTEST} to {_LONGEST:,} characters.")
    salt = secrets.token_bytes(16)
    return HashedPassword(*_COST, salt, _scrypt(password, salt, *_COST))


def read_passwords(path: Path) -> tuple[HashedPassword, ...]:
    """The lines of a file, but for empty ones and those that begin with `#`. Raises UnusablePasswords."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusablePasswords(f"The file of passwords {path} cannot be read.") from error
    numbered = [(n, line.strip()) for n, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    if not 1 <= len(numbered) <= MOST_LINES:
        raise UnusablePasswords(
            f"The file of passwords {path} has {len(numbered)} of them, and may have 1 to {MOST_LINES}: "
            "blupboard hash-password writes one."
        )
    return tuple(_parsed(line, f"{path}, line {number}") for number, line in numbered)


def _parsed(line: str, where: str) -> HashedPassword:
    kind, *fields = line.split("$")
    try:
        n, r, p = map(int, fields[:3])
        salt, digest = (base64.b64decode(field, validate=True) for field in fields[3:])
    except ValueError:  # too few or too many fields too
        kind = ""
    if kind != "scrypt" or not _is_sound((n, r, p)) or len(salt) < 8 or len(digest) != _BYTES:
        raise UnusablePasswords(f"{where} is no line of a password: blupboard hash-password writes one.")
    return HashedPassword(n, r, p, salt, digest)


def _is_sound(cost: tuple[int, int, int]) -> bool:
    n = cost[0]
    return (
        n > 1
        and n & (n - 1) == 0
        and all(0 < part <= most for part, most in zip(cost, _MOST_COST, strict=True))
    )


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    text = unicodedata.normalize("NFC", password[:_LONGEST]).encode("utf-8", "surrogatepass")
    memory = 128 * r * (n + p + 2) + 2**20
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, dklen=_BYTES, maxmem=memory)

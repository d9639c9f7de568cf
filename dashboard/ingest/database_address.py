"""Addresses of databases: what logs in comes from the environment, and is never said again.

Other people of a machine can see what stands on a command line. So a password stands in no address: the
database's own programs have it from ``PGPASSWORD`` or ``~/.pgpass``, or an address names the variable that
holds it, or that holds the whole of it: ``${NAME}``.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGINES = ("duckdb", "sqlite", "postgresql")
_REFERENCE = re.compile(r"\$\{(\w+)\}")
_SECRETS = ("password", "sslpassword")
"""What a query of an address may hold, of libpq's parameters."""


def resolved_address(given: str, environment: Mapping[str, str] = os.environ) -> str:
    """The address with the variables that it names filled in.

    Raises:
        UnreadableFile: a password that is no variable, a variable that is not set, no such engine, or an
            address that cannot be read; none of them is repeated.

    """
    given = given.strip()
    whole = _REFERENCE.fullmatch(given)
    if whole:
        address = _value(whole[1], environment).strip()
    else:
        if any(secret and not _REFERENCE.fullmatch(secret) for secret in _secrets_in(given)):
            raise UnreadableFile(
                "The address holds a password: leave it out and set PGPASSWORD, use ~/.pgpass, or name the "
                "variable that holds it, as in ${NAME}."
            )
        address = _REFERENCE.sub(lambda found: quote(_value(found[1], environment), safe=""), given)
    _secrets_in(address)
    engine_of(address)
    return address


def engine_of(address: str) -> str:
    """What the database is. Raises UnreadableFile where that is none of ENGINES."""
    scheme = address.partition("://")[0].lower()
    engine = "postgresql" if scheme == "postgres" else scheme
    if engine not in ENGINES:
        known = ", ".join(f"{name}://" for name in ENGINES)
        raise UnreadableFile(
            f"Connections are to {known}: of another engine hand a table of Ibis to GroupData.from_frame."
        )
    return engine


def without_secrets(text: str, address: str) -> str:
    """A text in which no password of the address is left."""
    for secret in filter(None, _secrets_in(address)):
        text = text.replace(secret, "...").replace(unquote(secret), "...")
    return text


def _secrets_in(address: str) -> list[str | None]:
    """The passwords of an address as they stand there. Raises UnreadableFile where it cannot be read."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise UnreadableFile("The address of the database cannot be read: see docs/scaling.md.") from None
    if parts.scheme in {"duckdb", "sqlite"}:
        return []
    return [parts.password, *(value for name, value in parse_qsl(parts.query) if name in _SECRETS)]


def _value(name: str, environment: Mapping[str, str]) -> str:
    if not (value := environment.get(name, "")):
        raise UnreadableFile(f"The address of the database names the variable {name}, which is not set.")
    return value

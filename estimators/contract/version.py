"""The version of the contract between blupboard and its plugins, and which of it a plugin asks for."""

from __future__ import annotations

import ast
import re

CONTRACT = "0.2"
"""What this blupboard offers to plugins; docs/plugins.md says from which version each name is there."""
STATED_BY = "blupboard_contract"
"""The name under which a plugin states the contract that it is written for."""
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9})*")


def contract_fault(stated: object) -> str | None:
    """Why a plugin that states this contract cannot be used here; None where it can, or states nothing."""
    if stated is None:
        return None
    if not isinstance(stated, str) or not _VERSION.fullmatch(stated):
        return f"{STATED_BY} must be text such as {CONTRACT!r}, not {stated!r}"
    if _numbers(stated) <= _numbers(CONTRACT):
        return None
    return (
        f"it is written for contract {stated} of blupboard, and the one installed here offers {CONTRACT}: "
        "update blupboard"
    )


def contract_in_source(source: str) -> object:
    """What the text of a module states as its contract, without running it; None where it states nothing.

    Raises:
        SyntaxError: the text is no Python.

    """
    for line in ast.parse(source).body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
            names = [target.id for target in line.targets if isinstance(target, ast.Name)]
            if STATED_BY in names:
                return line.value.value
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

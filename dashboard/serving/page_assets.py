"""The page's own scripts and styles, which a browser keeps under an address with the version of them all."""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "assets"
_ROOT = "assets"


def version(folder: Path) -> str:
    """Another one for every change of what is in a folder."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


URL = f"{_ROOT}/{version(FOLDER)}"
"""Where they are, beside the page."""
UNDER = f"/{_ROOT}/"
"""What paths of theirs begin with, in any version."""
KEPT = "public, max-age=31536000, immutable"
"""How long a browser keeps them: for good."""

"""``blupboard new-plugin``: a working distribution to start from."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from pathlib import Path
from string import Template

import click

from dashboard.cli.shared import reading_files
from dashboard.cli.stdout import to_stdout

TEMPLATES = Path(__file__).parent / "plugin_template"
LONGEST_NAME = 60


@click.command("new-plugin")
@click.argument("name")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
def new_plugin_command(name: str, folder: Path | None) -> None:
    """Write a plugin to start from: a distribution NAME in the new folder DIR, which is NAME by default.

    It works as it is: install it with pip, and its estimator is on the page.
    """
    words = _words(name)
    target = Path(name) if folder is None else folder
    _check_folder(target)
    module = words["module"]
    places = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        "module.py": f"{module}.py",
        "test_module.py": f"tests/test_{module}.py",
    }
    with reading_files():
        (target / "tests").mkdir(parents=True, exist_ok=True)
        for template, place in places.items():
            text = Template((TEMPLATES / f"{template}.template").read_text(encoding="utf-8"))
            (target / place).write_text(text.substitute(words), encoding="utf-8", newline="\n")
    to_stdout(
        f"{target} holds the plugin {name}: its method is in {target / places['module.py']}.\n"
        f"Install it with: pip install --editable {target}\n"
        f"Then check it with: blupboard check-plugin {name}\n".encode()
    )


def _check_folder(folder: Path) -> None:
    """Refuse to write over what is there.

    Raises:
        ClickException: the folder holds something, or is none.

    """
    if folder.exists() and not folder.is_dir():
        raise click.ClickException(f"{str(folder)!r} is a file: name a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise click.ClickException(f"the folder {str(folder)!r} is not empty: name a new one")


def _words(name: str) -> dict[str, str]:
    """What the templates are filled with.

    Raises:
        ClickException: the name cannot be that of a distribution, a module and an estimator.

    """
    if not re.fullmatch(r"[A-Za-z]([A-Za-z0-9._-]*[A-Za-z0-9])?", name) or len(name) > LONGEST_NAME:
        raise click.ClickException(
            f"{name!r} cannot be a name: use up to {LONGEST_NAME} letters, digits, dots, dashes and "
            "underscores, starting with a letter and ending with a letter or digit, as in my-estimator"
        )
    parts = re.split(r"[._-]+", name.lower())
    module = "_".join(parts)
    if keyword.iskeyword(module) or _is_taken(module):
        raise click.ClickException(
            f"there is a Python module {module} already: choose another name, such as {name}-estimator"
        )
    from estimators import build_registry

    registry = build_registry(entry_points=False)
    if module in registry:
        raise click.ClickException(
            f"{module!r} is the id of an estimator of blupboard: choose another name, such as my-{name}"
        )
    return {
        "name": name,
        "module": module,
        "id": module,
        "label": " ".join(parts).capitalize(),
        "class_name": "".join(part.capitalize() for part in parts) + "Method",
    }


def _is_taken(module: str) -> bool:
    """Whether importing that name would find something else."""
    if module in sys.stdlib_module_names:
        return True
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None

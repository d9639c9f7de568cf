"""Files for the command line to read."""

import pytest


@pytest.fixture
def file(tmp_path):
    """Write a file and give its path."""

    def write(text, name="scores.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return write


@pytest.fixture
def shelf(tmp_path):
    """Write plugin files into a folder and give the folder."""
    folder = tmp_path / "shelf"
    folder.mkdir()

    def fill(**texts):
        for name, text in texts.items():
            (folder / f"{name}.py").write_text(text)
        return folder

    return fill

"""What a file is by its first bytes, whatever stands before; a rule that tried all ways would never end."""

import pytest

from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.magic import kind_of_content, refuse_foreign

COMMENTS = b"<!-- a - b -- c -->\n" * 200
REMARKS = b"/* a * b ** c */;\n-- d\n" * 200


def test_a_page_begins_behind_its_comments():
    assert kind_of_content(COMMENTS + b"<table>") == "web_page"
    assert kind_of_content(COMMENTS + b"g,y\n") is None
    assert kind_of_content(COMMENTS + b"<!-- <table>") is None


def test_a_script_of_a_database_begins_behind_its_remarks():
    with pytest.raises(UnreadableFile, match="script of a database"):
        refuse_foreign(REMARKS + b"INSERT INTO t", "x.sql")
    refuse_foreign(REMARKS + b"g,y\n", "x.csv")

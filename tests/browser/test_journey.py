"""The main job from end to end."""

from tests.browser.board import table


def test_a_first_visitor_sees_the_worked_example(board):
    assert len(table(board)) == 6
    assert "42%" in board.inner_text("#headline")

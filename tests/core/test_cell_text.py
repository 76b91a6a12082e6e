"""No text becomes a formula in a spreadsheet, and what is guarded can be read again."""

import duckdb
import pytest

from xinheng.core.cell_text import guarded, guarded_sql, unguarded

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=5", "-1.2.3", "--5"]
PLAIN = ["", "-", "=", "-5", "+0.5", "文字", "1-1", "'x", "甲=乙"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_text(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_numbers_signs_and_words_stay(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


def test_the_expression_agrees() -> None:
    with duckdb.connect() as engine:
        written = FORMULAS + PLAIN
        found = engine.execute(
            f"SELECT {guarded_sql('t')} FROM (SELECT unnest(?) AS t)", [written]
        ).fetchall()
    assert [row[0] for row in found] == [guarded(text) for text in written]

"""The key of a document number is the same in Python, in DuckDB that intake uses, and in PostgreSQL."""

import duckdb
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.document_no import document_key, document_key_sql
from xinheng.intake.cells import define

SIGNS = "汴罚号字〔〕﹝﹞［］[]【】（）()0７Ａａaz-－_'% \t\n\r\x0b\x0c\u00a0\u2002\u2003\u2009\u200b\u3000\ufeffßé"
WRITTEN = [*SIGNS, "汴市监罚【2026】 ７号", "xk－ａ１ b", "", "汴罚〔2026〕1-7号"]


@pytest.mark.django_db
def test_the_database_and_python_agree() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {document_key_sql('t')} FROM unnest(%s::text[]) AS found (t)", [WRITTEN])
        assert [row[0] for row in cursor.fetchall()] == [document_key(text) for text in WRITTEN]


@given(st.lists(st.text(SIGNS, max_size=12), min_size=1, max_size=20))
def test_intake_and_python_agree(written: list[str]) -> None:
    with duckdb.connect() as engine:
        define(engine)
        found = engine.execute("SELECT document_key(t) FROM (SELECT unnest(?) AS t)", [written]).fetchall()
    assert [row[0] for row in found] == [document_key(text) for text in written]

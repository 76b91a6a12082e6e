"""Fetches the rows of one declared table or view from a PostgreSQL database, from the cursor on, and never writes there."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from xinheng.core.refusal import Refusal
from xinheng.interfaces.exchange.addresses import (
    CONNECT_SECONDS,
    Deadline,
    address_of,
    authorities,
    explained,
)
from xinheng.interfaces.exchange.paging import too_many, too_many_of_one, value_of
from xinheng.services.connectors import Errand, Fetched

_Connection = psycopg.Connection[tuple[object, ...]]


def fetch(errand: Errand, work: Path) -> Fetched | None:
    """Rows as CSV in ``work``; at most ``max_rows``, the rest comes with the next fetch where there is a cursor. The
    columns are told without any rows too.

    Refusal X20 without a cursor, X21 and X22 for a cursor that does not divide the rows.
    """
    address = address_of(errand.source, errand.networks)
    with Deadline(errand.max_seconds) as deadline, explained(deadline, errand.source):
        try:
            with psycopg.connect(_conninfo(errand, address), autocommit=False) as connection:
                deadline.holds(connection.fileno())
                connection.read_only = True
                return _rows(errand, connection, work)
        except psycopg.Error as error:
            if deadline.passed or isinstance(error, psycopg.errors.QueryCanceled):
                raise deadline.refusal() from error
            raise _unfit(errand, error) from error


def _conninfo(errand: Errand, address: str) -> str:
    """TLS with verified certificate and name, except to this very machine."""
    source = errand.source
    here = address in ("127.0.0.1", "::1")
    trust = authorities()
    return make_conninfo(
        host=source.host,
        hostaddr=address,
        port=source.port,
        dbname=source.path,
        user=source.user,
        password=errand.secret,
        sslmode="prefer" if here else "verify-full",
        sslrootcert="" if here else str(trust or "system"),
        connect_timeout=CONNECT_SECONDS,
        application_name="xinheng",
        options=f"-c statement_timeout={errand.max_seconds * 1000}",
        passfile=os.devnull,
    )


def _rows(errand: Errand, connection: _Connection, work: Path) -> Fetched:
    if errand.cursor_field:
        _refuse_gaps(errand, connection)
    page = _Page(errand, work / "fetched.csv")
    with connection.cursor() as reader, page.path.open("w", encoding="utf-8", newline="") as out:
        page.begin(_columns(errand, connection), out)
        for row in reader.stream(*_query(errand)):
            if not page.takes(row):
                break
    return page.fetched()


def _table(errand: Errand) -> sql.Identifier:
    return sql.Identifier(*(part.strip() for part in errand.records.split(".")))


def _columns(errand: Errand, connection: _Connection) -> tuple[str, ...]:
    """What the source has, whether or not a row is new."""
    asked = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(_table(errand)))
    return tuple(column.name for column in asked.description or ())


def _refuse_gaps(errand: Errand, connection: _Connection) -> None:
    """A row without a value would come once at most, or never."""
    query = sql.SQL("SELECT 1 FROM {} WHERE {} IS NULL LIMIT 1")
    column = sql.Identifier(errand.cursor_field)
    if connection.execute(query.format(_table(errand), column)).fetchone():
        value_of(None, field=errand.cursor_field)


def _query(errand: Errand) -> tuple[sql.Composed, list[object]]:
    query = sql.SQL("SELECT * FROM {}").format(_table(errand))
    values: list[object] = []
    if errand.cursor_field:
        column = sql.Identifier(errand.cursor_field)
        if errand.cursor:
            query += sql.SQL(" WHERE {} > %s").format(column)
            values.append(errand.cursor)
        query += sql.SQL(" ORDER BY {}").format(column)
    return query + sql.SQL(" LIMIT %s"), [*values, errand.max_rows + 1]


class _Page:
    """Rows as they are written; where one too many comes, those of the last value are taken back if it is theirs."""

    def __init__(self, errand: Errand, path: Path) -> None:
        self.errand, self.path = errand, path
        self.columns: tuple[str, ...] = ()
        self.count, self.cursor, self.more = 0, errand.cursor, False
        self._before = (0, 0, errand.cursor)
        self._value: object = None

    def begin(self, columns: tuple[str, ...], out: TextIO) -> None:
        self.columns, self._out = columns, out
        self._writer = csv.writer(out, lineterminator="\r\n")
        self._writer.writerow(columns)
        field = self.errand.cursor_field
        self._place = columns.index(field) if field else None

    def takes(self, row: Sequence[object]) -> bool:
        """False where the page is full."""
        if self.count == self.errand.max_rows:
            self._end_before(row)
            return False
        if self._place is not None:
            self._note(row[self._place])
        self._writer.writerow("" if cell is None else str(cell) for cell in row)
        self.count += 1
        return True

    def _note(self, value: object) -> None:
        if not self.count or value != self._value:
            self._before = (self._out.tell(), self.count, self.cursor)
            self._value, self.cursor = value, value_of(value, field=self.errand.cursor_field)

    def _end_before(self, row: Sequence[object]) -> None:
        if self._place is None:
            raise too_many(self.count)
        self.more = True
        if row[self._place] != self._value:
            return
        at, self.count, self.cursor = self._before
        if not self.count:
            raise too_many_of_one(self.errand.max_rows, field=self.errand.cursor_field)
        self._out.seek(at)
        self._out.truncate()

    def fetched(self) -> Fetched:
        return Fetched(
            path=self.path, columns=self.columns, rows=self.count, cursor=self.cursor, more=self.more
        )


def _unfit(errand: Errand, error: psycopg.Error) -> Refusal:
    """The server's own words stay in the log: they may name more than the page should show."""
    state = error.sqlstate or ""
    causes = {
        "28P01": "用户名或口令不对",
        "28000": "不允许登录",
        "3D000": "没有这个数据库",
        "42P01": f"没有表或视图“{errand.records}”",
        "42703": f"没有游标列“{errand.cursor_field}”",
        "42501": "没有读取的权限",
    }
    cause = causes.get(state) or (
        f"数据库回答了错误 {state}" if state else "连接没有建立，或者证书没有通过核对"
    )
    return Refusal(
        "X13",
        f"不能从来源 {errand.source.host} 取得数据（{cause}）。",
        advice="请与来源单位核对；下次到点会再取。",
    )

"""Fetches the rows of one declared table or view from a PostgreSQL database, from the cursor on, and never writes there."""

import csv
import os
from pathlib import Path

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
from xinheng.services.connectors import Errand, Fetched


def fetch(errand: Errand, work: Path) -> Fetched | None:
    """Rows as CSV in ``work``; at most ``max_rows``, the rest comes with the next fetch where there is a cursor."""
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


def _rows(errand: Errand, connection: "psycopg.Connection[tuple[object, ...]]", work: Path) -> Fetched | None:
    table = sql.Identifier(*(part.strip() for part in errand.records.split(".")))
    query = sql.SQL("SELECT * FROM {}").format(table)
    values: list[object] = []
    if errand.cursor_field:
        column = sql.Identifier(errand.cursor_field)
        if errand.cursor:
            query += sql.SQL(" WHERE {} > %s").format(column)
            values.append(errand.cursor)
        query += sql.SQL(" ORDER BY {}").format(column)
    query += sql.SQL(" LIMIT %s")
    values.append(errand.max_rows + 1)
    path, count, cursor = work / "fetched.csv", 0, errand.cursor
    with connection.cursor() as reader, path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        columns: tuple[str, ...] = ()
        place = None
        for row in reader.stream(query, values):
            if not columns:
                columns = tuple(column.name for column in reader.description or ())
                place = columns.index(errand.cursor_field) if errand.cursor_field in columns else None
                writer.writerow(columns)
            if count == errand.max_rows:
                if not errand.cursor_field:
                    raise Refusal(
                        "X20", f"来源的记录超过每次 {count} 行的上限。", advice="请设游标列，分次获取。"
                    )
                return Fetched(path=path, columns=columns, rows=count, cursor=cursor, more=True)
            writer.writerow("" if cell is None else str(cell) for cell in row)
            cursor = str(row[place]) if place is not None else cursor
            count += 1
    return Fetched(path=path, columns=columns, rows=count, cursor=cursor) if count else None


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

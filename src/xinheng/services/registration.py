"""Enters in the subject master what a registrar's file says beyond name and status: former names, the day of a change,
older codes, and that a subject is a branch.

It goes by the registration records that a load has just added, as one set; a file loaded again adds no record and so
changes nothing. A code that leads to another subject stays there: whether both are one is for two persons.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from xinheng.core.ids import read_code
from xinheng.core.names import normalise_name, tidy_name

OLDER = ("注册号", "组织机构代码", "税务登记号")
"""Fields of a registration record that hold older codes; which kind each is, the code itself says."""
_BETWEEN = re.compile(r"[、,，;；|\n]+")

_Said = tuple[int, str | None, str | None, str | None, str | None]
_SAID = """
SELECT r.subject_id, d.fields->>'曾用名', d.fields->>'注册号', d.fields->>'组织机构代码', d.fields->>'税务登记号'
FROM store_record r JOIN store_recorddetail d ON d.record_id = r.id
WHERE r.id BETWEEN %(first)s AND %(last)s AND d.fields ?| ARRAY['曾用名', '注册号', '组织机构代码', '税务登记号']
ORDER BY r.id
"""
_STAGE = """
CREATE TEMP TABLE register_name (subject_id bigint, name text, normalised text) ON COMMIT DROP;
CREATE TEMP TABLE register_code (subject_id bigint, kind text, value text) ON COMMIT DROP
"""
_NAMES = """
INSERT INTO store_subjectname (subject_id, name, normalised, known_at, batch_id)
SELECT DISTINCT ON (subject_id, normalised) subject_id, left(name, 200), left(normalised, 200), %(now)s, %(batch)s
FROM register_name WHERE normalised <> ''
ON CONFLICT (subject_id, normalised) DO NOTHING
RETURNING subject_id
"""
_CODES = """
INSERT INTO store_subjectcode (subject_id, kind, value, batch_id)
SELECT DISTINCT ON (kind, value) subject_id, kind, value, %(batch)s FROM register_code
ON CONFLICT (kind, value) DO NOTHING
"""
_CHANGED = """
CREATE TEMP TABLE register_change ON COMMIT DROP AS
SELECT DISTINCT ON (r.subject_id) r.subject_id, to_date(d.fields->>'变更日期', 'YYYY-MM-DD') AS day, s.name
FROM store_record r JOIN store_recorddetail d ON d.record_id = r.id JOIN store_subject s ON s.id = r.subject_id
WHERE r.id BETWEEN %(first)s AND %(last)s AND d.fields->>'变更日期' ~ '^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]$'
ORDER BY r.subject_id, r.id DESC
"""
_ENDED = """
UPDATE store_subjectname n SET to_on = c.day FROM register_change c
WHERE n.subject_id = c.subject_id AND n.name <> c.name AND n.to_on IS NULL AND coalesce(n.from_on, c.day) <= c.day
"""
_BEGAN = """
UPDATE store_subjectname n SET from_on = c.day FROM register_change c
WHERE n.subject_id = c.subject_id AND n.name = c.name AND n.from_on IS NULL AND coalesce(n.to_on, c.day) >= c.day
  AND EXISTS (SELECT FROM store_subjectname o WHERE o.subject_id = n.subject_id AND o.id <> n.id)
"""
_BRANCHES = """
UPDATE store_subject s SET kind = 'branch'
FROM store_record r JOIN store_recorddetail d ON d.record_id = r.id
WHERE r.id BETWEEN %(first)s AND %(last)s AND s.id = r.subject_id AND s.kind = 'enterprise'
  AND d.fields->>'类型' ~ '分公司|分支机构|非法人'
"""
_UNSTAGE = "DROP TABLE register_name, register_code, register_change"


def enter_register(cursor: CursorWrapper, *, first: int, last: int, batch: int, now: datetime) -> list[int]:
    """Enter what the registration records numbered ``first`` to ``last`` say; returns subjects with new names."""
    cursor.execute(_SAID, {"first": first, "last": last})
    said = cursor.fetchall()
    cursor.execute(_STAGE)
    _copy(cursor, "register_name (subject_id, name, normalised)", _former(said))
    _copy(cursor, "register_code (subject_id, kind, value)", _older(said))
    cursor.execute(_NAMES, {"now": now, "batch": batch})
    renamed = sorted({row[0] for row in cursor.fetchall()})
    cursor.execute(_CODES, {"batch": batch})
    for statement in (_CHANGED, _BRANCHES):
        cursor.execute(statement, {"first": first, "last": last})
    cursor.execute(_ENDED)
    cursor.execute(_BEGAN)
    cursor.execute(_UNSTAGE)
    return renamed


def _former(said: list[_Said]) -> Iterator[tuple[object, ...]]:
    for subject, names, *_ in said:
        for name in _BETWEEN.split(names or ""):
            if tidy := tidy_name(name.strip()):
                yield subject, tidy, normalise_name(tidy)


def _older(said: list[_Said]) -> Iterator[tuple[object, ...]]:
    """A wrong code or a person's number is left out."""
    for subject, _, *codes in said:
        for code in map(read_code, filter(None, codes)):
            if code.names_a_subject and code.kind in ("registration", "organisation", "tax"):
                yield subject, code.kind.value, code.value


def _copy(cursor: CursorWrapper, target: str, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)

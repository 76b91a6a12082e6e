"""The clean facts of a sample city as Parquet tables, for loading past intake and for benches.

``subjects.parquet`` holds one row an enterprise; ``records-*.parquet`` hold normalised record rows ordered by
code and day, a slice of the enterprises in each file, so that they can be copied one after the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xinheng.core.feeds import ITEMS
from xinheng.sample.chance import quoted
from xinheng.sample.city import SampleCity
from xinheng.sample.histories import SHAPES, history
from xinheng.sample.papers import Papers

SUBJECT_COLUMNS = (
    "code",
    "name",
    "kind",
    "division_code",
    "registrar",
    "status",
    "established_on",
    "address",
    "sector",
    "size",
)
ROWS_A_GROUP = 122_880


@dataclass(frozen=True, slots=True)
class Tables:
    """What was written; ``records`` are in order of code."""

    subjects: Path
    records: tuple[Path, ...]
    subject_count: int
    record_count: int


def write_tables(sample: SampleCity, *, out: Path, heard: Callable[[str, int], None] | None = None) -> Tables:
    """Write all facts of ``sample`` without dirt; ``heard`` is told each file and its rows."""
    out.mkdir(parents=True, exist_ok=True)
    subjects = out / "subjects.parquet"
    columns = ", ".join(SUBJECT_COLUMNS)
    _copy(sample, f"SELECT {columns} FROM enterprise ORDER BY sid", subjects)
    paths, total = [], 0
    for number, first in enumerate(range(1, sample.size.subjects + 1, sample.size.chunk)):
        path = out / f"records-{number:03d}.parquet"
        rows = _copy(sample, records(sample, first=first, last=first + sample.size.chunk - 1), path)
        paths.append(path)
        total += rows
        if heard:
            heard(path.name, rows)
    return Tables(subjects, tuple(paths), sample.size.subjects, total)


def _copy(sample: SampleCity, query: str, path: Path) -> int:
    copied = sample.connection.execute(
        f"COPY ({query}) TO {quoted(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROWS_A_GROUP})"
    ).fetchall()
    return int(copied[0][0])


def records(sample: SampleCity, *, first: int, last: int) -> str:
    """SQL of the normalised record rows of enterprises number ``first`` to ``last``, in order of code and day."""
    slice_ = f"(SELECT * FROM enterprise WHERE sid BETWEEN {first} AND {last})"
    kinds = " UNION ALL ".join(
        _rows(sample, kind, history(kind, size=sample.size, as_of=sample.as_of, of=slice_)) for kind in SHAPES
    )
    natural = "item || '|' || document_no || '|' || code || '|' || authority || '|' || decided_on"
    content = "concat_ws('|', valid_from, valid_to, amount_fen, result, seriousness, finality, title, details, name)"
    return f"""
        SELECT row_number() OVER (ORDER BY sid, decided_on, item, num)::INTEGER AS row_no, code,
            NULL::VARCHAR AS other_kind, NULL::VARCHAR AS other_code, name, item, document_no, decided_on,
            valid_from, valid_to, authority, authority_code, amount_fen, headcount, result, seriousness, finality,
            title, details, '' AS flags,
            unhex(md5({natural} || '|' || {content})) AS content_hash, unhex(md5({natural})) AS natural_hash
        FROM ({kinds}) ORDER BY row_no"""


def _rows(sample: SampleCity, kind: str, facts: str) -> str:
    papers, shape = sample.papers, SHAPES[kind](sample.size, sample.as_of)
    stop = "valid_to" if shape.first_day_off else "valid_to + 1"
    return f"""
        SELECT sid, num, code, name, {ITEMS[kind]}::SMALLINT AS item, document_no, decided_on,
            valid_from, {stop} AS valid_to, {papers.authority(kind)} AS authority,
            {papers.authority_code()} AS authority_code, amount_fen, headcount, result, seriousness, finality, title, {_details(papers, kind)} AS details
        FROM (SELECT *, {papers.document_no(kind)} AS document_no, {papers.title(kind)} AS title FROM ({facts}))"""


def _details(papers: Papers, kind: str) -> str:
    """A JSON object of what may be published besides the columns; the words of the sample need no escaping."""
    fields = {
        "permit": {"许可类别": "words", "许可内容": papers.text(kind)},
        "penalty": {"处罚类别": "words", "处罚依据": papers.basis()},
        "inspection": {"检查结果": "words"},
        "abnormal_operation": {"在列状态": "words"},
        "commitment": {"承诺履行状态": "words"},
        "evaluation": {"评价等级": "words"},
    }.get(kind, {})
    parts = ", ',' , ".join(f"'\"{field}\":\"', {value}, '\"'" for field, value in fields.items())
    return f"concat('{{', {parts}, '}}')" if parts else "'{}'"

"""Reads one subject and its records out of a snapshot that somebody else wrote, to explain its grade."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.evaluation import Fact
from xinheng.core.refusal import Refusal
from xinheng.scoring.exchange import ENUMERATED, Folder
from xinheng.scoring.explain import facts_of


@dataclass(frozen=True, slots=True)
class Person:
    """A legal person or other subject of the list; ``code`` only where the snapshot has codes."""

    subject_id: int
    kind: str
    sector: str | None
    code: str | None


def person_of(folder: Folder, subject_id: int) -> Person:
    """Raises Refusal EXCHANGE-TWICE where the list does not hold the subject exactly once."""
    columns = ["kind", "sector", *(["code"] if "code" in folder.known else [])]
    condition = [("subject_id", "=", subject_id)]
    rows = pq.read_table(folder.subjects, columns=columns, filters=condition, partitioning=None).to_pylist()
    if len(rows) != 1:
        raise Refusal(
            "EXCHANGE-TWICE",
            f"{folder.subjects.name} 中主体 {subject_id} 有 {len(rows)} 行",
            advice="每个主体只能有一行，请改正快照",
        )
    return Person(subject_id, str(rows[0]["kind"]), rows[0]["sector"], rows[0].get("code"))


def facts_checked(folder: Folder, *, subject_id: int) -> tuple[Fact, ...]:
    """The facts of a subject. Raises Refusal EXCHANGE-VALUES where one is not in the format."""
    try:
        facts = facts_of(folder.records, subject_id=subject_id)
    except (OSError, pa.ArrowInvalid) as error:
        raise Refusal(
            "EXCHANGE-FILE", f"无法读取“{folder.records.name}”", advice="请重新导出或重新复制快照"
        ) from error
    causes = [
        f"记录 {fact.record_id} 的 {name} 不合格式：{getattr(fact, name)}"
        for fact in facts
        for name, (_, allowed) in ENUMERATED.items()
        if getattr(fact, name) not in allowed
    ]
    causes += [f"记录 {fact.record_id} 没有作出日期" for fact in facts if fact.decided_on is None]
    if len({fact.record_id for fact in facts}) != len(facts):
        causes.append("有重复的记录编号")
    if causes:
        raise Refusal(
            "EXCHANGE-VALUES", "\n".join(causes), advice="请改正快照；xinheng evaluate 会列出全部问题"
        )
    return facts

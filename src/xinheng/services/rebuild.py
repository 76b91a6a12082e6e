"""Makes a past run again from what was known then, by its own model and rules, and compares the digests.

Nothing is written: a rebuilt run shows that the results of then follow from the facts of then, bit for bit.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from xinheng.core.refusal import Refusal
from xinheng.scoring.parts import describe
from xinheng.scoring.run import run_batch
from xinheng.services.evaluate import population_file, work_folder
from xinheng.services.given_grades import Marks, covered, models_read, parts_read
from xinheng.services.refresh import digest_of_some
from xinheng.services.rules import rules_of
from xinheng.services.snapshot_rows import POPULATION
from xinheng.services.snapshots import export_as_known, write_population
from xinheng.store.scores import EvaluationRun, Score


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Digests of the run as stored and as made again."""

    run: EvaluationRun
    snapshot_digest: str
    result_digest: str

    @property
    def same(self) -> bool:
        found = (self.snapshot_digest, self.result_digest)
        return found == (self.run.snapshot_digest, self.run.result_digest)


def rebuild_run(public_id: str, *, now: datetime) -> Rebuilt:
    """Raises Refusal where there is no such run, or what it was made by was not kept."""
    run = EvaluationRun.objects.select_related("base").filter(public_id=public_id).first()
    if run is None:
        raise Refusal("M16", f"没有编号为“{public_id}”的评价批次。", advice="请在评价历史中核对编号。")
    if run.forgotten_at is not None and (run.base_id or not population_file(run.population_digest).exists()):
        raise Refusal(
            "M21",
            "这次评价的结果已过保存期限，不能据以重算。",
            advice="请重算期限内的评价（见 xinheng runs）；当时的摘要仍在操作账本中。",
        )
    rules = rules_of(run)
    if run.record_mark is None:
        raise Refusal("M17", "这次评价没有留存记录截止号，不能据以重算。", advice="请重新运行评价。")
    among = _given_by(run) if run.base_id else None
    with work_folder() as work:
        population = _everybody(run) if among is None else _some(among, run, work / "population.parquet")
        snapshot = export_as_known(work / "snapshot", mark=run.record_mark, among=among, now=now)
        records, facts = snapshot.records, snapshot.manifest.digest
        if models_read(rules.model):
            records = work / "seen"
            parts = parts_read(
                rules.model,
                snapshot.records,
                records,
                subjects=covered(population, rules.model),
                as_of=run.as_of,
                marks=Marks(run.record_mark, run.grade_mark or 0),
            )
            facts = describe(parts).digest
        result = work / "result.parquet"
        summary = run_batch(
            rules.model,
            treatment=rules.treatment,
            snapshot=records,
            population=population,
            as_of=run.as_of,
            out=result,
        )
        digest = summary.digest if among is None else digest_of_some(result, pa.array(among, pa.int64()))
        return Rebuilt(run, facts, digest)


def _everybody(run: EvaluationRun) -> Path:
    kept = population_file(run.population_digest)
    if not run.population_digest or not kept.exists():
        raise Refusal(
            "M18",
            "这次评价的评价对象名单没有留存，不能据以重算。",
            advice="请从备份恢复数据目录中的 runs 文件夹后重试。",
        )
    return kept


def _given_by(run: EvaluationRun) -> list[int]:
    return list(Score.objects.filter(run=run).order_by("subject_id").values_list("subject_id", flat=True))


def _some(subjects: list[int], run: EvaluationRun, path: Path) -> Path:
    """Everyone with a score of a refresh was covered by the model: of which kind and sector no longer matters."""
    people = rules_of(run).model.population
    sector = people.sectors[0] if people.sectors else None
    table = pa.Table.from_pylist(
        [
            {"subject_id": subject, "kind": people.kinds[0].value, "sector": sector, "version": 1}
            for subject in subjects
        ],
        schema=POPULATION,
    )
    write_population(table, path)
    return path

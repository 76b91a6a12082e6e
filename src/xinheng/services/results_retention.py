"""Ends what runs leave behind once their term is over: superseded scores, runs that only refreshed, and the lists of
who was graded; what is in force, and what an announced draw still rests on, stays.

A full run keeps its row, its rules and its digests; the terms are those of ``retention.yml``. Until they are over every
run can be rebuilt (汴政办〔2020〕46号第10项).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from xinheng.core.policy import Policy
from xinheng.services.evaluate import population_file
from xinheng.services.ledger import note
from xinheng.services.scores import take_lock
from xinheng.services.time import end_of
from xinheng.store.inspections import DrawAnnouncement
from xinheng.store.scores import EvaluationRun

_ORDERED = """
WITH ordered AS (
    SELECT id, coalesce(line_id, id) AS line, current, forgotten_at,
           lead(id) OVER in_line AS following,
           coalesce(lead(known_at) OVER in_line, lead(known_at) OVER (PARTITION BY model, published ORDER BY id), known_at)
           AS superseded_at
    FROM store_evaluationrun
    WINDOW in_line AS (PARTITION BY coalesce(line_id, id) ORDER BY id))
"""
_OVER = f"""
{_ORDERED}
SELECT o.id, o.line, o.following, o.forgotten_at FROM ordered o
WHERE NOT o.current AND o.superseded_at < %s AND o.line <> ALL(%s)
"""
_IDLE = """
SELECT r.id FROM store_evaluationrun r
WHERE r.base_id IS NOT NULL AND r.forgotten_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM store_score s WHERE s.until_id = r.id)
  AND NOT EXISTS (SELECT FROM store_resultnotice n WHERE n.run_id = r.id)
  AND NOT EXISTS (SELECT FROM store_noticeround n WHERE n.run_id = r.id)
  AND NOT EXISTS (SELECT FROM store_resultpush p WHERE p.run_id = r.id)
  AND NOT EXISTS (SELECT FROM store_drawannouncement a WHERE a.run_id = r.id)
  AND NOT EXISTS (SELECT FROM store_givengrade g WHERE g.run_id = r.id)
"""
_GIVING = "SELECT DISTINCT run_id FROM store_score WHERE run_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much has left."""

    scores: int = 0
    refreshes: int = 0
    files: int = 0


@transaction.atomic
def forget_results(*, policy: Policy, today: date, now: datetime) -> Forgotten:
    """End what is over. A term that is not set keeps everything."""
    take_lock()
    scores = refreshes = files = 0
    if (days := policy.days_kept("superseded_score", on=today)) is not None:
        scores = _forget_scores(before=end_of(today - timedelta(days=days)), now=now)
        refreshes = _forget_refreshes()
    if (days := policy.days_kept("run_file", on=today)) is not None:
        files = _forget_files(before=end_of(today - timedelta(days=days)))
    done = Forgotten(scores, refreshes, files)
    if done != Forgotten():
        told = {"scores": scores, "refreshes": refreshes, "files": files}
        note("results.forgotten", now=now, object=f"day:{today.isoformat()}", payload=told)
    return done


def _forget_scores(*, before: datetime, now: datetime) -> int:
    """Scores that no run within its term holds."""
    over = [(run, line, following) for run, line, following, at in _over(before=before) if at is None]
    if not over:
        return 0
    with connection.cursor() as cursor:
        EvaluationRun.objects.filter(pk__in=[run for run, _, _ in over]).update(forgotten_at=now)
        ended_by = [following for _, _, following in over if following is not None]
        lines = [line for _, line, following in over if following is None]
        cursor.execute("SELECT store_forget_scores(%s, %s)", [ended_by, lines])
        return int(cursor.fetchone()[0])


def _over(*, before: datetime) -> list[tuple[int, int, int | None, datetime | None]]:
    """Number, line, next run of the line, and since when it is forgotten, of every run superseded before a moment."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER, [before, _pinned()])
        return list(cursor.fetchall())


def _pinned() -> list[int]:
    """Lines on which an announced draw rests that has not been made."""
    waiting = DrawAnnouncement.objects.filter(drawn__isnull=True).select_related("run")
    return [each.run.line_key for each in waiting]


def _forget_refreshes() -> int:
    """Rows of refreshes whose scores are gone and to which nothing points."""
    with connection.cursor() as cursor:
        cursor.execute(_IDLE)
        idle = [row[0] for row in cursor.fetchall()]
        if not idle:
            return 0
        cursor.execute(_GIVING, [idle])
        giving = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT store_forget_refreshes(%s)", [[run for run in idle if run not in giving]])
        return int(cursor.fetchone()[0])


def _forget_files(*, before: datetime) -> int:
    """Lists of who was graded that no run within its term names; nobody adds one while the lock is held."""
    over = [run for run, *_ in _over(before=before)]
    kept = EvaluationRun.objects.filter(~Q(pk__in=over) | Q(refreshed__current=True))
    wanted = {
        population_file(digest) for digest in kept.values_list("population_digest", flat=True).distinct()
    }
    count = 0
    for path in _files():
        if path not in wanted:
            path.unlink(missing_ok=True)
            count += 1
    return count


def _files() -> Iterable[Path]:
    return sorted((settings.HOME / "runs").glob("population-*.parquet"))

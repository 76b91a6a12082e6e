"""Tells every subject of its result with reasons and the way to object (提示信息), and keeps what became of the notice.

A subject is told when its grade or the reasons for it have changed since the last notice. A bad grade of ours is
public only after the notice was served and the days of policy have passed (淮安区方案三（二）; legal guards G1, G4, G17).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.evaluation import rebuilt
from xinheng.core.explanation import Explanation, explain, points_text
from xinheng.core.feeds import ITEMS
from xinheng.core.models import ScoringModel
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.results import Imported, imported_of
from xinheng.services.rules import rules_of
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState
from xinheng.store.notices import NoticeRound, NoticeStep, NoticeStepKind, ResultNotice
from xinheng.store.records import Record
from xinheng.store.scores import EvaluationRun, Score
from xinheng.store.subjects import Subject, SubjectKind

BAD = frozenset({"D", "E"})
"""较差 and 差 of the five grades (汴政办〔2020〕46号第11项); the view public_score says the same."""
TERM = "evaluation.told_first_workdays"
METHODS = {
    "direct": "直接送达",
    "electronic": "电子送达（经同意）",
    "post": "邮寄送达",
    "announcement": "公告送达",
}
CHUNK = 500
MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class Message:
    """What a notice will say, before it is known whether the subject has been told so already."""

    subject: int
    grade: str
    reasons: tuple[str, ...]
    title: str
    text: str
    bad: bool = False

    @property
    def digest(self) -> str:
        return digest_of([self.grade, *self.reasons])


def write_notices(*, policy: Policy, now: datetime) -> int:
    """Tell of published runs in force and of imported results that nobody has been told of; returns how many."""
    runs = EvaluationRun.objects.filter(current=True, published=True, trial=False)
    told = NoticeRound.objects.filter(run__isnull=False).values("run")
    written = sum(
        _tell_run(pk, policy=policy, now=now) for pk in runs.exclude(pk__in=told).values_list("pk", flat=True)
    )
    batches = Batch.objects.filter(state=BatchState.LOADED, item=ITEMS["evaluation"])
    known = NoticeRound.objects.filter(batch__isnull=False).values("batch")
    untold = [feed.id for feed in policy.feeds.values() if not feed.notified]
    waiting = (
        batches.exclude(pk__in=known).exclude(feed__in=untold).order_by("pk").values_list("pk", flat=True)
    )
    return written + sum(_tell_batch(pk, policy=policy, now=now) for pk in waiting)


@transaction.atomic
def _tell_run(pk: int, *, policy: Policy, now: datetime) -> int:
    run = EvaluationRun.objects.select_for_update(no_key=True).get(pk=pk)
    if NoticeRound.objects.filter(run=run).exists():
        return 0
    before = NoticeRound.objects.filter(run__line=run.line_key).order_by("-run").first()
    since = before.run_id if before and before.run_id else run.line_key
    first = before is None and not NoticeRound.objects.filter(run=run.line_key).exists()
    scores = Score.objects.filter(line=run.line_key, until__isnull=True).exclude(grade="")
    scores = scores.exclude(subject__kind=SubjectKind.SOLE_TRADER)
    if not first:
        scores = scores.filter(run__gt=since)
    model, count = rules_of(run).model, 0
    speaker = _Speaker(model, run, policy)
    for chunk in _chunks(scores.select_related("subject").order_by("pk")):
        count += _write(f"model:{run.model}", map(speaker.message, chunk), run=run, now=now)
    NoticeRound.objects.create(run=run, written=count, at=now)
    note("result.told", now=now, object=f"run:{run.public_id}", payload={"notices": count})
    return count


@dataclass(frozen=True, slots=True)
class _Speaker:
    model: ScoringModel
    run: EvaluationRun
    policy: Policy

    def message(self, score: Score) -> Message:
        evaluation = rebuilt(
            self.model,
            points_milli=score.points_milli,
            grade=score.grade,
            decided_by=score.veto,
            contributions=score.contributions,
        )
        explanation, bad = explain(self.model, evaluation), score.grade in BAD
        moved = tuple(line.indicator for line in explanation.lines if line.points_milli)
        return Message(
            subject=score.subject_id,
            grade=score.grade,
            reasons=(*moved, *((score.veto,) if score.veto else ())),
            title=f"关于“{self.model.title}”结果的提示信息"[:120],
            text="\n".join(self._paragraphs(score.subject, explanation, bad=bad)),
            bad=bad,
        )

    def _paragraphs(self, subject: Subject, explanation: Explanation, *, bad: bool) -> Iterator[str]:
        yield f"{subject.name}（{subject.code or '没有统一社会信用代码'}）："
        yield (
            f"{self._issuer()}按“{self.model.title}”第 {self.run.model_version} 版，以 {self.run.as_of} 为评价日，"
            f"对你单位作出评价：{explanation.summary}。"
        )
        yield "主要理由："
        yield from self._reasons(explanation)
        yield "等级用于合理安排检查的比例和频次，不是准入条件，也不单独作为拒绝交易或者服务的理由。"
        yield OBJECTION
        if bad:
            yield self._wait()

    def _reasons(self, explanation: Explanation) -> Iterator[str]:
        for verdict in explanation.verdicts:
            yield f"· {verdict.sentence}（{self._cited(verdict.clauses)}）。"
        lines = sorted(
            (line for line in explanation.lines if line.points_milli), key=lambda line: line.points_milli
        )
        for line in lines[:MOST_REASONS]:
            verb = "加" if line.points_milli > 0 else "扣"
            worth = points_text(abs(line.points_milli))
            yield f"· {line.label}：{verb} {worth} 分（{self._cited(line.clauses)}）。"
        if not lines and not explanation.verdicts:
            yield "· 没有加分、扣分的记录，为起评分。"

    def _cited(self, clauses: Iterable[Any]) -> str:
        sources = self.policy.sources
        return "；".join(
            sources[one.source].cite(one.clause) if one.source in sources else one.source for one in clauses
        )

    def _issuer(self) -> str:
        keys = self.policy.agencies.of_sector(self.model.owner) or self.policy.city.lead
        return self.policy.agencies.agencies[keys[0]].name

    def _wait(self) -> str:
        reading = self.policy.parameter(TERM, on=self.run.as_of)
        if reading.value is None:
            return "公开前须先告知的期限待确认，期限确认之前这一较差等级不公开。"
        return (
            f"本提示信息送达满 {reading.value} 个工作日以前，这一较差等级不公开；期间可以说明情况、提出异议。"
        )


OBJECTION = (
    "如认为所依据的记录或者评价有误，可以凭有关证明向评价机关或者信用主管部门提出异议，"
    "处理期间档案中标注异议；失信记录符合条件的，可以通过“信用中国”申请信用修复。"
)


@transaction.atomic
def _tell_batch(pk: int, *, policy: Policy, now: datetime) -> int:
    batch = Batch.objects.select_for_update(no_key=True).get(pk=pk)
    if NoticeRound.objects.filter(batch=batch).exists():
        return 0
    feed, count = policy.feeds.get(batch.feed), 0
    title = feed.title if feed else batch.feed
    records = Record.objects.filter(batch=batch, known_until__isnull=True).exclude(
        subject__kind=SubjectKind.SOLE_TRADER
    )
    newest = records.order_by("subject", "-decided_on", "-pk").distinct("subject")
    for chunk in _chunks(newest.select_related("subject", "detail", "batch")):
        results = [imported_of(record, policy=policy) for record in chunk]
        messages = (_of_imported(each, title) for each in results)
        count += _write(
            f"feed:{batch.feed}", messages, records={one.subject_id: one for one in chunk}, now=now
        )
    NoticeRound.objects.create(batch=batch, written=count, at=now)
    note("result.told", now=now, object=f"batch:{batch.public_id}", payload={"notices": count})
    return count


def _of_imported(result: Imported, title: str) -> Message:
    subject = result.record.subject
    when = f"{result.given_on} " if result.given_on else ""
    lines = (
        f"{subject.name}（{subject.code or '没有统一社会信用代码'}）：",
        f"本平台收到{result.issuer}{when}作出的“{title}”：{result.words}{result.period_words}。",
        "该结果由上述单位作出，本平台原样登记，不作改动；理由请向作出评价的单位查询。",
        "等级不是准入条件，也不单独作为拒绝交易或者服务的理由。",
        OBJECTION,
    )
    reasons = (str(result.given_on or ""), result.period_words)
    return Message(subject.pk, result.words[:40], reasons, f"关于“{title}”的提示信息"[:120], "\n".join(lines))


def _write(
    source: str,
    messages: Iterable[Message],
    *,
    now: datetime,
    run: EvaluationRun | None = None,
    records: dict[int, Record] | None = None,
) -> int:
    """Keep those messages that differ from the last notice of their subject."""
    wanted = {message.subject: message for message in messages}
    last = ResultNotice.objects.filter(subject__in=wanted, source=source).order_by("subject", "-id")
    known = {each.subject_id: each for each in last.distinct("subject").select_related("record")}
    fresh = []
    for message in wanted.values():
        before = known.get(message.subject)
        record = records[message.subject] if records else None
        if before and (before.reasons_digest == message.digest or _older(record, before.record)):
            continue
        fresh.append(
            ResultNotice(
                subject_id=message.subject,
                source=source,
                run=run,
                record=record,
                grade=message.grade,
                bad=message.bad,
                reasons_digest=message.digest,
                title=message.title,
                text=message.text,
                written_at=now,
            )
        )
    ResultNotice.objects.bulk_create(fresh)
    _stay_public(fresh, known, now=now)
    return len(fresh)


def _older(record: Record | None, told: Record | None) -> bool:
    if record is None or told is None:
        return False
    return (record.decided_on or date.min) < (told.decided_on or date.min)


def _stay_public(fresh: list[ResultNotice], known: dict[int, ResultNotice], *, now: datetime) -> None:
    """A bad grade that was public stays so while it is the same and only its reasons change."""
    same = {
        known[one.subject_id].pk: one
        for one in fresh
        if one.bad and one.subject_id in known and known[one.subject_id].grade == one.grade
    }
    open_already = NoticeStep.objects.filter(notice__in=same, kind=NoticeStepKind.RELEASED)
    NoticeStep.objects.bulk_create(
        NoticeStep(notice=same[step.notice_id], kind=NoticeStepKind.RELEASED, on=step.on, at=now)
        for step in open_already
    )


def _chunks(rows: Any) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows.iterator(CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@transaction.atomic
def serve(
    public_ids: Iterable[str], *, method: str, on: date, actor: User, today: date, now: datetime
) -> int:
    """Register that notices were served on a day; what was served before stays as it was. Returns how many."""
    if method not in METHODS:
        raise Refusal("NT1", "没有这种送达方式。", advice="请从列表中选择送达方式。")
    if on > today:
        raise Refusal("NT2", "送达日期不能晚于今天。", advice="请填写实际送达的日期。")
    found = ResultNotice.objects.filter(public_id__in=list(public_ids)).order_by("pk")
    waiting = list(found.exclude(steps__kind=NoticeStepKind.SERVED).select_related("subject"))
    early = next((each for each in waiting if on < day_of(each.written_at)), None)
    if early is not None:
        raise Refusal("NT3", "送达日期早于提示信息写成的日期。", advice="请核对送达回证上的日期。")
    NoticeStep.objects.bulk_create(
        NoticeStep(
            notice=each, kind=NoticeStepKind.SERVED, on=on, method=METHODS[method], actor=actor, at=now
        )
        for each in waiting
    )
    for each in waiting:
        note(
            "notice.served",
            now=now,
            actor=actor,
            subject=each.subject.public_id,
            object=f"notice:{each.public_id}",
        )
    return len(waiting)


@transaction.atomic
def acknowledge(public_id: str, *, actor: User, today: date, now: datetime) -> None:
    """The subject has signed for a notice that was served."""
    notice = ResultNotice.objects.select_related("subject").get(public_id=public_id)
    kinds = set(notice.steps.values_list("kind", flat=True))
    if NoticeStepKind.SERVED not in kinds:
        raise Refusal("NT4", "还没有登记送达，不能登记签收。", advice="请先登记送达。")
    if NoticeStepKind.ACKNOWLEDGED in kinds:
        return
    NoticeStep.objects.create(notice=notice, kind=NoticeStepKind.ACKNOWLEDGED, on=today, actor=actor, at=now)
    note(
        "notice.acknowledged",
        now=now,
        actor=actor,
        subject=notice.subject.public_id,
        object=f"notice:{public_id}",
    )


def release_due(*, policy: Policy, today: date, now: datetime) -> int:
    """Let bad grades be public whose subjects were told long enough ago; an unknown term lets none (G15)."""
    served = NoticeStep.objects.filter(kind=NoticeStepKind.SERVED, notice__bad=True).exclude(
        notice__steps__kind=NoticeStepKind.RELEASED
    )
    due = [step for step in served.order_by("pk") if _is_over(step.on, policy=policy, today=today)]
    NoticeStep.objects.bulk_create(
        [
            NoticeStep(notice_id=step.notice_id, kind=NoticeStepKind.RELEASED, on=today, at=now)
            for step in due
        ],
        ignore_conflicts=True,
    )
    if due:
        note("notice.released", now=now, object=f"day:{today.isoformat()}", payload={"notices": len(due)})
    return len(due)


def _is_over(served_on: date, *, policy: Policy, today: date) -> bool:
    days = policy.parameter(TERM, on=served_on).value
    return days is not None and policy.calendar.add_workdays(served_on, days).on < today

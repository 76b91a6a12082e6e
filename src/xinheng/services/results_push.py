"""Sends the public part of results to departments, banks and associations that subscribed: one file a push, kept for its
term, with digest and receipt (汴政办〔2020〕46号第9项; 淮安区方案三（二）).

What is sent is what the portal shows and nothing else. Who was named before and may no longer be named is withdrawn by
number alone; recipients must delete what they hold of it (legal guards G1, G4, G9, G16).
"""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.cell_text import guarded, unguarded
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.evaluate import model_of, work_folder
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.files import put_file, read_file
from xinheng.store.outbox import enqueue
from xinheng.store.public import PublicScore
from xinheng.store.results import ResultPush, ResultSubscription
from xinheng.store.scores import EvaluationRun
from xinheng.store.subjects import Subject

PUSH = "push_results"
"""The job of interfaces.jobs."""
LICENCE = "仅限公开部分；等级不是准入条件，不得单独作为拒绝交易或者服务的理由；状态为“撤回”的须立即删除已持有的内容。"
HEAD = ("状态", "编号", "统一社会信用代码", "企业名称", "模型", "等级", "评价日期")
KEYS = ("state", "number", "code", "name", "model", "grade", "as_of")
"""The columns of HEAD as keys of the JSON file."""
SHOWN, WITHDRAWN = "公开", "撤回"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who wants the results of which model, what for."""

    name: str
    kind: str
    model: str
    purpose: str


@transaction.atomic
def subscribe(
    wanted: Recipient, *, policy: Policy, actor: User, today: date, now: datetime
) -> ResultSubscription:
    """Refusal RP1 for a model on trial, whose results are given to nobody; RP2 where there is one already."""
    model = model_of(policy, wanted.model)
    if model.trial:
        raise Refusal(
            "RP1", f"“{model.title}”是试算模型，结果不得对外提供。", advice="请选择已经公布的行业评价模型。"
        )
    standing = ResultSubscription.objects.filter(
        recipient=wanted.name, model=wanted.model, to_on__isnull=True
    )
    if standing.exists():
        raise Refusal(
            "RP2", f"“{wanted.name}”已经订阅这个模型的结果。", advice="请在列表中查看，不必重复登记。"
        )
    subscription = ResultSubscription.objects.create(
        recipient=wanted.name,
        kind=wanted.kind,
        model=wanted.model,
        purpose=wanted.purpose,
        from_on=today,
        created_by=actor,
    )
    note("results.subscribed", now=now, actor=actor, object=f"subscription:{subscription.public_id}")
    return subscription


@transaction.atomic
def unsubscribe(public_id: str, *, actor: User, reason: str, today: date, now: datetime) -> None:
    """Nothing is sent any more from today on."""
    subscription = ResultSubscription.objects.select_for_update().get(public_id=public_id)
    if subscription.to_on is None:
        subscription.to_on = today
        subscription.save(update_fields=["to_on"])
        note("results.unsubscribed", now=now, actor=actor, object=f"subscription:{public_id}", reason=reason)


@transaction.atomic
def ask_for_pushes(*, today: date) -> int:
    """Put a push into the outbox for every subscription whose run in force was not sent; returns how many."""
    count = 0
    runs = {run.model: run for run in EvaluationRun.objects.filter(current=True, published=True, trial=False)}
    for subscription in _standing(today).order_by("pk"):
        run = runs.get(subscription.model)
        last = subscription.pushes.order_by("-pk").first()
        if run is None and (last is None or not last.shown):
            continue
        if run is not None and last is not None and last.run_id == run.pk and _same(last, run):
            continue
        key = f"{PUSH}:{subscription.public_id}"
        enqueue(PUSH, once=key, subscription=subscription.public_id)
        count += 1
    return count


def _standing(today: date) -> QuerySet[ResultSubscription]:
    return ResultSubscription.objects.filter(Q(to_on__isnull=True) | Q(to_on__gt=today), from_on__lte=today)


def _same(last: ResultPush, run: EvaluationRun) -> bool:
    """Whether the public sees the very subjects that were sent: grades end and are released between two runs."""
    return set(last.shown) == set(
        PublicScore.objects.filter(run=run.pk).exclude(grade="").values_list("subject", flat=True)
    )


@transaction.atomic
def push(public_id: str, *, policy: Policy, now: datetime) -> ResultPush | None:
    """Write and keep the file for one subscription; None where it has ended or there was never anything to send."""
    subscription = ResultSubscription.objects.select_for_update().get(public_id=public_id)
    if not _standing(day_of(now)).filter(pk=subscription.pk).exists():
        return None
    last = subscription.pushes.order_by("-pk").first()
    run = EvaluationRun.objects.filter(
        model=subscription.model, current=True, published=True, trial=False
    ).first()
    run = run or (last.run if last else None)
    if run is None:
        return None
    shown, rows = _shown(run, policy)
    gone = sorted(set(last.shown if last else ()) - set(shown))
    rows += [(WITHDRAWN, one, "", "", "", "", "") for one in _numbers(gone)]
    name = f"{subscription.model.replace('/', '-')}-{day_of(now):%Y%m%d}.csv"
    with work_folder() as work:
        path = _written(work / "push.csv", rows)
        stored = put_file(
            path,
            name=name,
            media_type="text/csv; charset=utf-8",
            now=now,
            destroy_on=policy.kept_until("exports", since=day_of(now), on=day_of(now)),
        )
    sent = ResultPush.objects.create(
        subscription=subscription,
        run=run,
        file=stored,
        digest=stored.digest,
        rows=len(shown),
        withdrawn=len(gone),
        shown=shown,
        pushed_at=now,
    )
    payload = {"file": stored.digest, "rows": sent.rows, "withdrawn": sent.withdrawn}
    note("results.pushed", now=now, object=f"push:{sent.public_id}", payload=payload)
    return sent


def _shown(run: EvaluationRun, policy: Policy) -> tuple[list[int], list[tuple[str, ...]]]:
    known = policy.models.get(run.model)
    title = known.title if known else run.model
    scores = PublicScore.objects.filter(run=run.pk).exclude(grade="").select_related("subject")
    shown: list[int] = []
    rows: list[tuple[str, ...]] = []
    for score in scores.order_by("subject").iterator(2000):
        shown.append(score.subject_id)
        one = score.subject
        rows.append(
            (SHOWN, one.public_id, one.code or "", guarded(one.name), title, score.grade, str(run.as_of))
        )
    return shown, rows


def as_json(file: StoredFile) -> Iterator[bytes]:
    """The same file for machines, made from the file that is kept: licence, its digest, one object a row."""
    rows = csv.reader(_text_lines(read_file(file)))
    licence, _ = next(rows), next(rows)
    return _objects({"licence": licence[0], "source_digest": file.digest}, rows)


def _objects(head: dict[str, str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    yield json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "results": ['
    for place, row in enumerate(rows):
        one = dict(zip(KEYS, map(unguarded, row), strict=True))
        yield (b",\n" if place else b"\n") + json.dumps(one, ensure_ascii=False).encode()
    yield b"\n]}\n"


def _text_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = ""
    for text in codecs.iterdecode(chunks, "utf-8-sig"):
        *whole, rest = (rest + text).split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _numbers(subjects: list[int]) -> list[str]:
    return list(Subject.objects.filter(pk__in=subjects).order_by("pk").values_list("public_id", flat=True))


def _written(path: Path, rows: list[tuple[str, ...]]) -> Path:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([LICENCE])
    writer.writerow(HEAD)
    writer.writerows(rows)
    path.write_text("\ufeff" + out.getvalue(), encoding="utf-8")
    return path


@transaction.atomic
def receive(public_id: str, *, receipt: str, actor: User, now: datetime) -> None:
    """The recipient has said that it took the file; ``receipt`` is its own number or word."""
    sent = ResultPush.objects.select_for_update().get(public_id=public_id)
    if not receipt.strip():
        raise Refusal("RP3", "请填写回执。", advice="写明接收方的回执号或者接收单位、时间。")
    if sent.received_at is not None:
        raise Refusal("RP4", "这次推送已经登记过回执。", advice="请刷新页面查看。")
    sent.received_at, sent.receipt = now, receipt.strip()[:200]
    sent.save(update_fields=["received_at", "receipt"])
    note("results.received", now=now, actor=actor, object=f"push:{public_id}", reason=receipt)

"""Made-up enterprises, acts, grades and draws, written into the store as the services would."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from tests.people import NOW, People

from xinheng.core import draw as draw_rules
from xinheng.core.draw_rule import blind, commitment
from xinheng.core.ids import uscc_check_character
from xinheng.core.models import ScoringModel
from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy, load_policy
from xinheng.matching.tokens import search_tokens
from xinheng.services.pools import Pool, keep_pool, publish_pool
from xinheng.store.models import (
    Batch,
    BatchState,
    Case,
    Draw,
    DrawAnnouncement,
    EvaluationRun,
    NoticeStep,
    Plan,
    Publication,
    Record,
    RecordDetail,
    ResultNotice,
    Score,
    Subject,
    SubjectName,
    SubjectSearch,
)

DECIDED = date(2026, 10, 12)
FAR = date(2099, 1, 1)
FOOD = "food/food-operators"
PARTY = "样例市人民政府"
REVEAL = "a text nobody could know before"
SECRET = b"s" * 32
_numbers = count(1)


@cache
def policy() -> Policy:
    return load_policy(settings.POLICY_ROOT, city=settings.CITY)


def credit_code(number: int, *, start: str = "91410200") -> str:
    """A code that is valid in form."""
    body = f"{start}MA{number:07d}"
    return body + uscc_check_character(body)


@contextmanager
def portal_reads_default() -> Iterator[None]:
    """The portal's reads see the rows of the open transaction of a test."""
    before = connections["portal"]
    connections["portal"] = connections["default"]
    try:
        yield
    finally:
        connections["portal"] = before


@pytest.fixture(autouse=True)
def portal_on_the_day(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The portal on the day of the tests, reading what the test has written. Imported by the test modules."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with portal_reads_default():
        yield


def a_subject(name: str, *, kind: str = "enterprise", former: str = "", **columns: Any) -> Subject:
    number = next(_numbers)
    start = "92410200" if kind == "sole_trader" else "91410200"
    subject = Subject.objects.create(
        code=columns.pop("code", credit_code(number, start=start)),
        name=name,
        kind=kind,
        status=columns.pop("status", "active"),
        division_code=columns.pop("division_code", "410202"),
        registrar="样例区市场监督管理局",
        address=columns.pop("address", "样例路 1 号"),
        sector=columns.pop("sector", "food"),
        last_known_at=NOW,
        **columns,
    )
    for each in filter(None, (name, former)):
        SubjectName.objects.create(subject=subject, name=each, normalised=normalise_name(each), known_at=NOW)
    tokens = dict.fromkeys([*search_tokens(name), *search_tokens(former)])
    SubjectSearch.objects.create(subject=subject, tokens=list(tokens))
    return subject


def a_batch(people: People, *, file_name: str = "样例报送.csv", item: int = 4) -> Batch:
    return Batch.objects.create(
        organisation=people.market,
        received_by=people.li,
        received_at=NOW,
        file_name=file_name,
        file_digest=f"sha256:{next(_numbers):064d}",
        feed="sample",
        item=item,
        policy_digest=policy().digest,
        state=BatchState.LOADED,
        loaded_at=NOW,
    )


@dataclass(frozen=True)
class Act:
    record: Record
    publication: Publication | None


def an_act(
    subject: Subject,
    people: People,
    *,
    item: int = 4,
    decided_on: date | None = DECIDED,
    seriousness: int = 2,
    published: bool = True,
    stop_on: date | None = FAR,
    stopped_at: datetime | None = None,
    title: str = "未按规定公示年度报告",
    fields: dict[str, str] | None = None,
    batch: Batch | None = None,
    **columns: Any,
) -> Act:
    number = next(_numbers)
    record = Record.objects.create(
        record_key=number,
        subject=subject,
        batch=batch,
        known_at=NOW,
        row_no=12,
        decided_on=decided_on,
        item=item,
        seriousness=seriousness,
        natural_hash=hashlib.md5(f"n{number}".encode()).digest(),
        content_hash=hashlib.md5(f"c{number}".encode()).digest(),
        **columns,
    )
    RecordDetail.objects.create(
        record=record,
        document_no=f"样市监处罚〔2026〕{number}号",
        authority="样例市市场监督管理局",
        title=title,
        fields=fields if fields is not None else {"处罚依据": "《样例法》第一条", "处罚内容": "罚款"},
    )
    if not published:
        return Act(record, None)
    publication = Publication.objects.create(
        record_key=number,
        ground=record,
        subject=subject,
        item=item,
        decided_on=decided_on,
        due_on=decided_on + timedelta(days=11) if decided_on else None,
        calendar_version="sha256:1",
        reviewed_by=people.zhou,
        published_at=NOW,
        earliest_repair_on=date(2027, 1, 12) if seriousness else None,
        stop_on=stop_on if seriousness else None,
        stopped_at=stopped_at,
        stop_reason="expired" if stopped_at else "",
    )
    return Act(record, publication)


def a_permit(subject: Subject, people: People, **columns: Any) -> Act:
    columns = {"title": "食品经营许可", "fields": {"许可内容": "热食类食品制售"}} | columns
    return an_act(subject, people, item=3, seriousness=0, **columns)


def a_run(
    model: ScoringModel, *, published: bool = True, trial: bool = False, digest: str = ""
) -> EvaluationRun:
    return EvaluationRun.objects.create(
        model=model.id,
        model_version=model.version,
        model_digest=digest or model.digest,
        policy_digest=policy().digest,
        snapshot_digest="sha256:1",
        result_digest="sha256:2",
        as_of=date(2026, 11, 20),
        known_at=NOW,
        subjects=3,
        distribution={"A": 1, "B": 1, "": 1},
        trial=trial,
        published=published,
        current=True,
    )


def a_score(
    run: EvaluationRun,
    subject: Subject,
    model: ScoringModel,
    *,
    points: dict[str, int],
    grade: str = "",
    veto: str = "",
    total: int | None = None,
    told: bool = True,
) -> Score:
    """``points`` are whole points by indicator; ``total`` is given where caps of families are reached. ``told``: the
    subject had its notice, and the days of policy have passed since."""
    contributions = [points.get(indicator.id, 0) * 1000 for indicator in model.indicators]
    reached = max(0, int(model.scale.start) * 1000 + sum(contributions)) if total is None else total * 1000
    given = grade or model.grade_of(reached)
    if told:
        a_notice(run, subject, grade=given)
    return Score.objects.create(
        line=run,
        run=run,
        subject=subject,
        subject_version=subject.version,
        points_milli=reached,
        grade=given,
        veto=veto,
        contributions=contributions,
    )


def a_notice(run: EvaluationRun, subject: Subject, *, grade: str, released: bool = True) -> ResultNotice:
    notice = ResultNotice.objects.create(
        subject=subject,
        source=f"model:{run.model}",
        run=run,
        grade=grade,
        reasons_digest="sha256:0",
        title="提示信息",
        text=f"等级 {grade}",
        written_at=NOW,
    )
    if released:
        NoticeStep.objects.create(notice=notice, kind="released", on=NOW.date(), at=NOW)
    return notice


def a_plan(people: People) -> Plan:
    case = Case.objects.create(
        number=f"JH-2026-{next(_numbers):06d}",
        flow="approval",
        flow_version=1,
        kind="inspection_plan",
        state="in_effect",
        title="样例计划",
        organisation=people.market,
        opened_at=NOW,
    )
    return Plan.objects.create(
        organisation=people.market,
        year=2026,
        title="2026年第四批食品双随机抽查",
        matter="食品经营许可条件",
        basis="年度双随机抽查计划",
        sector="food",
        case=case,
        approved_by=people.zhao,
        approved_at=NOW,
    )


def an_announcement(
    people: People, *, plan: Plan | None = None
) -> tuple[DrawAnnouncement, draw_rules.Announced]:
    plan = plan or a_plan(people)
    run = EvaluationRun.objects.filter(current=True).first() or a_run(policy().models[FOOD])
    announced = draw_rules.announce(
        _occasion(plan, run),
        strata=_strata(plan),
        inspectors=_inspectors(plan),
        team=2,
        parties=[
            draw_rules.Party(
                name=PARTY, commitment=commitment(draw=plan.public_id, party=PARTY, reveal=REVEAL)
            )
        ],
        now=NOW,
        today=NOW.date(),
    )
    pool = Pool(draw=plan.public_id, objects={}, closed={}, inspectors={})
    keys, members = keep_pool(pool, announced=announced.objects, now=NOW)
    row = DrawAnnouncement.objects.create(
        plan=plan,
        run=run,
        attempt=1,
        announced_at=NOW,
        announced_by=people.zhao,
        policy_digest=policy().digest,
        secret=SECRET,
        digest=announced.digest,
        content=dict(announced.content),
        inspectors=list(announced.inspectors),
        pool=keys,
        members=members,
    )
    return row, announced


def _key(plan: Plan, identity: str) -> str:
    return blind(SECRET, draw=plan.public_id, identity=identity).key


def _occasion(plan: Plan, run: EvaluationRun) -> draw_rules.Occasion:
    return draw_rules.Occasion(
        draw=plan.public_id,
        title=plan.title,
        organ="市市场监管局",
        plan=plan.title,
        matter=plan.matter,
        basis=plan.basis,
        line="food",
        policy=policy().digest,
        evaluation=run.result_digest,
    )


def _strata(plan: Plan) -> list[draw_rules.Stratum]:
    return [
        draw_rules.Stratum(
            key=band.key,
            name=band.name,
            ratio=100,
            population=20,
            objects=[_key(plan, f"{band.key}{place}") for place in range(20)],
        )
        for band in policy().grading.bands[:2]
    ]


def _inspectors(plan: Plan) -> list[draw_rules.Inspector]:
    return [
        draw_rules.Inspector(
            key=_key(plan, f"i{place}"),
            lines=frozenset({"food"}),
            certified_until=FAR,
            max_load=10,
        )
        for place in range(3)
    ]


def a_draw(people: People) -> Draw:
    row, announced = an_announcement(people)
    made = draw_rules.draw(announced, reveals=[REVEAL], now=NOW + timedelta(seconds=1))
    publish_pool(row)
    return Draw.objects.create(
        announcement=row,
        drawn_at=NOW + timedelta(seconds=1),
        drawn_by=people.zhao,
        population=40,
        drawn=len(made.drawn),
        seed=made.seed,
        digest=made.digest,
        record=made.head,
    )

"""Rows whose code is missing or wrong: whom they may mean, with reasons, and a person's word on it.

Names propose, a person decides; nothing is joined on a name alone. A yes may be remembered as an alias that is shown
for later rows, and may be taken back: the record is then withdrawn and the row waits again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from xinheng.core.checks import OUTCOMES
from xinheng.core.credit_code import ALPHABET, is_uscc
from xinheng.core.ids import organisation_code_of, read_code
from xinheng.core.masking import mask_personal
from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy
from xinheng.core.refusal import Outcome, Refusal
from xinheng.intake.adoption import adopted
from xinheng.matching.characters import simplified
from xinheng.matching.comparing import compare_names
from xinheng.matching.divisions import Divisions
from xinheng.matching.names import parse_name
from xinheng.services.batches import answers_for
from xinheng.services.ledger import note
from xinheng.services.loading import load_single, take_loader_lock
from xinheng.services.members import refuse_stranger
from xinheng.services.records import Change, change_state
from xinheng.services.returns import send_back
from xinheng.services.subject_merge import standing
from xinheng.store.accounts import User
from xinheng.store.batches import ReturnedRow, ReturnedState
from xinheng.store.identities import NameAlias, RowIdentity, Verdict
from xinheng.store.records import Record
from xinheng.store.subjects import Subject, SubjectCode, SubjectName

CODES = ("E03", "E13")
"""Defects of rows that a person may give to a subject; all other defects of the row must be put right by its sender."""
_BESIDE = sorted(
    {defect.value for defect, outcome in OUTCOMES.items() if outcome in (Outcome.FLAG, Outcome.REPAIR)}
)
"""What was only flagged or repaired in the same row does not stand in the way."""
_ADDRESSES = ("住所", "经营场所", "地址", "注册地址")
"""Columns of a file in which the address of the subject stands."""
_LOOKED_AT = 300
SHOWN = 6
_WORTH_SHOWING = 0.05
_LIKE = """
SELECT subject_id FROM (
    SELECT subject_id, (SELECT count(*) FROM unnest(tokens) t WHERE t = ANY(%(pairs)s)) AS shared
    FROM store_subjectsearch WHERE {condition} LIMIT %(most)s
) found ORDER BY shared DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A subject that a row may mean. ``score`` in thousandths, ``reasons`` in Chinese, best first."""

    subject: Subject
    score: int
    reasons: tuple[str, ...]


def waiting_rows() -> QuerySet[ReturnedRow]:
    """Rows in which nothing is wrong but the code, and about whom nobody has decided."""
    return ReturnedRow.objects.filter(
        state=ReturnedState.WAITING,
        codes__overlap=list(CODES),
        codes__contained_by=[*CODES, *_BESIDE],
        normalised__isnull=False,
    )


def code_written(row: ReturnedRow) -> str:
    """The code as the sender wrote it, masked; empty where there was none."""
    for problem in row.problems:
        if problem.get("code") == "E03":
            return mask_personal(str(problem.get("written") or "")).text
    return ""


def name_written(row: ReturnedRow) -> str:
    return str((row.normalised or {}).get("name") or "")


def proposals(row: ReturnedRow, *, divisions: Divisions) -> tuple[Proposed, ...]:
    """Whom the row may mean: by a remembered alias, by a code one character away, by its name."""
    name, code = name_written(row), code_written(row)
    reasons: dict[int, list[str]] = {}
    for subject, why in (*_by_alias(name), *_by_code(code), *_by_older(row), *_by_name(name)):
        reasons.setdefault(subject, []).extend([why] if why else [])
    known = Subject.objects.select_related("merged_into").prefetch_related("names").in_bulk(list(reasons))
    found: dict[int, Proposed] = {}
    for key, said in reasons.items():
        proposed = _judged(name, known[key], said, divisions)
        other = found.get(proposed.subject.pk)
        if other is None or other.score < proposed.score:
            found[proposed.subject.pk] = proposed
    worth = (one for one in found.values() if one.score >= _WORTH_SHOWING * 1000 or len(one.reasons) > 1)
    best = sorted(worth, key=lambda one: (-one.score, one.subject.pk))[:SHOWN]
    return tuple(_with_address(one, _address_written(row)) for one in best)


def _address_written(row: ReturnedRow) -> str:
    cells = row.original or {}
    return next((str(cells[name]) for name in _ADDRESSES if cells.get(name)), "")


def _with_address(one: Proposed, written: str) -> Proposed:
    """The same address is a reason beside another one; it proposes nobody and lifts no score. It is not repeated, for
    that of a sole trader is a home (legal guard G1)."""
    if not written or normalise_name(written) != normalise_name(one.subject.address):
        return one
    return replace(one, reasons=(*one.reasons, "所填地址与登记住所相同（单凭地址不能认定）"))


def _judged(name: str, subject: Subject, said: list[str], divisions: Divisions) -> Proposed:
    """Compared with the best of all names the subject bears or bore."""
    names = [subject.name, *(one.name for one in subject.names.all() if one.name != subject.name)]
    best = max(
        ((compare_names(name, other, divisions=divisions), other) for other in names if other),
        key=lambda pair: pair[0].score,
        default=None,
    )
    if best is None:
        return Proposed(standing(subject), 0, tuple(said))
    verdict, other = best
    former = f"与曾用名“{other}”比较：" if other != subject.name else ""
    moved = (f"已由“{subject.name}”并入",) if subject.merged_into else ()
    return Proposed(
        standing(subject), round(verdict.score * 1000), (*said, f"{former}{verdict.reason}", *moved)
    )


def _by_alias(name: str) -> Iterable[tuple[int, str]]:
    living = NameAlias.objects.filter(normalised=normalise_name(name), revoked_at__isnull=True)
    for alias in living.select_related("remembered_by"):
        yield (
            alias.subject_id,
            f"{alias.remembered_by.display_name}曾认定这个写法是该主体（{alias.reason}）",
        )


def _by_code(code: str) -> Iterable[tuple[int, str]]:
    """Holders of a code that differs in one character, or holds the same organisation code."""
    near = sorted(_one_away(code)) if len(code) == 18 else []
    for pk, held in Subject.objects.filter(code__in=near).values_list("pk", "code"):
        places = [place for place, (a, b) in enumerate(zip(code, held or "", strict=True), start=1) if a != b]
        yield pk, f"所填代码与其代码只差第 {places[0]} 位"
    read = read_code(code)
    if len(code) == 18 and not read.valid:
        body = Subject.objects.extra(where=["substr(code, 9, 9) = %s"], params=[organisation_code_of(code)])
        for pk in body.values_list("pk", flat=True)[:SHOWN]:
            yield pk, "所填代码中的组织机构代码与其相同"


def _by_older(row: ReturnedRow) -> Iterable[tuple[int, str]]:
    """The holder of the older code that the row gives, where it did not hold on the day of the act."""
    read = row.normalised or {}
    if read.get("code") or not read.get("other_code"):
        return
    for one in SubjectCode.objects.filter(kind=read.get("other_kind"), value=read["other_code"]):
        days = "".join(
            (f"{one.from_on} 起" if one.from_on else "", f"到 {one.to_on} 止" if one.to_on else "")
        )
        yield one.subject_id, f"所填旧代码曾属于该主体（{days or '有效期未载明'}），与本行的日期不符"


def _one_away(code: str) -> set[str]:
    changed = (
        code[:place] + sign + code[place + 1 :]
        for place in range(len(code))
        for sign in ALPHABET
        if sign != code[place]
    )
    return {one for one in changed if is_uscc(one)}


def _by_name(name: str) -> Iterable[tuple[int, str]]:
    key = normalise_name(name)
    if not key:
        return
    for pk in SubjectName.objects.filter(normalised=key).values_list("subject_id", flat=True)[:_LOOKED_AT]:
        yield pk, ""
    parts = parse_name(name)
    core = (parts.core or parts.whole).translate(simplified())
    brand = parts.brand.translate(simplified()) or core
    pairs = [a + b for a, b in pairwise(core)]
    if not pairs:
        return
    marks = [a + b for a, b in pairwise(brand)] or pairs
    given: dict[str, Any] = {
        "pairs": pairs,
        "marks": marks,
        "most": _LOOKED_AT * 10,
        "limit": _LOOKED_AT // 5,
    }
    with connection.cursor() as cursor:
        for condition in ("tokens @> %(marks)s::text[]", "tokens && %(marks)s::text[]"):
            cursor.execute(_LIKE.format(condition=condition), given)
            yield from ((row[0], "") for row in cursor.fetchall())


@transaction.atomic
def decide_row(
    row_id: int,
    *,
    verdict: Verdict,
    subject: Subject | None = None,
    proposed: Sequence[Proposed] = (),
    remember: bool = False,
    reason: str,
    actor: User,
    now: datetime,
) -> RowIdentity:
    """A person's word on a row. YES files it under the subject; NO sends it back; UNKNOWN leaves it waiting.

    Refusals: ID05 it is decided already, ID06 the actor delivered it, ID07 no reason, ID08 no subject named, ID09 the
    act is known already, AS12 an association told of somebody who is no member.
    """
    take_loader_lock()
    row = _decidable(row_id, reason=reason, actor=actor)
    shown = [
        {
            "subject": one.subject.public_id,
            "name": one.subject.name,
            "score": one.score,
            "reasons": one.reasons,
        }
        for one in proposed
    ]
    said = RowIdentity(
        row=row,
        verdict=verdict,
        evidence=shown,
        reason=reason.strip()[:300],
        decided_by=actor,
        decided_at=now,
    )
    RowIdentity.objects.filter(row=row, verdict=Verdict.UNKNOWN, reversed_at__isnull=True).update(
        reversed_by=actor, reversed_at=now, reversed_reason="重新认定"
    )
    if verdict == Verdict.YES:
        if subject is None:
            raise Refusal(
                "ID08", "请选择这一行属于哪个主体。", advice="都不属于的，请选“都不是”或“不能确定”。"
            )
        said.subject = standing(subject)
        refuse_stranger(said.subject, row.batch)
        said.score = _score_of(proposed, said.subject)
        said.record_key = _file(row, said.subject, now=now)
        said.alias = _remember(row, said, now=now) if remember else None
    said.save()
    _carry_out(said, actor=actor, now=now)
    return said


def _carry_out(said: RowIdentity, *, actor: User, now: datetime) -> None:
    """What becomes of the row, and the event in the ledger."""
    row = said.row
    if said.verdict == Verdict.YES:
        row.state, row.decided_by, row.decided_at = ReturnedState.ACCEPTED, actor, now
        row.reason = f"认定为“{said.subject.name if said.subject else ''}”：{said.reason}"[:300]
        row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    elif said.verdict == Verdict.NO:
        send_back(row.pk, actor=actor, reason=said.reason, now=now)
    note(
        "row.identified",
        now=now,
        actor=actor,
        subject=said.subject.public_id if said.subject else "",
        object=f"row:{row.pk}",
        reason=said.reason,
        payload={"verdict": said.verdict, "score": said.score, "alias": said.alias_id is not None},
    )


def _score_of(proposed: Sequence[Proposed], subject: Subject) -> int | None:
    return next((one.score for one in proposed if one.subject.pk == subject.pk), None)


def _decidable(row_id: int, *, reason: str, actor: User) -> ReturnedRow:
    row = (
        ReturnedRow.objects.select_for_update(of=("self",)).select_related("batch").filter(pk=row_id).first()
    )
    if row is None or not waiting_rows().filter(pk=row_id).exists():
        raise Refusal("ID05", "这一行已经处理，或不只是代码有问题。", advice="请在待处理的行中查看。")
    if answers_for(actor, row.batch):
        raise Refusal(
            "ID06",
            "报送人不能认定自己报送的行属于谁；系统报送的，本单位的人不能认定。",
            advice="请由另一人认定。",
        )
    if not reason.strip():
        raise Refusal("ID07", "请写明认定的理由。", advice="请补充后重试。")
    return row


def _file(row: ReturnedRow, subject: Subject, *, now: datetime) -> int:
    """The key of the record that the row becomes."""
    read: Mapping[str, Any] = row.normalised or {}
    other = None if subject.code else subject.codes.order_by("kind").values_list("kind", "value").first()
    again = RowIdentity.objects.filter(row=row, verdict=Verdict.YES).count()
    if subject.code is None and other is None:
        raise Refusal("ID08", "这个主体没有任何代码，不能归入。", advice="请先由登记机关补充代码。")
    told = adopted(read, code=subject.code, other=other, again=again)
    if not load_single(told, batch=row.batch_id, now=now):
        raise Refusal(
            "ID09",
            "这个主体已有同一行为的记录，没有重复写入。",
            advice="请核对主体档案；确属重复的，退回报送单位。",
        )
    filed = Record.objects.filter(batch=row.batch_id, row_no=row.row_no, known_until__isnull=True)
    return filed.latest("pk").record_key


def _remember(row: ReturnedRow, said: RowIdentity, *, now: datetime) -> NameAlias:
    """The alias of this way of writing; one that means another subject must be revoked first."""
    name = name_written(row)
    assert said.subject is not None
    alias, _ = NameAlias.objects.get_or_create(
        normalised=normalise_name(name),
        revoked_at=None,
        defaults={
            "subject": said.subject,
            "name": name[:200],
            "reason": said.reason,
            "remembered_by": said.decided_by,
            "remembered_at": now,
        },
    )
    if alias.subject_id != said.subject.pk:
        raise Refusal(
            "ID10", "这个写法已记为另一个主体的别名。", advice="请先收回原来的别名，或不记住这一次。"
        )
    note(
        "alias.remembered",
        now=now,
        actor=said.decided_by,
        subject=said.subject.public_id,
        object=f"alias:{alias.public_id}",
        reason=said.reason,
    )
    return alias


@transaction.atomic
def take_back(identity_id: int, *, reason: str, actor: User, policy: Policy, now: datetime) -> RowIdentity:
    """Undo a yes: its record is withdrawn with all that rests on it, and the row waits for a person again."""
    said = RowIdentity.objects.select_for_update(of=("self",)).select_related("row").get(pk=identity_id)
    if said.verdict != Verdict.YES or said.reversed_at is not None:
        raise Refusal("ID11", "这项认定已经收回，或没有归入任何主体。", advice="请刷新页面。")
    if not reason.strip():
        raise Refusal("ID12", "请写明为什么收回认定。", advice="请补充后重试。")
    assert said.record_key is not None
    change_state(
        record_key=said.record_key,
        change=Change(deed="withdraw", reason=reason, ground=f"收回对第 {said.row.row_no} 行主体的认定"),
        actor=actor,
        policy=policy,
        now=now,
    )
    said.reversed_by, said.reversed_at, said.reversed_reason = actor, now, reason.strip()[:300]
    said.save(update_fields=["reversed_by", "reversed_at", "reversed_reason"])
    row = said.row
    row.state, row.decided_by, row.decided_at, row.reason = ReturnedState.WAITING, None, None, ""
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    if said.alias is not None and said.alias.revoked_at is None:
        revoke_alias(said.alias.public_id, reason=reason, actor=actor, now=now)
    note("row.unidentified", now=now, actor=actor, object=f"row:{row.pk}", reason=reason)
    return said


@transaction.atomic
def revoke_alias(public_id: str, *, reason: str, actor: User, now: datetime) -> None:
    """Later rows are not proposed by it any more; what a person decided before stays."""
    alias = (
        NameAlias.objects.select_for_update(of=("self",)).select_related("subject").get(public_id=public_id)
    )
    if alias.revoked_at is not None:
        raise Refusal("ID13", "这个别名已经收回。", advice="请刷新页面。")
    if not reason.strip():
        raise Refusal("ID14", "请写明为什么收回别名。", advice="请补充后重试。")
    alias.revoked_by, alias.revoked_at, alias.revoked_reason = actor, now, reason.strip()[:300]
    alias.save(update_fields=["revoked_by", "revoked_at", "revoked_reason"])
    note(
        "alias.revoked",
        now=now,
        actor=actor,
        subject=alias.subject.public_id,
        object=f"alias:{alias.public_id}",
        reason=reason,
    )

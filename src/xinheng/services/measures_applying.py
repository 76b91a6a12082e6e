"""Says what applies to an enterprise in a matter: commitments, lists, measures, bans and incentives, each with its basis.

The answer informs and never says yes or no (legal guards G14, G16); a desk states its reason, and each reading stands in
the ledger (《河南省社会信用条例》第三十一条; 南阳方案五（三）).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from xinheng.core.access import Target, may
from xinheng.core.catalogue import Item
from xinheng.core.catalogue_change import cited
from xinheng.core.days import last_day_if
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.measure_check import PERSONS_ELSEWHERE
from xinheng.core.measures import MeasureGroup, Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.services.accounts import actor_of
from xinheng.services.check_register import entry_of, field_of
from xinheng.services.ledger import note
from xinheng.services.measures_grounds import words_of_each
from xinheng.services.reach import Tree, tree
from xinheng.services.time import day_of, end_of
from xinheng.store.accounts import User
from xinheng.store.checked_lines import ENTRY, MEASURE, RECORD, Known, Told, told_of
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject

PARTS = ("commitments", "lists", "measures", "bans", "incentives")
"""Of what an answer consists."""
_COMMITMENT = int(Item.COMMITMENT)


class Line(NamedTuple):
    """One thing that applies. ``until_on`` is the first day on which it applies no more; empty: as long as its ground."""

    title: str
    basis: str
    ground: str
    from_on: date | None
    until_on: date | None
    body: str
    number: str = ""

    @property
    def last_on(self) -> date | None:
        """The last day, as every page and paper says it."""
        return last_day_if(self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """What is known of an enterprise for a matter on a day. There is no field for a verdict, and none may be added. ``check``:
    number of its entry in the register, where a desk asked."""

    subject: Known
    occasion: Occasion
    on: date
    commitments: tuple[Line, ...]
    lists: tuple[Line, ...]
    measures: tuple[Line, ...]
    bans: tuple[Line, ...]
    incentives: tuple[Line, ...]
    persons: str = PERSONS_ELSEWHERE
    subject_version: int = 0
    policy_digest: str = ""
    check: str = ""


def what_applies(
    subject: Subject, occasion: Occasion, body: Organisation, *, policy: Policy, on: date
) -> Applies:
    """Read without leaving a trace; a caller outside notes it (``check_at_desk``, the interface for checks)."""
    return what_applies_to([known(subject)], occasion, body, policy=policy, on=on, today=on)[0]


def known(subject: Subject) -> Known:
    return Known(subject.pk, subject.public_id, subject.code, subject.name, subject.version)


def what_applies_to(
    subjects: Sequence[Known],
    occasion: Occasion,
    body: Organisation,
    *,
    policy: Policy,
    on: date,
    today: date,
) -> list[Applies]:
    """The same of many enterprises in their order. Other arguments as of ``lines_of``."""
    found = lines_of(subjects, occasion, body, policy=policy, on=on, today=today)
    nothing: dict[str, list[Line]] = {}
    applying = []
    for one in subjects:
        parts = found.get(one.pk, nothing)
        applying.append(
            Applies(
                subject=one,
                occasion=occasion,
                on=on,
                commitments=tuple(parts.get("commitments", ())),
                lists=tuple(parts.get("lists", ())),
                measures=tuple(parts.get("measures", ())),
                bans=tuple(parts.get("bans", ())),
                incentives=tuple(parts.get("incentives", ())),
                subject_version=one.version,
                policy_digest=policy.digest,
            )
        )
    return applying


def lines_of(
    subjects: Sequence[Known],
    occasion: Occasion,
    body: Organisation,
    *,
    policy: Policy,
    on: date,
    today: date,
) -> Mapping[int, Mapping[str, Sequence[Line]]]:
    """The lines of many enterprises by number and part, with as few questions to the database as of one; nothing stands for
    whom nothing applies. ``on`` a day before ``today``: what was in force and known then and still stands; what has ended
    since is not told (legal guard G9)."""
    rows = told_of(
        [one.pk for one in subjects],
        occasion,
        body=body.pk,
        on=on,
        today=today,
        known_before=end_of(on),
    )
    found: dict[int, dict[str, list[Line]]] = {}
    for owner, part, line in _lines(rows, policy):
        parts = found.get(owner)
        if parts is None:
            found[owner] = {part: [line]}
        elif part in parts:
            parts[part].append(line)
        else:
            parts[part] = [line]
    return found


def demand_check(subjects: Sequence[Known], *, reason: str, actor: User, on: date) -> None:
    """Refusals: MW1 no reason, MW2 not at such a desk."""
    if not reason.strip():
        raise Refusal("MW1", "核查须写明事由，例如受理编号、项目编号。", advice="请填写后重试。")
    for subject in subjects:
        decision = may(actor_of(actor), Verb.CHECK_SUBJECT, Target(subject=subject.pk), on=on)
        if not decision:
            raise Refusal("MW2", decision.reason, advice="如工作需要，请向安全管理员申请相应角色。")


@transaction.atomic
def check_at_desk(
    subject: Subject,
    occasion: Occasion,
    *,
    body: Organisation,
    reason: str,
    actor: User,
    policy: Policy,
    now: datetime,
    field: str = "",
) -> Applies:
    """The reading of a desk, with its reason, in the ledger and the register. ``field``: that of the matter, where the organ
    has several. Refusals: MW1 no reason, MW2 not at such a desk, CR1 a field of others."""
    today = day_of(now)
    demand_check([known(subject)], reason=reason, actor=actor, on=today)
    of_field = field_of(body, field, policy=policy)
    found = what_applies(subject, occasion, body, policy=policy, on=today)
    note(
        "subject.checked",
        now=now,
        actor=actor,
        subject=subject.public_id,
        object=f"occasion:{occasion.value}",
        reason=reason.strip()[:300],
        payload={
            "body": body.key,
            "version": found.subject_version,
            "policy": found.policy_digest,
            "found": {
                "lists": len(found.lists),
                "measures": len(found.measures),
                "bans": len(found.bans),
                "incentives": len(found.incentives),
            },
        },
    )
    made = entry_of(
        found.subject.pk, occasion, organisation=body, field=of_field, reference=reason, by=actor, now=now
    )
    made.save(force_insert=True)
    return replace(found, check=made.public_id or "")


def _lines(rows: Sequence[Told], policy: Policy) -> Iterator[tuple[int, str, Line]]:
    """Whose it is, in which part of the answer, and what is told. Lists decided here come first; a record by which one
    of them stands in the file is not told again, and internal ones are told to nobody."""
    if not rows:
        return
    measures = [one for one in rows if one.kind == MEASURE]
    words = words_of_each({_ground(one) for one in measures}, policy=policy) if measures else {}
    names = tree() if rows[0].kind != RECORD else None
    shown = {one.key for one in rows if one.kind == ENTRY and one.key}
    bases: dict[int, tuple[str, str]] = {}
    for one in rows:
        if one.kind == MEASURE:
            assert names is not None
            yield from _measure(one, words[_ground(one)], names)
        elif one.kind == ENTRY:
            assert names is not None
            yield one.owner, "lists", _entry(one, names, policy)
        elif one.what == _COMMITMENT:
            yield one.owner, "commitments", _recorded(one, bases, policy)
        elif one.key not in shown:
            yield one.owner, "lists", _recorded(one, bases, policy)


def _measure(row: Told, ground: str, names: Tree) -> Iterator[tuple[int, str, Line]]:
    line = Line(
        title=row.title,
        basis=row.basis,
        ground=ground,
        from_on=row.from_on,
        until_on=row.until_on,
        body=names.name(row.organisation or 0),
        number=row.number,
    )
    if row.ban:
        yield row.owner, "bans", line
    if row.fits and row.what == MeasureGroup.INCENTIVE:
        yield row.owner, "incentives", line
    elif row.fits and not row.ban:
        yield row.owner, "measures", line


def _ground(row: Told) -> Ground:
    return Ground(GroundKind(row.ground_kind), row.key or 0)


def _entry(row: Told, names: Tree, policy: Policy) -> Line:
    listed = policy.lists.require(row.listed)
    return Line(
        title=listed.title,
        basis=cited(listed.basis, policy.sources),
        ground=row.number,
        from_on=row.from_on,
        until_on=row.until_on,
        body=names.name(row.organisation or 0),
        number=row.number,
    )


def _recorded(row: Told, bases: dict[int, tuple[str, str]], policy: Policy) -> Line:
    """``bases`` keeps title and basis of each item of the catalogue, once met."""
    if row.what not in bases:
        item = policy.catalogue.item(row.what)
        bases[row.what] = (item.title, cited(item.basis, policy.sources))
    title, basis = bases[row.what]
    ground = f"{title}　{row.document}" if title and row.document else title or row.document
    return Line(row.title or title, basis, ground, row.from_on, row.until_on, row.authority)


def content_of(applies: Applies) -> dict[str, object]:
    """What the digest of an answer covers, without anything that changes from one asking to the next."""
    return {
        "subject": applies.subject.public_id,
        "version": applies.subject_version,
        "policy": applies.policy_digest,
        "occasion": applies.occasion.value,
        "on": applies.on.isoformat(),
        **{part: [line_words(one) for one in getattr(applies, part)] for part in PARTS},
    }


def line_words(line: Line) -> dict[str, str]:
    """A line in strings; days empty where there is none."""
    return {
        "title": line.title,
        "basis": line.basis,
        "ground": line.ground,
        "body": line.body,
        "number": line.number,
        "from_on": line.from_on.isoformat() if line.from_on else "",
        "until_on": line.until_on.isoformat() if line.until_on else "",
    }

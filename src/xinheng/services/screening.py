"""Looks for a batch of names and codes on every active list: by code exactly, by name as the matcher says (信用核查).

What is found informs whoever decides; a name that is only like one on a list is for a person to look at, and nothing follows
by itself (国办发〔2020〕49号; legal guards G2, G14, G16). Who was found learns that it was looked for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.canonical import digest_of
from xinheng.core.days import last_day_if
from xinheng.core.lists import ListKind
from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.screening import AskedLine, Found
from xinheng.matching.listing import Asked, Match, SubjectList
from xinheng.services.check_register import entry_of, field_of
from xinheng.services.ledger import event_of, note, note_all
from xinheng.services.list_screening import listed
from xinheng.services.measures_applying import demand_check, known
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.check_register import CheckMade
from xinheng.store.listings import ListEntry
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

MOST = 2_000
"""Lines a desk asks for at once."""
_Bearer = tuple[str, str]
"""A name that somebody on a list bears or bore, and the code."""
_kept: tuple[list[_Bearer], SubjectList] | None = None
"""One index a process, about 175 bytes a name of the active lists; another takes its place once a name or code is another."""
ABOUT = "仅限本平台归集的、现行有效的严重失信主体名单、法院名单和本市认定的名单，不含经营异常名录和自然人。名称相近的须核对代码后再用。不是准入结论，由承办单位依法决定。"


HEAD = (
    *("行", "名称", "代码", "结果", "相似度", "名单", "作出单位", "文号", "列入日期", "截止日期"),
    *("名单上的名称", "名单上的代码", "说明"),
)
"""The columns of a table of answers (``words_of``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One standing entry. ``last_on``: the last day on which it stands."""

    subject: Subject
    title: str
    body: str
    number: str
    from_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What came of a line; ``score`` of the name, 1 by code."""

    line: AskedLine
    found: Found
    entries: tuple[Entry, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who asks at which organ, in which matter and for what: the number of the application or project."""

    actor: User
    organisation: Organisation
    occasion: Occasion
    reference: str


@dataclass(frozen=True, slots=True)
class ManyScreened:
    """``snapshot``: digest over every line and what was found."""

    rows: Sequence[Screened]
    snapshot: str

    def count(self, found: Found) -> int:
        return sum(row.found is found for row in self.rows)


def screen_at_desk(lines: Sequence[AskedLine], desk: Desk, *, policy: Policy, now: datetime) -> ManyScreened:
    """Each enterprise that is surely on a list is entered in register and ledger. Refusals: MW1 no number, MW2 not at such a
    desk, SN1 no line, SN2 too many."""
    _refuse_size(lines, most=MOST)
    screened = screen(lines, policy=policy, today=day_of(now))
    _enter(screened, desk, policy=policy, now=now)
    return screened


@transaction.atomic
def _enter(screened: ManyScreened, desk: Desk, *, policy: Policy, now: datetime) -> None:
    subjects = _sure(screened.rows)
    demand_check([known(one) for one in subjects], reason=desk.reference, actor=desk.actor, on=day_of(now))
    field = field_of(desk.organisation, "", policy=policy)
    CheckMade.objects.bulk_create(
        entry_of(
            one.pk,
            desk.occasion,
            organisation=desk.organisation,
            field=field,
            reference=desk.reference,
            by=desk.actor,
            now=now,
        )
        for one in subjects
    )
    _note(screened, subjects, reason=desk.reference, actor=desk.actor, occasion=desk.occasion, now=now)


def screen_for_file(
    lines: Sequence[AskedLine], *, reason: str, policy: Policy, now: datetime
) -> ManyScreened:
    """The same for whoever runs commands on the server. Refusal SN3 without a reason, SN1 no line."""
    if not reason.strip():
        raise Refusal("SN3", "请写明为什么核查这些名称。", advice="用 --reason 写明来函文号或者项目编号。")
    _refuse_size(lines, most=None)
    screened = screen(lines, policy=policy, today=day_of(now))
    with transaction.atomic():
        _note(screened, _sure(screened.rows), reason=reason, actor=None, occasion=None, now=now)
    return screened


def screen(lines: Sequence[AskedLine], *, policy: Policy, today: date) -> ManyScreened:
    """Without leaving a trace; a caller outside notes it."""
    bearers = _bearers(policy, today=today)
    asked = [line for line in lines if not line.problem]
    matches = list(_index_of(sorted(bearers)).match([Asked(one.name, one.code) for one in asked]))
    entries: dict[_Bearer, list[Entry]] = defaultdict(list)
    met = (
        bearers.get((one.listed.name, one.listed.code), ())
        for one in matches
        if one.listed and one.same is not False
    )
    for entry in active_entries(policy, today=today, of=set(chain.from_iterable(met))):
        for name in _names(entry.subject):
            entries[name, entry.subject.code or ""].append(entry)
    by_line = {one.number: _answer(one, match, entries) for one, match in zip(asked, matches, strict=True)}
    rows = [by_line.get(one.number) or Screened(line=one, found=Found.WRONG) for one in lines]
    return ManyScreened(rows, digest_of([_content(row) for row in rows]))


def words_of(row: Screened) -> list[tuple[str, ...]]:
    """A line of words for each entry of a line, or one that says that there is none."""
    line = row.line
    head = (str(line.number), line.name, line.code, row.found.label)
    if not row.entries:
        return [(*head, *[""] * (len(HEAD) - len(head) - 1), line.problem)]
    score = f"{row.score:.2f}"
    return [
        (
            *(*head, score, one.title, one.body, one.number),
            *(str(one.from_on or ""), str(one.last_on or "")),
            *(one.subject.name, one.subject.code or "", _advice(row)),
        )
        for one in row.entries
    ]


def _advice(row: Screened) -> str:
    return "请核对代码后再用" if row.found is Found.UNSURE else ""


def _own(today: date) -> QuerySet[ListEntry]:
    """What stands on serious and good lists decided here."""
    own = ListEntry.objects.filter(ended_at__isnull=True, suspended_at__isnull=True, from_on__lte=today)
    return own.filter(Q(until_on__isnull=True) | Q(until_on__gt=today)).exclude(kind=ListKind.FOCUS.value)


def _theirs(policy: Policy, today: date) -> QuerySet[Record]:
    """What stands on lists of others that came as public information."""
    return listed(policy).exclude(valid_to__lte=today)


def _bearers(policy: Policy, *, today: date) -> Mapping[_Bearer, set[int]]:
    """Whom each name with its code stands for: the names of today and those before of everybody on a list."""
    found: dict[_Bearer, set[int]] = defaultdict(set)
    for name in ("subject__name", "subject__names__name"):
        fields = ("subject", "subject__code", name)
        for rows in (_own(today).values_list(*fields), _theirs(policy, today).values_list(*fields)):
            for subject, code, written in rows.order_by().distinct():
                if written is not None:
                    found[written.strip(), code or ""].add(subject)
    return found


def _index_of(bearers: list[_Bearer]) -> SubjectList:
    global _kept
    held = _kept
    if held is None or held[0] != bearers:
        held = _kept = (bearers, SubjectList(bearers))
    return held[1]


def active_entries(policy: Policy, *, today: date, of: Collection[int]) -> Iterator[Entry]:
    """What stands of these subjects, on lists decided here and on those of others."""
    names = tree()
    own = _own(today).filter(subject__in=of)
    for one in own.select_related("subject", "decision").prefetch_related("subject__names").order_by("pk"):
        yield Entry(
            subject=one.subject,
            title=policy.lists.require(one.list_key).title,
            body=names.name(one.organisation_id),
            number=one.decision.number,
            from_on=one.from_on,
            last_on=last_day_if(one.until_on),
        )
    theirs = _theirs(policy, today).filter(subject__in=of).select_related("subject", "detail")
    for record in theirs.prefetch_related("subject__names").order_by("pk"):
        detail = getattr(record, "detail", None)
        item = policy.catalogue.item(record.item)
        yield Entry(
            subject=record.subject,
            title=(detail.title if detail else "") or item.title,
            body=detail.authority if detail else "",
            number=detail.document_no if detail else "",
            from_on=record.valid_from or record.decided_on,
            last_on=last_day_if(record.valid_to),
        )


def _names(subject: Subject) -> Iterable[str]:
    """The present name and those before."""
    return dict.fromkeys((subject.name.strip(), *(one.name.strip() for one in subject.names.all())))


def _answer(line: AskedLine, match: Match, entries: Mapping[tuple[str, str], list[Entry]]) -> Screened:
    if match.listed is None or match.same is False:
        return Screened(line=line, found=Found.NOTHING)
    found = entries.get((match.listed.name, match.listed.code))
    if not found:
        return Screened(line=line, found=Found.NOTHING)
    same = Found.LISTED if match.same else Found.UNSURE
    return Screened(line=line, found=same, entries=tuple(found), score=match.score)


def _sure(rows: Iterable[Screened]) -> list[Subject]:
    found = {
        entry.subject.pk: entry.subject for row in rows if row.found is Found.LISTED for entry in row.entries
    }
    return [found[pk] for pk in sorted(found)]


def _content(row: Screened) -> dict[str, object]:
    return {
        "line": row.line.number,
        "found": row.found.value,
        "entries": [[one.subject.public_id, one.title, one.number] for one in row.entries],
    }


def _note(
    screened: ManyScreened,
    subjects: Sequence[Subject],
    *,
    reason: str,
    actor: User | None,
    occasion: Occasion | None,
    now: datetime,
) -> None:
    payload = {"snapshot": screened.snapshot, "lines": len(screened.rows)}
    about = f"occasion:{occasion.value}" if occasion else "lists:all"
    note("list.names_screened", now=now, actor=actor, object=about, reason=reason, payload=payload)
    note_all(
        [
            event_of(
                "subject.checked",
                now=now,
                actor=actor,
                subject=one.public_id,
                object=about,
                reason=reason.strip(),
                payload=payload,
            )
            for one in subjects
        ]
    )


def _refuse_size(lines: Sequence[AskedLine], *, most: int | None) -> None:
    if not lines:
        raise Refusal("SN1", "没有要核查的名称。", advice="请每行写一个名称，可以加上统一社会信用代码。")
    if most is not None and len(lines) > most:
        raise Refusal("SN2", f"一次最多核查 {most} 行，收到 {len(lines)} 行。", advice="请分几次核查。")

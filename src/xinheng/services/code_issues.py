"""Finds wrong and duplicate codes, gives each to its registrar, and closes it when data show it no longer.

A sweep looks at the whole set: new matters are entered, known ones brought up to date, and what was closed opens again
where it came back. Assigning, fixing and verifying are persons' steps; the one who fixed does not verify (双人原则).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q

from xinheng.core.code_issues import (
    CodeRates,
    IssueKind,
    IssueState,
    Registrar,
    Standing,
    TrendPoint,
    after_sweep,
    county_in,
    refuse_assignment,
    refuse_fix,
    refuse_verification,
    registrar_of,
)
from xinheng.core.credit_code import is_uscc
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services import code_issues_sql as sql
from xinheng.services.coverage import county_of
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store import locks
from xinheng.store.accounts import RoleGrant, User
from xinheng.store.batches import ReturnedRow, ReturnedState
from xinheng.store.code_issues import CodeIssue, CodeIssueStep
from xinheng.store.organisations import Organisation, OrganisationKind
from xinheng.store.outbox import enqueue
from xinheng.store.subjects import Subject

MOST_ROWS = 20
"""Numbers of rows kept with a matter."""
_STATEMENTS = {
    IssueKind.CHECK: sql.CHECK,
    IssueKind.PLACEHOLDER: sql.PLACEHOLDER,
    IssueKind.MANY_NAMES: sql.MANY_NAMES,
    IssueKind.MANY_CODES: sql.MANY_CODES,
}
_CHUNK = 1_000
AT_ONCE = 20_000
"""Rows that did not enter up to which a person waits for the look at the whole set."""
_FOLLOWING = [
    "members",
    "rows",
    "occurrences",
    "seen_at",
    "cleared_at",
    "state",
    "reopened",
    "distinct",
    "name",
    "organisation",
    "division",
]


@dataclass(frozen=True, slots=True)
class Found:
    """One matter as data show it now."""

    kind: IssueKind
    key: str
    code: str
    name: str
    members: tuple[str, ...]
    rows: tuple[int, ...]
    occurrences: int


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep changed."""

    found: int
    added: int
    reopened: int
    cleared: int


@transaction.atomic
def sweep_now_or_soon(*, policy: Policy, now: datetime) -> Swept | None:
    """Look at once while few rows wait, so that somebody may wait for it; None where it is left to the worker."""
    waiting = ReturnedRow.objects.filter(state__in=(ReturnedState.WAITING, ReturnedState.RETURNED)).count()
    if waiting <= AT_ONCE:
        return sweep_codes(policy=policy, now=now)
    enqueue("sweep_codes", once="sweep_codes", timestamp=int(now.timestamp()))
    return None


@transaction.atomic
def sweep_codes(*, policy: Policy, now: datetime) -> Swept:
    """Look at the whole set and bring the matters up to date."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.SWEEP])
    shown = {(one.kind.value, one.key): one for one in _looked_at()}
    known = {(issue.kind, issue.key): issue for issue in CodeIssue.objects.select_for_update()}
    homes = _Homes(policy, on=day_of(now), codes={one.code for one in shown.values() if one.code})
    added = [_entered(one, homes, now=now) for key, one in shown.items() if key not in known]
    CodeIssue.objects.bulk_create(added, batch_size=_CHUNK)
    _steps(added, "found", now=now)
    still = [(issue, shown[key]) for key, issue in known.items() if key in shown]
    CodeIssue.objects.filter(pk__in=[issue.pk for issue, _ in still]).update(seen_at=now)
    moved = [issue for issue, one in still if not _same(issue, one)]
    moved += [issue for issue, _ in still if _goes_home(issue, homes)]
    reopened = [issue for issue, one in still if _seen(issue, one, now=now)]
    _steps(reopened, "reopened", now=now)
    gone = [issue for key, issue in known.items() if key not in shown and issue.cleared_at is None]
    for issue in gone:
        issue.cleared_at = now
    CodeIssue.objects.bulk_update({*moved, *reopened, *gone}, _FOLLOWING, batch_size=_CHUNK)
    swept = Swept(len(shown), len(added), len(reopened), len(gone))
    if added or reopened or gone:
        note(
            "codes.swept",
            now=now,
            payload={"added": swept.added, "reopened": swept.reopened, "cleared": swept.cleared},
        )
    return swept


def _looked_at() -> Iterable[Found]:
    for kind, statement in _STATEMENTS.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for row in cursor.fetchall():
                yield _read(kind, row)
    codes = Subject.objects.filter(code__isnull=False, merged_into__isnull=True).values_list("code", "name")
    for code, name in codes.iterator(chunk_size=50_000):
        if code and not is_uscc(code):
            yield Found(IssueKind.CHECK, code, code, name, (name,), (), 1)


def _read(kind: IssueKind, row: Sequence[object]) -> Found:
    key, code, name, members, rows, occurrences = row
    told = tuple(sorted({_masked(one) for one in _listed(members)}))
    numbers = tuple(int(str(one)) for one in _listed(rows))[-MOST_ROWS:]
    return Found(
        kind,
        _masked(key)[:220],
        _masked(code)[:40],
        _masked(name)[:200],
        told,
        numbers,
        int(str(occurrences)),
    )


def _listed(value: object) -> list[object]:
    return [one for one in value if one is not None] if isinstance(value, list) else []


def _masked(value: object) -> str:
    return mask_personal(str(value or "")).text


class _Homes:
    """Whose matter it is: the registrar of the subject's county where one has a desk here, the agency of the city that
    registers such codes, else the city."""

    def __init__(self, policy: Policy, *, on: date, codes: set[str]) -> None:
        self._policy = policy
        self._of_counties = _county_desks(on)
        known = Subject.objects.filter(code__in=codes).exclude(division_code="")
        self._divisions: dict[str, str] = dict(known.values_list("code", "division_code"))  # type: ignore[arg-type]
        self._city = Organisation.objects.filter(kind=OrganisationKind.CITY).order_by("pk").first()
        keys = {one: policy.agencies.of_sector(one.value) for one in Registrar}
        units = {unit.key: unit for unit in Organisation.objects.filter(kind=OrganisationKind.DEPARTMENT)}
        self._homes = {
            registrar: next((units[key] for key in keys[registrar] if key in units), self._city)
            for registrar in Registrar
        }

    def unit(self, registrar: Registrar, *, county: str) -> Organisation:
        home = self._of_counties.get((county, registrar)) or self._homes[registrar]
        if home is None:
            raise Refusal("CI08", "还没有设立单位，不能核查重错码。", advice="请先导入数据或设立单位。")
        return home

    def county(self, code: str) -> str:
        """The present county of the subject as its registrar says it, else of the code itself; empty elsewhere."""
        division = self._divisions.get(code) or county_in(code, counties=self._policy.counties)
        return county_of(division, self._policy)


def _county_desks(on: date) -> dict[tuple[str, Registrar], Organisation]:
    """Organisations of counties in which somebody holds the registrar's desk, by county and what they register.

    A department is known by its name; the county itself answers for what none of its departments does.
    """
    grants = RoleGrant.objects.filter(Q(to_on__isnull=True) | Q(to_on__gt=on), role=Role.REGISTRAR_DESK)
    held = grants.filter(from_on__lte=on).values("organisation")
    places = Q(kind=OrganisationKind.COUNTY) | Q(parent__kind=OrganisationKind.COUNTY)
    units = Organisation.objects.filter(places, pk__in=held).select_related("parent")
    found: dict[tuple[str, Registrar], Organisation] = {}
    for unit in sorted(units, key=lambda unit: unit.kind != OrganisationKind.COUNTY):
        name = unit.names.filter(to_on__isnull=True).values_list("name", flat=True).first() or ""
        own = [one for one in Registrar if unit.kind == OrganisationKind.COUNTY or one.label in name]
        found |= {(unit.division_code, one): unit for one in own}
    return found


def _goes_home(issue: CodeIssue, homes: _Homes) -> bool:
    """Give what nobody was given yet to the registrar who is responsible now; whether that is another."""
    county = homes.county(issue.code)
    unit = homes.unit(Registrar(issue.registrar), county=county)
    if issue.state != IssueState.OPEN or unit.pk == issue.organisation_id:
        return False
    issue.organisation, issue.division = unit, county
    return True


def _entered(one: Found, homes: _Homes, *, now: datetime) -> CodeIssue:
    registrar, county = registrar_of(one.code, name=one.name), homes.county(one.code)
    return CodeIssue(
        kind=one.kind.value,
        key=one.key,
        code=one.code,
        name=one.name,
        members=list(one.members),
        rows=list(one.rows),
        occurrences=one.occurrences,
        registrar=registrar.value,
        division=county,
        organisation=homes.unit(registrar, county=county),
        found_at=now,
        seen_at=now,
    )


def _same(issue: CodeIssue, one: Found) -> bool:
    said = (issue.occurrences, issue.name, tuple(issue.members), tuple(issue.rows), issue.cleared_at)
    return said == (one.occurrences, one.name, one.members, one.rows, None)


def _seen(issue: CodeIssue, one: Found, *, now: datetime) -> bool:
    """Bring a matter up to date; whether it opens again."""
    before = IssueState(issue.state)
    state = after_sweep(standing_of(issue), members=one.members)
    issue.seen_at, issue.cleared_at = now, None
    if not (issue.distinct and state is before):
        issue.members = list(one.members)
    issue.rows, issue.occurrences, issue.name = list(one.rows), one.occurrences, one.name
    if state is before:
        return False
    issue.state, issue.distinct = state.value, False
    issue.reopened += 1
    return True


def standing_of(issue: CodeIssue) -> Standing:
    return Standing(IssueState(issue.state), issue.fixed_by_id, issue.distinct, tuple(issue.members))


def _steps(
    issues: Iterable[CodeIssue], deed: str, *, now: datetime, actor: User | None = None, remark: str = ""
) -> None:
    CodeIssueStep.objects.bulk_create(
        (
            CodeIssueStep(issue=issue, state=issue.state, deed=deed, remark=remark[:300], actor=actor, at=now)
            for issue in issues
        ),
        batch_size=_CHUNK,
    )


@transaction.atomic
def assign_issues(
    public_ids: Sequence[str], *, due_on: date | None, remark: str = "", actor: User, now: datetime
) -> int:
    """Give matters to their registrars; returns how many."""
    issues = list(CodeIssue.objects.select_for_update().filter(public_id__in=public_ids).order_by("pk"))
    for issue in issues:
        refuse_assignment(standing_of(issue))
        issue.state, issue.assigned_by, issue.assigned_at = IssueState.ASSIGNED.value, actor, now
        issue.due_on = due_on
    CodeIssue.objects.bulk_update(issues, ["state", "assigned_by", "assigned_at", "due_on"])
    _steps(issues, "assigned", now=now, actor=actor, remark=remark)
    for issue in issues:
        _note("codes.assigned", issue, reason=remark, actor=actor, now=now)
    return len(issues)


@transaction.atomic
def fix_issue(
    public_id: str, *, remedy: str, distinct: bool = False, actor: User, now: datetime
) -> CodeIssue:
    """The registrar says what was done. ``distinct``: the members were found to be different subjects."""
    issue = _locked(public_id)
    refuse_fix(standing_of(issue), kind=IssueKind(issue.kind), distinct=distinct, remedy=remedy)
    issue.state, issue.fixed_by, issue.fixed_at = IssueState.FIXED.value, actor, now
    issue.remedy, issue.distinct = remedy.strip()[:300], distinct
    issue.verified_by, issue.verified_at = None, None
    issue.save()
    _steps([issue], "fixed", now=now, actor=actor, remark=remedy)
    _note("codes.fixed", issue, reason=remedy, actor=actor, now=now)
    return issue


@transaction.atomic
def verify_issue(public_id: str, *, agree: bool, remark: str, actor: User, now: datetime) -> CodeIssue:
    """A second person closes what data no longer show, or gives it back to the registrar."""
    issue = _locked(public_id)
    _look_again(issue, now=now)
    standing = standing_of(issue)
    if agree:
        refuse_verification(standing, actor=actor.pk, still_there=issue.cleared_at is None)
        issue.state, issue.verified_by, issue.verified_at = IssueState.VERIFIED.value, actor, now
    else:
        if standing.state is not IssueState.FIXED or not remark.strip():
            raise Refusal("CI09", "退回整改须写明理由，且只能退回已整改的问题。", advice="请补充理由后重试。")
        issue.state, issue.distinct = IssueState.ASSIGNED.value, False
    issue.save()
    _steps([issue], "verified" if agree else "returned", now=now, actor=actor, remark=remark)
    _note("codes.verified" if agree else "codes.returned", issue, reason=remark, actor=actor, now=now)
    return issue


def _look_again(issue: CodeIssue, *, now: datetime) -> None:
    """Bring one matter up to date without looking at the others."""
    kind = IssueKind(issue.kind)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        cursor.execute(
            f"SELECT * FROM ({_STATEMENTS[kind]}) found (key, code, name, members, rows, times) WHERE key = %s",
            [issue.key],
        )
        row = cursor.fetchone()
    wrong = kind is IssueKind.CHECK and not is_uscc(issue.key)
    if row is not None:
        _seen(issue, _read(kind, row), now=now)
    elif not (wrong and Subject.objects.filter(code=issue.key, merged_into__isnull=True).exists()):
        issue.cleared_at = issue.cleared_at or now


def _locked(public_id: str) -> CodeIssue:
    found = CodeIssue.objects.select_for_update().filter(public_id=public_id).first()
    if found is None:
        raise Refusal("CI10", "没有这个重错码问题。", advice="请在重错码的列表中打开。")
    return found


def _note(kind: str, issue: CodeIssue, *, reason: str, actor: User, now: datetime) -> None:
    note(kind, now=now, actor=actor, object=f"code_issue:{issue.public_id}", reason=reason)


def rates_of(organisations: Iterable[int]) -> CodeRates:
    """重错码率 over the whole city's codes, and 纠正率 of the matters of some registrars."""
    issues = CodeIssue.objects.filter(organisation__in=list(organisations))
    with connection.cursor() as cursor:
        cursor.execute(sql.CODES)
        codes = int(cursor.fetchone()[0])
    living = issues.filter(cleared_at__isnull=True).exclude(distinct=True, state=IssueState.VERIFIED.value)
    return CodeRates(
        codes=codes,
        living=living.count(),
        found=issues.count(),
        closed=issues.filter(state=IssueState.VERIFIED.value).count(),
    )


def trend_of(organisations: Iterable[int], *, first: datetime, last: datetime) -> tuple[TrendPoint, ...]:
    """Month by month: ``first`` and ``last`` are the beginnings of months in China."""
    with connection.cursor() as cursor:
        cursor.execute(sql.TREND, {"first": first, "last": last, "organisations": list(organisations)})
        return tuple(TrendPoint(day_of(row[0]), row[1], row[2], row[3]) for row in cursor.fetchall())

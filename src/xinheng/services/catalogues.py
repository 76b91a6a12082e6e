"""Local supplements to the catalogue: drafted for a city or a county, checked at every change, approved by a second
person, in force from a day (全国公共信用信息基础目录; 《河南省社会信用条例》第十一条).

A number that once was given to an item is never given to another. What is in force is laid over the files of the city's
pack by services.policies.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.catalogue import (
    FIRST_LOCAL_NUMBER,
    Catalogue,
    CatalogueItem,
    ForbiddenKind,
    ForbiddenRule,
    item_code,
)
from xinheng.core.catalogue_change import (
    Finding,
    Standing,
    Supplement,
    Tree,
    blank_supplement,
    cited,
    findings,
    parse_supplement,
)
from xinheng.core.catalogue_sharing import SharingChoice, without_choices
from xinheng.core.checks import Defect
from xinheng.core.policy import Policy
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.core.sources import NATION
from xinheng.intake.prepared import Prepared
from xinheng.services.approvals import Draft, approve, begin, body_of, rewrite
from xinheng.services.cases import take_step
from xinheng.services.ledger import note
from xinheng.services.members import refuse_beyond_members
from xinheng.services.policies import CATALOGUE
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation, OrganisationKind
from xinheng.store.policy_versions import PolicyVersion


def area_of(organisation: Organisation, *, policy: Policy) -> str:
    """The county to which an organisation belongs, else the city; a zone without a division code is the city's."""
    seen: Organisation | None = organisation
    while seen is not None:
        if seen.kind == OrganisationKind.COUNTY and seen.division_code in policy.counties:
            return seen.division_code
        seen = seen.parent
    return policy.city.code


def area_name(area: str, *, policy: Policy) -> str:
    county = policy.counties.get(area)
    return county.name if county else policy.city.name


def supplement_in_force(area: str, *, on: date) -> Supplement | None:
    """What the office has published for an area; None where there is nothing."""
    found = versions_of(area).filter(from_on__lte=on).first()
    return parse_supplement(found.body) if found else None


def versions_of(area: str) -> QuerySet[PolicyVersion]:
    """The one that holds last comes first."""
    known = PolicyVersion.objects.filter(kind=CATALOGUE, key=area)
    return known.select_related("drafted_by", "approved_by", "case").order_by("-from_on", "-pk")


def all_versions() -> QuerySet[PolicyVersion]:
    """Of every area, newest first."""
    known = PolicyVersion.objects.filter(kind=CATALOGUE)
    return known.select_related("drafted_by", "approved_by", "case").order_by("-from_on", "-pk")


def open_drafts() -> QuerySet[Case]:
    """Supplements that are not settled, oldest first."""
    known = Case.objects.filter(kind=CATALOGUE, closed_at__isnull=True)
    return known.select_related("opened_by", "organisation").order_by("pk")


@transaction.atomic
def start_supplement(*, actor: User, policy: Policy, now: datetime) -> Case:
    """Open the draft of the next version for the area of whoever drafts; there is one at a time."""
    area = area_of(actor.organisation, policy=policy)
    name = area_name(area, policy=policy)
    waiting = open_drafts().filter(details__key=area).first()
    if waiting is not None:
        raise Refusal(
            "CT1", f"{name}的补充目录已有草稿 {waiting.number}。", advice="请在那份草稿上修改，或者先撤销它。"
        )
    last = versions_of(area).first()
    body = dict(last.body) if last else blank_supplement(area, f"{name}公共信用信息补充目录")
    known = [int(each.body.get("version", 0)) for each in versions_of(area)]
    draft = Draft(
        kind=CATALOGUE,
        key=area,
        title=f"补充目录：{name}",
        body={**body, "version": max(known, default=0) + 1},
        organisation=actor.organisation,
        about={},
    )
    return begin(draft, actor=actor, policy=policy, now=now)


def next_number(*, policy: Policy) -> int:
    """The first number that no item has or ever had, in a version or in a draft."""
    taken = {*taken_numbers(), *(item.number for item in policy.catalogue.items.values())}
    for case in open_drafts():
        taken |= {int(item.get("number") or 0) for item in (body_of(case).get("items") or {}).values()}
    return (
        max((number for number in taken if number >= FIRST_LOCAL_NUMBER), default=FIRST_LOCAL_NUMBER - 1) + 1
    )


def taken_numbers() -> dict[int, str]:
    """Numbers that were ever published, with the title under which they were first known."""
    found: dict[int, str] = {}
    for body in PolicyVersion.objects.filter(kind=CATALOGUE).order_by("pk").values_list("body", flat=True):
        for item in body["items"].values():
            found.setdefault(item["number"], item["title"])
    return found


@transaction.atomic
def save_item(
    public_id: str,
    item: Mapping[str, Any],
    *,
    code: str = "",
    actor: User,
    policy: Policy,
    now: datetime,
) -> tuple[Case, str]:
    """Write an item down, sound or not; without ``code`` it is new and gets the next number. Returns its code."""
    case = _case(public_id)
    tree = body_of(case)
    items = dict(tree.get("items") or {})
    number = items[code]["number"] if code else next_number(policy=policy)
    code = code or item_code(number)
    items[code] = {**item, "number": number, "national": False}
    return rewrite(case, {**tree, "items": items}, actor=actor, policy=policy, now=now), code


@transaction.atomic
def drop_item(public_id: str, code: str, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Leave an item out of the draft; its number stays its own if it was ever published."""
    case = _case(public_id)
    tree = body_of(case)
    items = {key: item for key, item in (tree.get("items") or {}).items() if key != code}
    return rewrite(case, {**tree, "items": items}, actor=actor, policy=policy, now=now)


@transaction.atomic
def state_sharing(
    public_id: str, code: str, choice: Tree | None, *, actor: User, policy: Policy, now: datetime
) -> Case:
    """Write down how others get an item of the basic list, sound or not; None takes it out of the draft."""
    case = _case(public_id)
    tree = body_of(case)
    stated = {key: one for key, one in (tree.get("sharing") or {}).items() if key != code}
    if choice is not None:
        stated[code] = dict(choice)
    return rewrite(case, {**tree, "sharing": stated}, actor=actor, policy=policy, now=now)


@transaction.atomic
def save_head(public_id: str, *, title: str, note: str, actor: User, policy: Policy, now: datetime) -> Case:
    case = _case(public_id)
    tree = body_of(case)
    return rewrite(case, {**tree, "title": title, "note": note}, actor=actor, policy=policy, now=now)


def _case(public_id: str) -> Case:
    return Case.objects.get(public_id=public_id, kind=CATALOGUE)


def standing_of(area: str, *, policy: Policy) -> Standing:
    """What a supplement of an area is judged by: the catalogue without what is the area's own."""
    own = {each.number for each in _items_of(area)}
    catalogue = without_choices(policy.catalogue, _stated_by(area))
    above = {code: item for code, item in catalogue.items.items() if item.number not in own}
    place = (NATION, policy.city.province, policy.city.code)
    return Standing(
        above=catalogue.model_copy(update={"items": above}),
        sources=policy.sources,
        sectors=frozenset(policy.sectors.sectors),
        agencies=frozenset(policy.agencies.agencies),
        area=place if area == policy.city.code else (*place, area),
        taken=taken_numbers(),
        of_county=area != policy.city.code,
    )


def _stated_by(area: str) -> frozenset[str]:
    return frozenset(code for one in versions_of(area) for code in one.body.get("sharing") or {})


def _items_of(area: str) -> list[CatalogueItem]:
    return [item for version in versions_of(area) for item in parse_supplement(version.body).items.values()]


def check_supplement(tree: Tree, *, policy: Policy, on: date) -> tuple[Finding, ...]:
    """Everything that keeps a draft from being published."""
    return findings(tree, standing_of(str(tree["area"]), policy=policy), on=on)


def refuse_supplement(tree: Tree, *, policy: Policy, on: date) -> Supplement:
    """The supplement, or a Refusal with what speaks against it and the clauses."""
    found = check_supplement(tree, policy=policy, on=on)
    if found:
        told = "；".join(each.sentence for each in found[:5])
        clauses = "；".join(dict.fromkeys(each.citation for each in found if each.citation))
        raise Refusal(
            "CT2",
            f"补充目录有 {len(found)} 处不符合要求：{told}。",
            citation=clauses,
            advice="请逐条改正后再送审。",
        )
    try:
        return parse_supplement(tree)
    except PolicyError as error:
        raise Refusal("CT2", "；".join(error.causes), advice="请逐条改正后再送审。") from error


@transaction.atomic
def submit_supplement(public_id: str, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Send the draft to the decider. Raises Refusal where something speaks against it."""
    tree = body_of(_case(public_id))
    supplement = refuse_supplement(tree, policy=policy, on=day_of(now))
    last = versions_of(supplement.area).first()
    before = parse_supplement(last.body) if last else None
    stated: tuple[Mapping[str, CatalogueItem], Mapping[str, SharingChoice]]
    stated = (before.items, before.sharing) if before else ({}, {})
    if stated == (supplement.items, supplement.sharing):
        raise Refusal("CT3", "与现行版本相比没有增减或修改任何信息项和共享属性。", advice="不需要送审。")
    return take_step(public_id, "submit", actor=actor, policy=policy, now=now)


@transaction.atomic
def approve_supplement(
    public_id: str,
    *,
    from_on: date,
    actor: User,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> PolicyVersion:
    """A second person puts the draft in force from a day on; its grounds must hold on that day."""
    refuse_supplement(body_of(_case(public_id)), policy=policy, on=max(from_on, day_of(now)))
    return approve(public_id, actor=actor, policy=policy, now=now, seen_version=seen_version, from_on=from_on)


def feeds_without_item(supplement: Supplement, *, policy: Policy) -> tuple[str, ...]:
    """Titles of feeds that would read nothing any more because their item leaves the catalogue."""
    gone = _codes_in_force(policy.catalogue, supplement.area, policy=policy) - set(supplement.items)
    return tuple(feed.title for feed in policy.feeds.values() if feed.item in gone)


def _codes_in_force(catalogue: Catalogue, area: str, *, policy: Policy) -> set[str]:
    return {code for code, item in catalogue.items.items() if item.area == area}


def refuse_headers(headers: Iterable[str], *, policy: Policy) -> None:
    """Raises Refusal E11 with the clauses where a column holds what must not be collected."""
    kinds = _forbidden_kinds(headers, policy=policy)
    if kinds:
        raise Refusal(
            "E11",
            f"“{'、'.join(kind.title for kind in kinds)}”在信用信息目录之外，不得归集。",
            citation=cited((one for kind in kinds for one in kind.basis), policy.sources),
            advice="请删去这些列后重新报送；本次没有保存任何内容。",
        )


def _forbidden_kinds(headers: Iterable[str], *, policy: Policy) -> list[ForbiddenKind]:
    found = (kind for header in headers for kind in policy.catalogue.forbidden_by(header))
    return list(
        {
            kind.title: kind for kind in found if kind.rule in (ForbiddenRule.NEVER, ForbiddenRule.CONSENT)
        }.values()
    )


def refuse_over_reach(
    prepared: Prepared, *, organisation: Organisation, actor: User | None, policy: Policy, now: datetime
) -> None:
    """Refuse a whole delivery that holds a filled column of a forbidden kind, before any of it is kept (E11), or that
    goes beyond what an association may tell of its members (services.members).

    The ledger says who sent what kind, and nothing of the content (国办发〔2020〕49号).
    """
    try:
        refuse_headers(_filled(prepared), policy=policy)
        refuse_beyond_members(prepared, organisation=organisation, policy=policy, on=day_of(now))
    except Refusal as refusal:
        with transaction.atomic():
            note(
                "delivery.refused",
                now=now,
                actor=actor,
                object=f"organisation:{organisation.public_id}",
                reason=f"{refusal.message}{f'依据：{refusal.citation}' if refusal.citation else ''}"[:500],
            )
        raise


def _filled(prepared: Prepared) -> list[str]:
    """Headers of columns with something in them; a file that holds no records is not looked at."""
    if prepared.status == "mapped":
        return list(prepared.header) if prepared.problems.get(Defect.CATALOGUE.value) else []
    if prepared.status == "unmapped" and prepared.known_as is None:
        return [column.header for column in prepared.columns if column.filled]
    return []

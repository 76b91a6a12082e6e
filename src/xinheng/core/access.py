"""The one question of access: may this person do this to that, on this day?

Every interface asks ``may`` and shows its answer. A role counts for an organisation and all below it, or for named
enterprises, in a half-open period of days. Who may not hold two roles at once stands here as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from xinheng.core.roles import (
    ADMINISTRATORS,
    LOGGED_WITH_REASON,
    NEVER_ON_ONESELF,
    OF_ENTERPRISES,
    REACHES,
    SECOND_FACTOR,
    Reach,
    Role,
    Verb,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role of somebody. ``subjects`` are the enterprises of an enterprise's or association's own grant."""

    role: Role
    organisation: int | None = None
    subjects: frozenset[int] = frozenset()
    from_on: date
    to_on: date | None = None

    def in_force(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day < self.to_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks. Without grants it is a signed-in person with nothing to do here."""

    user: int
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What it is asked about: the path of organisations from the root to the owner, the enterprise concerned,
    the account concerned, and the persons to whom the task is assigned."""

    organisations: tuple[int, ...] = ()
    subject: int | None = None
    account: int | None = None
    assigned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. ``reason`` is a Chinese sentence when refused; ``needs_reason``: the actor states one first."""

    allowed: bool
    reason: str = ""
    needs_reason: bool = False
    role: Role | None = None

    def __bool__(self) -> bool:
        return self.allowed


def may(actor: Actor, verb: Verb, target: Target, *, on: date) -> Decision:
    """Whether ``actor`` may do ``verb`` to ``target`` on the day ``on``."""
    if verb in NEVER_ON_ONESELF and target.account == actor.user:
        return Decision(False, f"不能对自己的账号{verb.label}，请由另一名管理员办理")
    holding = [grant for grant in actor.grants if grant.role in REACHES[verb]]
    if not holding:
        roles = "、".join(role.label for role in REACHES[verb])
        return Decision(False, f"您没有“{verb.label}”的权限；需要的角色：{roles}")
    living = [grant for grant in holding if grant.in_force(on)]
    if not living:
        return Decision(False, f"您“{holding[-1].role.label}”的授权不在有效期内，请联系安全管理员")
    for grant in living:
        if _reaches(actor, grant, REACHES[verb][grant.role], target):
            return Decision(True, needs_reason=verb in LOGGED_WITH_REASON, role=grant.role)
    scopes = "、".join(dict.fromkeys(REACHES[verb][grant.role].value for grant in living))
    return Decision(False, f"该对象不在您的授权范围内（您“{verb.label}”的范围：{scopes}）")


def _reaches(actor: Actor, grant: Grant, reach: Reach, target: Target) -> bool:
    if reach is Reach.CITY:
        return True
    if reach is Reach.WITHIN:
        return grant.organisation is not None and grant.organisation in target.organisations
    if reach is Reach.OWN:
        return target.subject is not None and target.subject in grant.subjects
    return actor.user in target.assigned


def may_somewhere(actor: Actor, verb: Verb, *, on: date) -> bool:
    """Whether the menu shows the verb at all: there is a living grant that carries it to something."""
    return any(grant.role in REACHES[verb] and grant.in_force(on) for grant in actor.grants)


def needs_second_factor(actor: Actor, *, on: date) -> bool:
    return any(grant.role in SECOND_FACTOR and grant.in_force(on) for grant in actor.grants)


def _excludes(one: Role, other: Role) -> str:
    """Why two roles may not meet in one person; empty when they may."""
    pair = {one, other}
    if one == other:
        return ""
    if pair <= ADMINISTRATORS:
        return "系统、安全、审计管理员三权分立，不得由一人兼任"
    if pair & ADMINISTRATORS:
        return "管理员不得兼任业务角色"
    if pair & OF_ENTERPRISES and not pair <= OF_ENTERPRISES:
        return "企业一方的角色与机关、协会一方的角色不得由一人兼任"
    if pair == {Role.ENFORCEMENT_SUPERVISOR, Role.INSPECTOR}:
        return "执法监督人员不得兼任被监督的执法检查人员"
    return ""


def check_grants(grants: Iterable[Grant]) -> tuple[str, ...]:
    """What forbids that one person holds these grants, as Chinese sentences. Only periods that overlap collide."""
    found = list(grants)
    problems = [problem for grant in found if (problem := _shape(grant))]
    for one, other in combinations(found, 2):
        cause = _excludes(one.role, other.role)
        if cause and _overlap(one, other):
            problems.append(f"{one.role.label}与{other.role.label}：{cause}")
    return tuple(dict.fromkeys(problems))


def _shape(grant: Grant) -> str:
    if grant.to_on is not None and grant.to_on < grant.from_on:
        return f"{grant.role.label}：授权的截止日早于起始日"
    if grant.role in OF_ENTERPRISES:
        if not grant.subjects:
            return f"{grant.role.label}：必须写明所代表的企业"
        if grant.role is Role.ENTERPRISE_AGENT and grant.to_on is None:
            return f"{grant.role.label}：授权委托必须有截止日"
    elif grant.organisation is None:
        return f"{grant.role.label}：必须写明所属单位"
    return ""


def _overlap(one: Grant, other: Grant) -> bool:
    latest_start = max(one.from_on, other.from_on)
    return all(grant.to_on is None or latest_start < grant.to_on for grant in (one, other))


def access_table() -> str:
    """The table of roles and verbs as Markdown, for ``docs/access.md``."""
    lines = ["| 事项 | verb | 角色（范围） |", "|---|---|---|"]
    for verb, roles in REACHES.items():
        by_reach: dict[Reach, list[str]] = {}
        for role, reach in roles.items():
            by_reach.setdefault(reach, []).append(role.label)
        cells = "；".join(f"{'、'.join(names)}（{reach.value}）" for reach, names in by_reach.items())
        mark = "，须说明理由" if verb in LOGGED_WITH_REASON else ""
        lines.append(f"| {verb.label}{mark} | `{verb}` | {cells} |")
    return "\n".join(lines) + "\n"

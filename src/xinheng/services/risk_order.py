"""Adopts a points table that ``xinheng plan fit`` has learnt, and says by it who of a draw is visited first within a stratum.

A table is uploaded by one person and approved by another, with what it would have found beside a random order. It is refused
where it names inspectors, natural persons or what fair competition keeps out, and where what it learnt no longer holds. It
moves nobody into a draw and no number above a ceiling; it orders visits on a page that asks for it (legal guards G1, G7, G12).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.planning.columns import names_persons, refused_by_name
from xinheng.planning.drift import Verdict
from xinheng.planning.ordering import points_of, sum_of
from xinheng.planning.points import PointsTable, read
from xinheng.services.approvals import Draft, approve, body_of, propose
from xinheng.services.risk_trial import Trial, trial_of
from xinheng.services.time import day_of
from xinheng.services.visit_history import COLUMNS, coming_of, history_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.inspections import Draw
from xinheng.store.policy_versions import PolicyVersion
from xinheng.store.risk_watches import RiskWatch

KIND, KEY = "risk_order", "city"
LARGEST = 1024 * 1024
"""Bytes of a file; a table learnt from a city's own visits has some ten thousand."""
_BAND = "档次"
_G12 = "《公平竞争审查条例》第十条；《中华人民共和国个人信息保护法》第六条"


@dataclass(frozen=True, slots=True)
class Adopted:
    table: PointsTable
    version: PolicyVersion
    trial: Trial


@dataclass(frozen=True, slots=True)
class Place:
    """Where one drawn enterprise stands in its stratum, and the points of each feature."""

    rank: int
    points: int
    parts: tuple[tuple[str, int], ...]


def read_table(content: bytes, *, name: str) -> PointsTable:
    """Raises Refusal RO1 for a file that is too large or no text, PLN10 or PLN11 for what is no table or was changed, RO2 for
    one with a feature that may not be, RO3 for one that reads what the city's visits do not have."""
    if len(content) > LARGEST:
        raise Refusal(
            "RO1", f"{name[:80]}大于 1 MiB，不是积分表。", advice="请给出 xinheng plan fit 的结果。"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(
            "RO1", f"{name[:80]}不是 UTF-8 编码的文本。", advice="请给出 xinheng plan fit 的结果。"
        ) from error
    table = read(text, name=name[:80])
    for row in table.rows:
        reason = refused_by_name(row.column) if row.column else ""
        if not reason and names_persons(list(row.words)):
            reason = "指向自然人，不得作为特征"
        if reason:
            raise Refusal(
                "RO2",
                f"积分表用了“{row.column}”：{reason}。",
                citation=_G12,
                advice="请去掉这一列，重新学习。",
            )
    if unknown := [column for column in table.columns if column not in COLUMNS]:
        raise Refusal(
            "RO3",
            f"积分表用了本市检查历史没有的列：{'、'.join(unknown)}。",
            advice="请用 xinheng plan history 写出的检查历史学习。",
        )
    return table


def propose_table(content: bytes, *, name: str, actor: User, policy: Policy, now: datetime) -> Case:
    """Try a table on the city's own visits and send it with the figures to the decider. Refusals besides those of
    ``read_table``: RO4 it has drifted, RO5 another waits."""
    table, today = read_table(content, name=name), day_of(now)
    waiting = Case.objects.filter(kind=KIND, closed_at__isnull=True).first()
    if waiting is not None:
        raise Refusal("RO5", f"已有积分表 {waiting.number} 在办。", advice="请先批准或者撤销它。")
    trial = trial_of(table, policy=policy, on=today)
    _refuse_drifted(trial)
    learnt = table.learnt
    draft = Draft(
        kind=KIND,
        key=KEY,
        title=f"检查风险积分表（学自 {learnt.first_day} 至 {learnt.last_day} 的 {learnt.visits} 次检查）",
        body={"table": table.model_dump(mode="json"), "trial": trial.written()},
        organisation=actor.organisation,
        about={"file": name[:200]},
    )
    return propose(draft, actor=actor, policy=policy, now=now)


def _refuse_drifted(trial: Trial) -> None:
    if trial.verdict is Verdict.DRIFT:
        raise Refusal(
            "RO4",
            f"这张积分表学到的规律已经漂移，不能采用：{'；'.join(trial.reasons)}。",
            advice="请用最近的检查历史重新学习，再回测。",
        )


def approve_table(
    public_id: str,
    *,
    from_on: date,
    actor: User,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> PolicyVersion:
    """A second person adopts the table from a day on; it is tried once more on what is known by then."""
    case = Case.objects.get(public_id=public_id, kind=KIND)
    _refuse_drifted(trial_of(table_of(body_of(case)), policy=policy, on=day_of(now)))
    return approve(public_id, actor=actor, policy=policy, now=now, seen_version=seen_version, from_on=from_on)


def table_of(body: dict[str, Any]) -> PointsTable:
    return PointsTable.model_validate(body["table"])


def adopted(*, on: date) -> Adopted | None:
    """The table that holds on a day; None where nobody adopted one."""
    known = PolicyVersion.objects.filter(kind=KIND, key=KEY, from_on__lte=on)
    version = known.select_related("drafted_by", "approved_by").order_by("-from_on", "-pk").first()
    if version is None:
        return None
    return Adopted(table_of(version.body), version, Trial.read(version.body["trial"]))


def places_of(draw: Draw, table: PointsTable, *, policy: Policy, on: date) -> dict[int, Place]:
    """Who is visited first in each stratum of a draw, by the place in the draw: those not visited yet, 个体工商户 left out
    unless a rule of the field covers them. Equal points keep the order of the draw."""
    try:
        coming = coming_of(draw, policy=policy, on=on)
    except Refusal as refusal:
        if refusal.code != "VH1":
            raise
        return {}
    cells = points_of(coming, table, history=history_of(policy=policy))
    total = sum_of(cells, len(coming))
    strata: defaultdict[str, list[int]] = defaultdict(list)
    for at in range(len(coming)):
        strata[coming.columns[_BAND][at]].append(at)
    found = {}
    for own in strata.values():
        own.sort(key=lambda at: (-int(total[at]), int(coming.ids[at])))
        for rank, at in enumerate(own, start=1):
            parts = tuple(
                (row.title, int(cell[at])) for row, cell in zip(table.rows, cells, strict=True) if cell[at]
            )
            found[int(coming.ids[at])] = Place(rank, int(total[at]), parts)
    return found


def watch(*, policy: Policy, now: datetime) -> Trial | None:
    """Try the table in force on what was visited since, and keep what was found. Runs every night."""
    held = adopted(on=day_of(now))
    if held is None:
        return None
    trial = trial_of(held.table, policy=policy, on=day_of(now))
    RiskWatch.objects.update_or_create(
        version=held.version, on=trial.on, defaults={"trial": trial.written(), "tried_at": now}
    )
    return trial


def watched(*, on: date) -> Trial | None:
    """What ``watch`` last found of the table in force; None where there is none or nobody looked."""
    held = adopted(on=on)
    kept = (
        RiskWatch.objects.filter(version=held.version, on__lte=on).order_by("-on").first() if held else None
    )
    return Trial.read(kept.trial) if kept else None


def watches_of(version: PolicyVersion, *, most: int = 14) -> list[Trial]:
    """What the last nights found of a table, the newest first."""
    kept = RiskWatch.objects.filter(version=version).order_by("-on")[:most]
    return [Trial.read(one.trial) for one in kept]

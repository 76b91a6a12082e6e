"""The departments' lists of powers and duties, read from a table file and put in force by two persons.

Each area has one list, replaced as a whole (SJZ-（四）, HA-三（一）: 按权责清单归集).
"""

import csv
from datetime import date, datetime
from io import StringIO

from xinheng.core.duties import (
    Duty,
    DutyList,
    Fault,
    Known,
    Matrix,
    Owed,
    matrix_of,
    owed_by,
    read_duties,
)
from xinheng.core.policy import Policy
from xinheng.core.policy_file import parse
from xinheng.core.refusal import Refusal
from xinheng.services.approvals import Draft, propose
from xinheng.services.catalogues import area_name, area_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.organisations import OrganisationName
from xinheng.store.policy_versions import PolicyVersion

DUTIES = "duties"
MOST_BYTES = 8 * 1024 * 1024
_SHOWN = 8


def read_list(content: bytes, *, policy: Policy) -> DutyList:
    """The list in a CSV file of UTF-8 or GB 18030. Refusal QD1 to QD4."""
    if len(content) > MOST_BYTES:
        raise Refusal("QD4", "文件超过 8 MiB。", advice="请按单位分开导入。")
    rows = list(csv.reader(StringIO(_decoded(content))))
    if len(rows) < 2:
        raise Refusal("QD2", "文件里没有权责事项。", advice="第一行是表头，以下每行一个事项。")
    found, faults = read_duties(rows[0], rows[1:], Known(_organisations(policy), policy.catalogue))
    if faults:
        raise Refusal("QD3", _sentence(faults), advice="请改正后重新导入；没有导入任何一行。")
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Refusal("QD2", "读不出这个文件的文字。", advice="请另存为 CSV（UTF-8）后重新导入。") from error


def _sentence(faults: tuple[Fault, ...]) -> str:
    told = "；".join(f"第 {one.line} 行{one.sentence}" for one in faults[:_SHOWN])
    more = f"；另有 {len(faults) - _SHOWN} 处" if len(faults) > _SHOWN else ""
    return f"有 {len(faults)} 处不符合要求：{told}{more}。"


def _organisations(policy: Policy) -> dict[str, str]:
    """Keys by every name under which an organisation or agency is known."""
    named = OrganisationName.objects.filter(to_on__isnull=True).values_list("name", "organisation__key")
    found = dict(named)
    for key, agency in policy.agencies.agencies.items():
        found |= dict.fromkeys((agency.name, agency.short, *agency.names), key)
    return found


def propose_list(content: bytes, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Send the list of a file to the decider."""
    found = read_list(content, policy=policy)
    area = area_of(actor.organisation, policy=policy)
    waiting = Case.objects.filter(kind=DUTIES, details__key=area, closed_at__isnull=True).first()
    if waiting is not None:
        raise Refusal("QD5", f"已有权责清单 {waiting.number} 在办。", advice="请先批准、退回或撤销它。")
    draft = Draft(
        kind=DUTIES,
        key=area,
        title=f"权责清单：{area_name(area, policy=policy)}（{len(found.duties)} 项）",
        body=found.model_dump(mode="json"),
        organisation=actor.organisation,
        about={},
    )
    return propose(draft, actor=actor, policy=policy, now=now)


def duties_in_force(*, on: date) -> tuple[Duty, ...]:
    """Of every area the list that holds on a day."""
    return tuple(duty for duties in _lists(on).values() for duty in duties)


def _lists(on: date) -> dict[str, tuple[Duty, ...]]:
    """By area."""
    found: dict[str, PolicyVersion] = {}
    for version in PolicyVersion.objects.filter(kind=DUTIES, from_on__lte=on).order_by("from_on", "pk"):
        found[version.key] = version
    return {area: parse(DutyList, version.body, file="权责清单").duties for area, version in found.items()}


def owed(*, policy: Policy, on: date) -> Owed:
    """Which organisation owes which item where, by the lists that hold on a day."""
    return owed_by(_lists(on), policy.catalogue, city=policy.city.code)


def matrix(*, policy: Policy, on: date) -> Matrix:
    return matrix_of(duties_in_force(on=on), policy.catalogue)

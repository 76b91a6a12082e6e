"""The catalogue of measures as office and portal show it: rows, bans, editions, and what is not executed here.

Measures on natural persons and those of courts, carriers and banks are listed and marked, never executed (全国失信惩戒措施
基础清单; 国办发〔2020〕49号).
"""

from collections.abc import Iterator
from typing import Any

from xinheng.core.catalogue_change import cited
from xinheng.core.measures import Measure, MeasureGroup, by_group
from xinheng.core.policy import Policy


def catalogue_of(policy: Policy) -> dict[str, Any]:
    """The list as office and portal show it."""
    found = policy.measures
    return {
        "edition": found.edition,
        "digest": found.digest,
        "editions": [
            {
                "title": one.title,
                "from_on": one.from_on,
                "note": one.note,
                "basis": cited(one.basis, policy.sources),
                "verified": one.verified,
            }
            for one in reversed(found.editions.values())
        ],
        "measure_groups": [
            {"title": group.label, "rows": [row_of(row, policy) for _, row in rows]}
            for group, rows in by_group(found.measures).items()
            if rows
        ],
        "bans": list(_bans(policy)),
    }


def row_of(row: Measure, policy: Policy) -> dict[str, Any]:
    return {
        "title": row.title,
        "targets": "、".join(target.label for target in row.targets),
        "bodies": row.bodies,
        "occasions": "、".join(one.label for one in row.occasions),
        "least": row.least.label if row.adverse else "",
        "term": _term(row),
        "elsewhere": not row.executed_here,
        "persons": row.persons_only,
        "related": row.related_matters_only,
        "own_basis": row.needs_own_basis,
        "note": row.note,
        "basis": cited(row.basis, policy.sources),
        "verified": row.verified,
    }


def _term(row: Measure) -> str:
    if row.ban:
        return "按所依据的法律、行政法规"
    return "随依据终止" if row.group is not MeasureGroup.MARKET else "由市场主体自主决定"


def _bans(policy: Policy) -> Iterator[dict[str, Any]]:
    for rule in policy.measures.bans.values():
        low, high = rule.min_months, rule.max_months
        span = f"{low}个月" if low == high else f"{low}至{high}个月"
        yield {
            "title": rule.title,
            "field": rule.field.label,
            "occasions": "、".join(one.label for one in rule.occasions),
            "term": f"{span}，可以终身" if rule.permanent else span,
            "persons": rule.persons_only,
            "faults": [(one.title, one.verified) for one in rule.faults.values()],
            "note": rule.note,
            "basis": cited(rule.basis, policy.sources),
            "verified": rule.verified,
        }

"""The list of matters that may be checked as office and portal show it, and the ceiling of each organ that may check.

A ground that nobody compared is marked 依据待核, a ceiling that nobody published reads 待确认 (legal guards G7, G15).
"""

from datetime import date
from typing import Any

from xinheng.core.catalogue_change import cited
from xinheng.core.grading import Dated
from xinheng.core.inspection_matters import Matter, OrganLevel
from xinheng.core.inspection_objects import names_of
from xinheng.core.policy import Policy

CSV_COLUMNS = (
    *("代码", "事项", "类别", "检查对象", "对象规则", "对象规则版本", "对象规则依据", "检查机关"),
    *("层级", "方式", "为什么需要现场检查"),
    *("检查内容", "检查结果", "依据", "依据是否核对", "列入日期"),
)


def matters_of(policy: Policy, *, on: date) -> dict[str, Any]:
    """What may be checked on a day."""
    standing = policy.inspection_matters.standing(on=on)
    return {
        "matters": [_row(key, matter, policy) for key, matter in standing.items()],
        "results": [
            {
                "title": one.title,
                "failing": one.failing,
                "pending": one.pending,
                "note": one.note,
                "basis": cited(one.basis, policy.sources),
                "verified": one.verified,
            }
            for one in policy.inspection_matters.results.values()
        ],
    }


def _row(key: str, matter: Matter, policy: Policy) -> dict[str, Any]:
    results = policy.inspection_matters.results
    return {
        "key": key,
        "title": matter.title,
        "kind": matter.kind.label,
        "object": matter.object.label,
        "rule": matter.rule.words(names_of(policy)),
        "rule_version": matter.rule.version,
        "rule_basis": cited(matter.objects.basis, policy.sources) if matter.objects else "",
        "organs": organs_of(matter, policy),
        "levels": "、".join(level.label for level in matter.levels),
        "ways": "、".join(way.label for way in matter.ways),
        "why_on_site": matter.why_on_site,
        "points": [
            {
                "text": point.text,
                "basis": cited(point.basis, policy.sources),
                "verified": point.verified,
            }
            for point in matter.points.values()
        ],
        "results": "、".join(results[one].title for one in matter.results),
        "basis": cited(matter.basis, policy.sources),
        "verified": matter.verified,
        "listed_on": matter.listed_on,
        "note": matter.note,
    }


def organs_of(matter: Matter, policy: Policy) -> str:
    """The city's organs that may check, then the field for the counties."""
    named = [
        policy.agencies.agencies[key].name
        for body in matter.bodies
        for key in policy.agencies.of_sector(body)
        if OrganLevel.CITY in matter.levels
    ]
    fields = "、".join(policy.sectors.sectors[body].title for body in matter.bodies)
    county = [f"县（区）{fields}主管部门"] if OrganLevel.COUNTY in matter.levels else []
    return "、".join([*dict.fromkeys(named), *county])


def csv_rows(policy: Policy, *, on: date) -> list[tuple[str, ...]]:
    """The list as lines of a table, in the order of ``CSV_COLUMNS``."""
    return [
        (
            row["key"],
            row["title"],
            row["kind"],
            row["object"],
            row["rule"],
            row["rule_version"],
            row["rule_basis"],
            row["organs"],
            row["levels"],
            row["ways"],
            row["why_on_site"],
            "；".join(point["text"] for point in row["points"]),
            row["results"],
            row["basis"],
            "已核对" if row["verified"] else "待核",
            row["listed_on"].isoformat(),
        )
        for row in matters_of(policy, on=on)["matters"]
    ]


def ceilings_of(policy: Policy, *, year: int, on: date) -> list[dict[str, Any]]:
    """The yearly ceiling of each city organ that may check something, for one enterprise and year; None is 待确认."""
    day = min(max(on, date(year, 1, 1)), date(year, 12, 31))
    standing = policy.inspection_matters.standing(on=day).values()
    bodies = {body for matter in standing for body in matter.bodies}
    return [
        {
            "organ": agency.name,
            "matters": "、".join(m.title for m in standing if set(m.bodies) & set(agency.sectors)),
            **figure(policy, _ceiling(policy, bodies & set(agency.sectors), on=day), on=day),
        }
        for agency in policy.agencies.agencies.values()
        if bodies & set(agency.sectors)
    ]


def _ceiling(policy: Policy, fields: set[str], *, on: date) -> Dated:
    """The lowest ceiling that is known of the policies of an organ's fields; else the city's own, 待确认 or not."""
    known: dict[int, Dated] = {}
    for field in sorted(fields):
        ceiling = policy.grading_for(field).ceiling
        line = ceiling.on(on)
        if line is not None and line.value is not None:
            known.setdefault(line.value, ceiling)
    return known[min(known)] if known else policy.grading.ceiling


def figure(policy: Policy, dated: Dated | None, *, on: date) -> dict[str, Any]:
    """A dated figure on a day with its ground."""
    line = dated.on(on) if dated else None
    if line is None:
        return {"value": None, "source": "", "verified": False, "note": ""}
    source = cited((line,), policy.sources)
    return {"value": line.value, "source": source, "verified": line.verified, "note": line.note}

"""Whether a ground is the fault for which a statute gives a ban, and what somebody must find before the ban is laid.

A ban answers the faults that its statute names and no other (过惩相当; 国办发〔2020〕49号). A listing for those very faults fits
by itself; a ground of another kind, body and matter is refused; what lies between is found by a person, clause and reason.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from xinheng.core.measure_basis import Basis
from xinheng.core.measure_rows import BanRule
from xinheng.core.refusal import Refusal, refuse_all

_PROPORTION = "国办发〔2020〕49号（过惩相当）"


class Fit(StrEnum):
    NAMED = "named"
    TO_FIND = "to_find"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a person finds: which fault of the statute, in which clause, and why the facts are that fault."""

    fault: str = ""
    clause: str = ""
    fits: str = ""


def fit_of(rule: BanRule, basis: Basis) -> Fit:
    """How the ground stands to the faults of the ban. A ground that says neither field nor cause is left to a person."""
    of = rule.rests_on
    if of is None or basis.item not in of.items:
        return Fit.UNRELATED
    if basis.listed and basis.listed in of.lists:
        return Fit.NAMED
    if any(word in basis.words for word in of.words) or basis.sectors & set(of.sectors):
        return Fit.TO_FIND
    decided_elsewhere = bool(of.sectors and basis.sectors)
    return Fit.UNRELATED if decided_elsewhere or basis.says_cause else Fit.TO_FIND


def refuse_unrelated(rule: BanRule, basis: Basis, *, cited: str) -> None:
    """Refusal BAN-UNRELATED where the ground has nothing to do with the faults of the statute."""
    if fit_of(rule, basis) is not Fit.UNRELATED:
        return
    faults = "；".join(one.title for one in rule.faults.values())
    raise Refusal(
        "BAN-UNRELATED",
        f"“{rule.title}”只用于{cited}写明的情形（{faults}）；所依据的信息不是这类情形，没有关联，不能适用",
        citation=f"{cited}；{_PROPORTION}",
        advice="请改选与这项依据相关联的措施；另有这类情形的，请从记载它的处罚决定或者名单提出",
    )


def refuse_other_field(rule: BanRule, basis: Basis, body: frozenset[str], *, cited: str) -> None:
    """Refusal BAN-BODY where the body answers neither for the field of the ban nor, where the statute serves every field, for
    that of the ground. ``body``: its fields; where no field is known, persons judge."""
    fields = set(rule.rests_on.sectors if rule.rests_on else ()) or set(basis.sectors)
    if fields and not fields & body:
        raise Refusal(
            "BAN-BODY",
            f"“{rule.title}”由有这一领域职责的机关决定，所选的实施单位没有",
            citation=cited,
            advice="请选择有权的单位，或者提请它办理；职责登记有误的，先更正单位的领域",
        )


def demand_finding(rule: BanRule, basis: Basis, finding: Finding, *, cited: str) -> Finding:
    """The finding, with the clause of its fault where none was written. Refused with all that is missing: BAN-FAULT it is
    none of the faults of this statute, BAN-CLAUSE no clause, BAN-FINDING no reason. A listing for the very faults needs none."""
    if fit_of(rule, basis) is Fit.NAMED and finding == Finding():
        return finding
    fault = rule.faults.get(finding.fault)
    clause = finding.clause.strip() or (fault.clause if fault and fault.verified else "")
    found: list[Refusal] = []
    if fault is None:
        found.append(
            Refusal(
                "BAN-FAULT",
                f"没有选择“{rule.title}”的法定情形，或者所选情形不属于它",
                citation=cited,
                advice=f"请从{cited}写明的情形中选择一种；一种也不符合的，不得采取",
            )
        )
    elif not clause:
        found.append(
            Refusal(
                "BAN-CLAUSE",
                f"没有写明“{fault.title}”所适用的条款",
                citation=cited,
                advice="请对照法律原文写明条、款、项",
            )
        )
    if not finding.fits.strip():
        found.append(
            Refusal(
                "BAN-FINDING",
                f"没有写明事实为什么属于{f'“{fault.title}”' if fault else '所选的情形'}",
                citation=_PROPORTION,
                advice="请说明所依据的事实为什么属于这种情形",
            )
        )
    refuse_all(found)
    return replace(finding, clause=clause, fits=finding.fits.strip())

"""Whether a measure may lie on an enterprise: row in force, target, body, matter, proportion, basis and term.

Every missing precondition is a refusal of its own with its clause. A ban has the term of its statute; every other burden
ends at the latest with the public period of its ground (国办发〔2020〕49号; 《河南省社会信用条例》第三十一、三十二条).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xinheng.core.ban_faults import refuse_other_field, refuse_unrelated
from xinheng.core.days import add_months
from xinheng.core.measure_basis import Basis
from xinheng.core.measures import RESTRICTING, SUPPLEMENTING, BanRule, Least, Measure, Measures
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal, gathered, refuse_all
from xinheng.core.sources import Rank, Source

PERSONS_ELSEWHERE = "未核查自然人任职资格（登记机关核查）"
"""What every answer on an enterprise says of bans on persons (legal guard G14)."""
_LEAST = {Least.GENERAL: Seriousness.GENERAL, Least.SERIOUS: Seriousness.SERIOUS}
_OF_RIGHTS = (Rank.LAW, Rank.ADMINISTRATIVE_REGULATION)
_PROPORTION = "国办发〔2020〕49号（过惩相当）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an officer proposes. ``source`` and ``clause``: the statute, where the measure needs one of its own.

    ``months`` is empty for a measure that lasts as long as its ground; ``ban`` names a row of the bans.
    """

    measure: str
    body: str
    body_sectors: frozenset[str]
    source: str = ""
    clause: str = ""
    ban: str = ""
    months: int | None = None
    permanent: bool = False


def check_measure(
    measures: Measures,
    wanted: Wanted,
    basis: Basis,
    *,
    sources: Mapping[str, Source],
    area: tuple[str, ...],
    on: date,
) -> Measure:
    """The row, if the measure may be applied; otherwise the refusal that says what is missing. ``area`` runs from the
    nation down to the city."""
    row = measures.require(wanted.measure, target=basis.target)
    if not row.in_force(on):
        raise Refusal(
            "MEASURE-NOT-IN-FORCE",
            f"“{row.title}”在 {on} 不在清单的有效期内，不能采取",
            citation="全国失信惩戒措施基础清单",
            advice="请选择现行清单中的措施",
        )
    _check_body(row, wanted, basis)
    _check_proportion(row, basis)
    if row.ban:
        _check_ban(measures, wanted, basis, sources=sources, on=on)
    else:
        _check_basis(row, wanted, sources=sources, area=area, on=on)
        if wanted.ban or wanted.permanent:
            raise Refusal(
                "MEASURE-TERM",
                f"“{row.title}”不是市场禁入，不能没有期限",
                citation=_PROPORTION,
                advice="请写明月数，或者随依据终止",
            )
    return row


def _check_body(row: Measure, wanted: Wanted, basis: Basis) -> None:
    if row.sectors and not wanted.body_sectors & set(row.sectors):
        raise Refusal(
            "MEASURE-BODY",
            f"“{row.title}”的实施主体是{row.bodies}，您的单位不是",
            citation="全国失信惩戒措施基础清单（实施主体）",
            advice="请提请有权的单位办理",
        )
    if row.recognising_only and wanted.body != basis.decided_by:
        raise Refusal(
            "MEASURE-BODY-OTHER",
            f"“{row.title}”只由认定部门实施",
            citation="全国失信惩戒措施基础清单（实施主体）",
            advice="请提请作出原决定的单位办理",
        )
    if row.related_matters_only and not basis.sectors & wanted.body_sectors:
        raise Refusal(
            "MEASURE-UNRELATED",
            f"“{row.title}”只用于与失信行为相关联的事项；依据不属于您单位的领域",
            citation="《河南省社会信用条例》第三十二条",
            advice="请核对依据所属领域；不相关联的，不得采取",
        )


def acts_on(row: Measure, basis: Basis, *, on: date) -> bool:
    """Whether the row is for such a ground at all: in force, executed here, for such a target, not too heavy for it."""
    known = row.executed_here and row.in_force(on) and basis.target in row.targets
    return known and not _too_heavy(row, basis)


def _too_heavy(row: Measure, basis: Basis) -> bool:
    return row.adverse and basis.seriousness < _LEAST[row.least]


def _check_proportion(row: Measure, basis: Basis) -> None:
    if _too_heavy(row, basis):
        raise Refusal(
            "MEASURE-PROPORTION",
            f"依据的失信程度是“{basis.seriousness.label}”，“{row.title}”只用于“{row.least.label}”以上的失信行为",
            citation=_PROPORTION,
            advice="请选择与失信程度相当的措施；轻微失信不采取措施",
        )


def _check_basis(
    row: Measure, wanted: Wanted, *, sources: Mapping[str, Source], area: tuple[str, ...], on: date
) -> None:
    if not row.needs_own_basis:
        return
    source = sources.get(wanted.source)
    ranks = _OF_RIGHTS if row.prior_notice else SUPPLEMENTING
    if source is None or not wanted.clause.strip() or source.rank not in ranks:
        words = "法律、行政法规" if row.prior_notice else "法律、法规或者党中央、国务院政策文件"
        raise Refusal(
            "MEASURE-BASIS",
            f"“{row.title}”每次适用都须写明{words}的具体条款",
            citation="国办发〔2020〕49号",
            advice="请选择文件并写明条款；没有依据的不得采取",
        )
    if not source.holds_in(area):
        raise Refusal(
            "MEASURE-BASIS-ELSEWHERE",
            f"{source.cite()}不在本市施行，不能作为措施的依据",
            citation="国办发〔2020〕49号",
            advice="请选择国家或者本省、本市施行的文件",
        )
    _refuse_over([source], words=source.cite(wanted.clause), on=on)


def _check_ban(
    measures: Measures, wanted: Wanted, basis: Basis, *, sources: Mapping[str, Source], on: date
) -> None:
    if not wanted.ban:
        raise Refusal(
            "BAN-UNLISTED",
            "没有选择是哪一种市场禁入、哪一种法定情形",
            citation="国办发〔2020〕49号",
            advice="请从目录中选择一种；一种也不符合的，不得采取",
        )
    rule = measures.bans.get(wanted.ban)
    cited = [sources[one.source] for one in rule.basis if one.source in sources] if rule else []
    statutes = [one for one in cited if one.rank in RESTRICTING]
    if rule is None or not statutes:
        raise Refusal(
            "BAN-UNLISTED",
            "市场禁入只能依照法律、行政法规写明的情形作出，所选情形不在目录内",
            citation="国办发〔2020〕49号",
            advice="请从目录中选择；目录没有的，须先有法律、行政法规依据",
        )
    if rule.persons_only:
        raise Refusal(
            "BAN-PERSONS",
            f"“{rule.title}”针对自然人，本系统不执行",
            advice="由登记机关依法核查",
        )
    _refuse_over(statutes, words="、".join(one.cite() for one in statutes), on=on)
    found: list[Refusal] = []
    with gathered(found):
        refuse_unrelated(rule, basis, cited=cite_ban(rule, sources))
    with gathered(found):
        refuse_other_field(rule, basis, wanted.body_sectors, cited=cite_ban(rule, sources))
    with gathered(found):
        _check_ban_term(rule, wanted, sources=sources)
    refuse_all(found)


def cite_ban(rule: BanRule, sources: Mapping[str, Source]) -> str:
    """The statute of a ban with its clause."""
    return "；".join(sources[one.source].cite(one.clause) for one in rule.basis if one.source in sources)


def _refuse_over(sources: Sequence[Source], *, words: str, on: date) -> None:
    """None of them holds on the day."""
    if not any(one.holds_on(on) for one in sources):
        raise Refusal(
            "MEASURE-BASIS-OVER", f"{words}在 {on} 没有施行或者已经废止", advice="请选择现行有效的依据"
        )


def _check_ban_term(rule: BanRule, wanted: Wanted, *, sources: Mapping[str, Source]) -> None:
    low, high = rule.min_months, rule.max_months
    fits = wanted.months is not None and (low or 1) <= wanted.months <= (high or wanted.months)
    if wanted.permanent:
        fits = rule.permanent and wanted.months is None
    if not fits:
        raise Refusal(
            "BAN-TERM",
            f"“{rule.title}”的期限是{rule.span}，{'没有填写期限' if wanted.months is None else '所填期限不符合'}",
            citation=cite_ban(rule, sources),
            advice="请按法定期限填写",
        )


def term_of(row: Measure, wanted: Wanted, basis: Basis, *, from_on: date) -> date | None:
    """The first day on which the measure lies no more; None where it lasts as long as its ground.

    Refused where a burden would begin after its ground may be used no more.
    """
    own = add_months(from_on, wanted.months) if wanted.months else None
    if row.ban:
        return own
    if basis.until_on is not None and basis.until_on <= from_on:
        raise Refusal(
            "MEASURE-GROUND-OVER",
            f"依据到 {basis.until_on} 不再公示和使用，措施不能再生效",
            citation="《信用修复管理办法》（国家发展改革委令第36号）",
            advice="请撤回本事项",
        )
    known = [day for day in (own, basis.until_on) if day is not None]
    return min(known) if known else None

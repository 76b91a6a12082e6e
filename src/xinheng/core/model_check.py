"""Says in words what forbids the use or the publication of a model whose structure is sound.

Every finding names the place in the file, the cause and the rule: one scale for the whole city
(汴政办〔2020〕46号第11项), no score where none is allowed (G1), who may publish (G4), what may never become
points (《公平竞争审查条例》第十条, G12), and the bounds within which every engine counts exactly.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain

from xinheng.core.composition import own_grade_causes, parts_of
from xinheng.core.decay import decay_causes
from xinheng.core.model_reach import one_gives
from xinheng.core.models import (
    FEN,
    GRADES,
    Family,
    Indicator,
    Measure,
    ModelKind,
    ScoringModel,
    SubjectKind,
    Use,
    milli,
)
from xinheng.core.provenance import APART
from xinheng.core.refusal import Refusal
from xinheng.core.sources import NATION, Citation, Rank, Source, citation_causes
from xinheng.core.treatment import Treatment

Cause = tuple[str, str]
"""(place in the file, Chinese sentence)"""

SCALE_MAX = 1000
"""Points of every scoring model (汴政办〔2020〕46号第11项)."""

MOST_FACTS = 10_000_000
"""Facts of one subject that every engine can add up without overflow."""

LARGEST = 2**63 - 1
LARGEST_POINTS = 2**31 - 1

MOST_YEARS = 10
"""Calendar years that an indicator may count apart."""

NATIONAL = frozenset(
    {
        Rank.LAW,
        Rank.ADMINISTRATIVE_REGULATION,
        Rank.CENTRAL_POLICY,
        Rank.MINISTRY_RULE,
        Rank.MINISTRY_DOCUMENT,
    }
)
"""Ranks of a national rule that may permit a feature which is otherwise forbidden."""

UNFAIR_ITEMS = {"registration": "登记注册信息（含所有制、注册地、规模）", "levy": "行政征收（地方税费）"}
UNFAIR_WORDS = re.compile(
    "所有制|国有|国企|民营|民企|外资|内资|注册地|外地|本地企业|户籍|规模|注册资本|实收资本|营业收入|纳税额|税收贡献|地方贡献"
)
RIGHTS = frozenset({"objection"})
"""Items that record the use of a right: no points may be taken for it."""


def model_causes(
    model: ScoringModel,
    *,
    sources: Mapping[str, Source] | None = None,
    sectors: Collection[str] | None = None,
    treatment: Treatment | None = None,
    area: tuple[str, ...] = (NATION,),
    on: date | None = None,
) -> tuple[Cause, ...]:
    """Everything that is wrong; empty if nothing. Without ``sources`` and ``sectors`` those are not looked up.

    ``area`` runs from the nation down to the place whose model it is: what binds elsewhere is no basis. ``on``: the
    day on which every document that is cited must be in force.
    """
    return tuple(
        chain(
            _scale(model),
            _names(model),
            _windows(model, treatment),
            own_grade_causes(model),
            _floors(model),
            _tables(model),
            _caps(model),
            _sums(model),
            _rules(model),
            _population(model),
            _kind(model),
            _fairness(model, sources),
            _rights(model),
            _kept_apart(model),
            _citations(model, sources, area, on),
            _sectors(model, sectors),
        )
    )


def validate_model(
    model: ScoringModel,
    *,
    sources: Mapping[str, Source] | None = None,
    sectors: Collection[str] | None = None,
    treatment: Treatment | None = None,
    area: tuple[str, ...] = (NATION,),
) -> None:
    """Raises Refusal MODEL-INVALID with every cause on a line of its own."""
    causes = model_causes(model, sources=sources, sectors=sectors, treatment=treatment, area=area)
    if causes:
        lines = "\n".join(f"{place}：{cause}" for place, cause in causes)
        raise Refusal(
            "MODEL-INVALID",
            f"模型“{model.title}”（{model.id}）不能使用：\n{lines}",
            advice="请逐条改正后重新提交",
        )


def refuse_publication(
    model: ScoringModel, *, publisher_sectors: Collection[str], sources: Mapping[str, Source] | None = None
) -> None:
    """Raises Refusal unless the body that holds ``publisher_sectors`` (权责清单) may publish results (G4)."""
    if model.use is Use.TRIAL:
        raise Refusal(
            "MODEL-TRIAL",
            f"“{model.title}”只作试算，结果不得发布",
            citation="《河南省社会信用条例》第六十条" if model.kind is ModelKind.GENERAL else "",
            advice="综合评价结果请导入国家或省的评价；行业结果请由行业主管部门发布行业模型",
        )
    if model.owner not in publisher_sectors:
        raise Refusal(
            "MODEL-OWNER",
            f"“{model.title}”属于“{model.owner}”领域，只能由权责清单中负责该领域的部门发布",
            advice="请由该领域的主管部门提交发布",
        )
    validate_model(model, sources=sources)


def may_show_grade(model: ScoringModel, *, kind: str) -> bool:
    """Whether a grade may be shown to the public: never of a sole trader (G1), never of a trial."""
    return model.use is Use.PUBLISHABLE and kind != SubjectKind.SOLE_TRADER


def _scale(model: ScoringModel) -> Iterator[Cause]:
    if model.kind is ModelKind.WARNING:
        return
    if model.scale.max != SCALE_MAX:
        yield (
            "scale.max",
            f"评价模型满分必须是 {SCALE_MAX} 分，现为 {model.scale.max} 分；只有预警模型可以另定",
        )
    found = tuple((band.grade, band.label) for band in model.scale.bands)
    if found != tuple(GRADES.items()):
        wanted = "、".join(f"{grade}（{label}）" for grade, label in GRADES.items())
        yield "scale.bands", f"评价模型的等级必须依次是 {wanted}，全市一把尺子"
    starts = [band.start for band in model.scale.bands]
    if starts != sorted(starts, reverse=True):
        yield "scale.bands", "评价模型的等级由优到劣，起点分数必须逐级下降"


def _names(model: ScoringModel) -> Iterator[Cause]:
    for place, keys in (
        ("families", [family.id for family in model.families]),
        (
            "indicators、starts、vetoes、limits、downgrades",
            [part.id for _, part in parts_of(model)],
        ),
    ):
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield place, f"标识“{key}”重复"
    families = {family.id for family in model.families}
    used = {indicator.family for indicator in model.indicators}
    for indicator in model.indicators:
        if indicator.family not in families:
            yield f"indicators.{indicator.id}.family", f"没有名为“{indicator.family}”的指标类"
    for family in sorted(families - used):
        yield f"families.{family}", "这一类没有任何指标"
    grades = {band.grade for band in model.scale.bands}
    for ceiling in model.ceilings:
        if ceiling.grade not in grades:
            yield f"{ceiling.id}.grade", f"没有等级“{ceiling.grade}”"


def _windows(model: ScoringModel, treatment: Treatment | None) -> Iterator[Cause]:
    for indicator in model.indicators:
        place = f"indicators.{indicator.id}"
        most = indicator.window_days or ((indicator.calendar_years or (0, 0))[0] + 1) * 366
        if indicator.decay and indicator.decay.table[-1].from_day >= most:
            yield (
                f"{place}.decay",
                f"衰减表写到第{indicator.decay.table[-1].from_day}天，超出了{most}天的评价窗口",
            )
        if (indicator.per or indicator.of == "year") and most > MOST_YEARS * 366:
            yield f"{place}.window_days", f"按年计的窗口至多 {MOST_YEARS} 年"
        least = indicator.least_days or 0
        if treatment and least > treatment.otherwise_days:
            yield (
                f"{place}.{'calendar_years' if indicator.calendar_years else 'window_days'}",
                f"评价窗口{least}天，长于信用信息可以使用的{treatment.otherwise_days}天",
            )


def _floors(model: ScoringModel) -> Iterator[Cause]:
    """Whoever has nothing on file bears nothing: a floor only where it helps."""
    families = {family.id: family for family in model.families}
    floored = [(f"families.{family.id}", family, family) for family in model.families if family.floor]
    lines: list[tuple[str, Family, Family | Indicator]] = [*floored]
    lines += [
        (f"indicators.{each.id}", families[each.family], each)
        for each in model.indicators
        if each.floor and each.family in families
    ]
    for place, family, part in lines:
        if family.effect is model.burden:
            yield f"{place}.floor", "加重主体负担的指标不得写保底分：没有记录作依据，就不得扣分或加重"
        if part.floor > part.cap:
            yield f"{place}.floor", f"保底分 {part.floor} 高于封顶分 {part.cap}"
    if model.scale.min >= model.scale.max:
        yield "scale.min", f"最低分必须低于满分 {model.scale.max} 分"
    if model.scale.min and not model.scale.rises:
        yield "scale.min", "分数越高风险越大的模型不得写最低分：没有记录作依据，就不得加重"


def _tables(model: ScoringModel) -> Iterator[Cause]:
    for indicator in model.indicators:
        if indicator.decay:
            for cause in decay_causes(indicator.decay):
                yield f"indicators.{indicator.id}.decay", cause


def _caps(model: ScoringModel) -> Iterator[Cause]:
    for indicator in model.indicators:
        place = f"indicators.{indicator.id}"
        if milli(indicator.cap) > milli(model.scale.max):
            yield f"{place}.cap", f"封顶分不得高于满分 {model.scale.max} 分"
        greatest = one_gives(indicator)
        if greatest == 0:
            yield place, "分值全是 0，这一指标不起作用"
        if greatest > indicator.cap:
            yield f"{place}.cap", f"单条分值 {greatest} 高于封顶分 {indicator.cap}"
        if indicator.year_cap == 0:
            yield f"{place}.year_cap", "每年封顶为 0，这一指标不起作用"
        elif indicator.year_cap and indicator.measure.per_fact and indicator.year_cap > indicator.cap:
            yield f"{place}.year_cap", f"每年封顶 {indicator.year_cap} 分高于指标封顶 {indicator.cap} 分"
    for family in model.families:
        if milli(family.cap) > milli(model.scale.max):
            yield f"families.{family.id}.cap", f"封顶分不得高于满分 {model.scale.max} 分"


def _sums(model: ScoringModel) -> Iterator[Cause]:
    """Sums of facts stay within 64 bits, points of an indicator within 32, whatever a file holds."""
    for indicator in model.indicators:
        place = f"indicators.{indicator.id}"
        if indicator.measure.per_fact and milli(one_gives(indicator)) * MOST_FACTS > LARGEST:
            yield place, "单条分值过大，累计时可能溢出"
        unit = FEN if indicator.measure is Measure.AMOUNT else 1
        if indicator.bands and indicator.bands[-1].start * unit * MOST_FACTS > LARGEST:
            yield f"{place}.bands", f"分档起点过大，累计时可能溢出；至多 {LARGEST // (unit * MOST_FACTS):,}"
        if milli(indicator.cap) > LARGEST_POINTS:
            yield f"{place}.cap", "封顶分过大，结果无法存储"


def _rules(model: ScoringModel) -> Iterator[Cause]:
    for switch in model.starts:
        if not model.scale.min <= switch.points <= model.scale.max:
            yield (
                f"starts.{switch.id}.points",
                f"起评分必须在 {model.scale.min} 分到 {model.scale.max} 分之间",
            )
        if switch.points == model.scale.start:
            yield f"starts.{switch.id}.points", "与模型的起评分相同，这一条不起作用"
    for downgrade in model.downgrades:
        if downgrade.levels >= len(model.scale.bands):
            yield f"downgrades.{downgrade.id}.levels", f"一共只有 {len(model.scale.bands)} 个等级"


def _population(model: ScoringModel) -> Iterator[Cause]:
    if SubjectKind.SOLE_TRADER not in model.population.kinds:
        if model.population.sole_traders:
            yield "population.sole_traders", "评价对象不含个体工商户，不必写 sole_traders"
        return
    if model.kind is ModelKind.GENERAL:
        yield "population.kinds", "个体工商户同时是自然人，不得纳入综合评价"
    elif model.population.sole_traders is None:
        yield (
            "population.kinds",
            "纳入个体工商户须写 sole_traders：覆盖个体工商户的行业规定、仅用于抽查频次、影响评估文号",
        )


def _kind(model: ScoringModel) -> Iterator[Cause]:
    if model.kind is ModelKind.GENERAL and model.use is not Use.TRIAL:
        yield "use", "城市自建的综合模型只能试算（use: trial）；综合评价结果由国家或省统一评定"
    if model.kind is ModelKind.SECTOR and not model.population.sectors:
        yield "population.sectors", "行业模型须写明适用的行业领域"


def _fairness(model: ScoringModel, sources: Mapping[str, Source] | None) -> Iterator[Cause]:
    for place, part in parts_of(model):
        unfair = [UNFAIR_ITEMS[item] for item in part.facts.items if item in UNFAIR_ITEMS]
        unfair += UNFAIR_WORDS.findall(part.label)
        rule = part.national_rule if isinstance(part, Indicator) else None
        if unfair and not _permits(rule, sources):
            yield (
                place,
                f"不得以“{'、'.join(unfair)}”评分（《公平竞争审查条例》第十条），国家规定另有明文的须在 national_rule 中引用",
            )


def _rights(model: ScoringModel) -> Iterator[Cause]:
    for place, part in parts_of(model):
        if not RIGHTS & set(part.facts.items):
            continue
        family = model.family_of.get(part.family) if isinstance(part, Indicator) else None
        if not isinstance(part, Indicator) or (family and family.effect is model.burden):
            yield place, "提出异议是主体的权利，不得因此扣分或降低等级"


def _kept_apart(model: ScoringModel) -> Iterator[Cause]:
    """Complaints and what others than public bodies tell burden nobody; a warning model may take them as a lead."""
    if model.kind is ModelKind.WARNING:
        return
    for place, part in parts_of(model):
        apart = [APART[item] for item in part.facts.items if item in APART]
        family = model.family_of.get(part.family) if isinstance(part, Indicator) else None
        helps = isinstance(part, Indicator) and (family is None or family.effect is not model.burden)
        if apart and not helps:
            yield (
                place,
                f"{'、'.join(apart)}与公共信用信息分开，不得据以扣分、降级或直接判级（国办发〔2020〕49号）",
            )


def _permits(rule: Citation | None, sources: Mapping[str, Source] | None) -> bool:
    if rule is None or not rule.clause:
        return False
    if sources is None:
        return True
    source = sources.get(rule.source)
    return source is not None and source.rank in NATIONAL


def _citations(
    model: ScoringModel,
    sources: Mapping[str, Source] | None,
    area: tuple[str, ...],
    on: date | None,
) -> Iterator[Cause]:
    if sources is None:
        return
    named: Iterable[tuple[str, Citation]] = [
        ("figures", model.figures),
        *(("basis", citation) for citation in model.basis),
        *((f"{place}.basis", citation) for place, part in parts_of(model) for citation in part.basis),
    ]
    for place, citation in named:
        for cause in citation_causes(citation, sources=sources, area=area, on=on):
            yield place, cause


def _sectors(model: ScoringModel, sectors: Collection[str] | None) -> Iterator[Cause]:
    if sectors is None:
        return
    for key in (model.owner, *model.population.sectors):
        if key not in sectors:
            yield "owner、population.sectors", f"没有名为“{key}”的行业领域"

"""Sets out a model for people who decide on it: what it reads, indicators, points, weights, the largest effects, which
grades can be reached, clauses, and what was compared with them (汴政办〔2020〕46号第9项).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xinheng.core.composition import parts_of
from xinheng.core.model_reach import Weight, grade_after, reach, weights
from xinheng.core.models import (
    Decay,
    Effect,
    Facts,
    Indicator,
    Rule,
    ScoringModel,
    Step,
    Window,
    milli,
)
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.sources import Citation, Source

CLASS_LABELS = {one.name.lower(): one.label for one in Seriousness}
DIMENSIONS = {"kind": "主体类型", "sector": "行业", "county": "县区", "size": "规模", "age": "成立年限"}
"""What a comparison tells the population apart by."""
AGES = {
    "under_1": "不满 1 年",
    "1_to_3": "1 至 3 年",
    "3_to_5": "3 至 5 年",
    "5_to_10": "5 至 10 年",
    "from_10": "10 年以上",
}
MOST_WEIGHTS = 10
EFFECTS = "影响最大的指标"
REACHED = {
    (True, True): "得分可达；也可由规则判为",
    (True, False): "得分可达",
    (False, True): "得分达不到，只由否决、限制或降档判为",
    (False, False): "达不到：请核对起点和封顶",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A share between 0 and 1 with the words that say it."""

    text: str
    share: float


Cell = str | int | Bar


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A report as a value: a page of the office, Markdown or a file of HTML is made of it."""

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]


def model_report(model: ScoringModel, *, policy: Policy) -> Document:
    citations = tuple(_citations(model))
    verified = sum(citation.verified for citation in citations)
    lead = [
        f"{model.id} 第 {model.version} 版，{model.kind.label}，{model.use.label}；提出领域：{_sector(policy, model.owner)}",
        f"模型摘要 {model.digest}",
        f"依据 {len(citations)} 处，已与原文核对 {verified} 处，未核对 {len(citations) - verified} 处。",
    ]
    if model.note:
        lead.append(model.note)
    sections = [
        _scale(model, policy),
        _grades(model),
        _reads(model, policy),
        _families(model),
        _effects(model),
        _indicators(model, policy),
        _rules(model, policy),
        _sources(citations, policy.sources),
    ]
    return Document(f"模型说明：{model.title}", tuple(lead), tuple(sections))


def _scale(model: ScoringModel, policy: Policy) -> Section:
    scale = model.scale
    kinds = "、".join(kind.label for kind in model.population.kinds)
    sectors = "、".join(_sector(policy, key) for key in model.population.sectors) or "全部行业"
    evidence = _items(model.evidence.items, policy) or "任一目录事项"
    return Section(
        "对象和标尺",
        (
            f"评价对象：{kinds}；{sectors}。",
            f"起评 {scale.start:f} 分，最低 {scale.min:f} 分，满分 {scale.max:f} 分。",
            f"评级前提：{evidence}，{_window(model.evidence)}有记录；否则为信息不足，不是低等级。",
        ),
    )


def _grades(model: ScoringModel) -> Section:
    """Which grades can be given at all, by the caps."""
    found = reach(model)
    plain = model.grade_of(milli(found.plain))
    rows = tuple(
        (
            each.band.grade,
            each.band.label,
            f"{each.band.start:f} 分起" + (f"，不满 {each.below:f} 分" if each.below is not None else ""),
            REACHED[each.by_points, each.by_rule],
        )
        for each in found.bands
    )
    return Section(
        "等级和可达范围",
        (
            f"按各项封顶，最低可得 {found.lowest:f} 分，最高可得 {found.highest:f} 分；"
            f"有评级前提而没有任何加减项的，得 {found.plain:f} 分，为 {plain} {model.label_of(plain)}。",
            "这是上下限：没有考虑哪些记录不会同时出现。",
        ),
        (Table("等级", ("等级", "名称", "分数", "能否达到"), rows),),
    )


def _reads(model: ScoringModel, policy: Policy) -> Section:
    """Every catalogue item that the model takes facts from, with what takes them."""
    readers: dict[str, list[str]] = {}
    for _, part in parts_of(model):
        for item in part.facts.items:
            readers.setdefault(item, []).append(part.label)
    known = policy.catalogue.items
    rows = tuple(
        (
            known[item].title if item in known else item,
            known[item].disclosure.label if item in known else "目录中没有",
            len(labels),
            "、".join(dict.fromkeys(labels)),
        )
        for item, labels in sorted(readers.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )
    others = sorted({part.facts.grades_of for _, part in parts_of(model) if part.facts.grades_of})
    sentences = (f"另读取模型 {'、'.join(others)} 的等级。",) if others else ()
    return Section("读取的信息", sentences, (Table("", ("目录事项", "公开属性", "处数", "用于"), rows),))


def _effects(model: ScoringModel) -> Section:
    """The indicators that move most, each taken alone."""
    found = weights(model)
    whole = {
        effect: sum((weight.most for weight in found if weight.effect is effect), Decimal(0))
        for effect in Effect
    }
    rows = tuple(_effect_row(model, weight, whole[weight.effect]) for weight in found[:MOST_WEIGHTS])
    header = ("指标", "方向", "单条最多", "合计最多", "占同方向合计", "只有这一项时的等级")
    left = len(found) - len(rows)
    sentences = (f"按合计最多的分值排列，列前 {len(rows)} 个，另有 {left} 个。",) if left else ()
    return Section(EFFECTS, sentences, (Table("", header, rows),))


def _effect_row(model: ScoringModel, weight: Weight, whole: Decimal) -> tuple[Cell, ...]:
    grade = grade_after(model, weight)
    return (
        weight.indicator.label,
        weight.effect.label,
        f"{weight.one:f}",
        f"{weight.most:f}",
        _share(weight.most, whole),
        f"{grade} {model.label_of(grade)}",
    )


def _families(model: ScoringModel) -> Section:
    whole = {
        effect: sum((family.cap for family in model.families if family.effect is effect), Decimal(0))
        for effect in Effect
    }
    rows = tuple(
        (
            family.label,
            family.effect.label,
            f"{family.cap:f}",
            f"{family.floor:f}" if family.floor else "",
            _share(family.cap, whole[family.effect]),
        )
        for family in model.families
    )
    return Section(
        "指标类和权重", (), (Table("", ("指标类", "方向", "封顶", "保底", "占同方向封顶合计"), rows),)
    )


def _indicators(model: ScoringModel, policy: Policy) -> Section:
    rows = tuple(
        (
            indicator.label,
            model.family_of[indicator.family].label if indicator.family in model.family_of else "",
            _facts(indicator.facts, policy),
            _window(indicator),
            _points(indicator),
            f"{indicator.cap:f}" + (f"（保底 {indicator.floor:f}）" if indicator.floor else ""),
            _grounds(indicator.basis, policy.sources),
        )
        for indicator in model.indicators
    )
    header = ("指标", "类", "采用的记录", "窗口", "计分", "封顶", "依据")
    return Section("指标", (), (Table(f"{len(rows)} 个指标", header, rows),))


def _rules(model: ScoringModel, policy: Policy) -> Section:
    rows: list[tuple[str, str, str, str, str]] = []
    for kind, rules in (
        ("起评分切换", model.starts),
        ("一票否决", model.vetoes),
        ("等级限制", model.limits),
        ("降档", model.downgrades),
    ):
        for rule in rules:
            rows.append(
                (
                    f"{kind}：{rule.label}",
                    _facts(rule.facts, policy),
                    _window(rule),
                    _effect_of(rule, model),
                    _grounds(rule.basis, policy.sources),
                )
            )
    if not rows:
        return Section("否决、限制、降档和起评分", ("没有。",))
    header = ("规则", "采用的记录", "窗口", "效果", "依据")
    return Section("否决、限制、降档和起评分", (), (Table("", header, tuple(rows)),))


def _effect_of(rule: Rule, model: ScoringModel) -> str:
    if levels := getattr(rule, "levels", None):
        return f"降 {levels} 档"
    if (points := getattr(rule, "points", None)) is not None:
        return f"起评 {points:f} 分"
    grade = str(getattr(rule, "grade", ""))
    known = {band.grade: band.label for band in model.scale.bands}
    verb = "判为" if rule in model.vetoes else "不高于"
    return f"{verb} {grade} {known.get(grade, '')}".rstrip()


def _sources(citations: Iterable[Citation], sources: Mapping[str, Source]) -> Section:
    by_source: dict[str, list[Citation]] = {}
    for citation in citations:
        by_source.setdefault(citation.source, []).append(citation)
    rows = tuple(
        (
            sources[key].cite() if key in sources else f"{key}（没有登记的来源）",
            sources[key].issuer if key in sources else "",
            len(found),
            sum(citation.verified for citation in found),
        )
        for key, found in sorted(by_source.items())
    )
    header = ("文件", "制定机关", "引用处", "已核对")
    return Section("来源", ("未核对的数值在与原文核对之前只是建议。",), (Table("", header, rows),))


def _citations(model: ScoringModel) -> Iterator[Citation]:
    yield model.figures
    yield from model.basis
    for indicator in model.indicators:
        yield from indicator.basis
    for rule in model.rules:
        yield from rule.basis


def _grounds(basis: Iterable[Citation], sources: Mapping[str, Source]) -> str:
    return "\n".join(
        f"{sources[each.source].cite(each.clause) if each.source in sources else each.source + each.clause}"
        f"（{'已核对' if each.verified else '未核对'}）"
        for each in basis
    )


def _facts(facts: Facts, policy: Policy) -> str:
    parts = [_items(facts.items, policy)]
    if facts.grades_of:
        parts.append(f"{facts.grades_of} 的等级为 {'、'.join(facts.grades)}")
    if facts.seriousness:
        parts.append("、".join(CLASS_LABELS[word] for word in facts.seriousness))
    if facts.results:
        parts.append(f"结果为 {'、'.join(facts.results)}")
    if facts.not_results:
        parts.append(f"结果不为 {'、'.join(facts.not_results)}")
    parts += _between(facts.amount_from_yuan, facts.amount_below_yuan, "元")
    parts += _between(facts.headcount_from, facts.headcount_below, "人")
    return "；".join(parts)


def _between(low: int | None, high: int | None, unit: str) -> list[str]:
    ends = [
        f"{low:,} {unit}以上" if low is not None else "",
        f"不满 {high:,} {unit}" if high is not None else "",
    ]
    return ["".join(ends)] if any(ends) else []


def _items(items: Iterable[str], policy: Policy) -> str:
    known = policy.catalogue.items
    return "、".join(known[item].title if item in known else item for item in items)


def _window(window: Window | object) -> str:
    days = getattr(window, "window_days", None)
    skip = getattr(window, "skip_days", 0)
    years = getattr(window, "calendar_years", None)
    if years:
        first, last = years
        words = {0: "本年", 1: "上一年"}
        ends = [words.get(back, f"前 {back} 年") for back in (first, last)]
        return ends[0] if first == last else f"{ends[0]}至{ends[1]}（日历年）"
    if days is None:
        return "不限"
    return f"近 {days} 天" + (f"（不含最近 {skip} 天）" if skip else "")


def _points(indicator: Indicator) -> str:
    parts = [indicator.measure.label]
    if indicator.of:
        parts[0] += {"item": "（事项）", "result": "（结果）", "year": "（年度）"}[indicator.of]
    if indicator.points is not None:
        parts.append(f"{indicator.points:f} 分")
    parts += _steps(indicator.by_amount, "元")
    parts += _steps(indicator.by_headcount, "人")
    parts += _steps(indicator.bands, "")
    parts += [f"{each.result}：{each.points:f} 分" for each in indicator.by_result]
    if indicator.per:
        cap = f"，每年至多 {indicator.year_cap:f}" if indicator.year_cap is not None else ""
        parts.append(f"按日历年分别计{cap}")
    if indicator.decay:
        parts.append(_decay(indicator.decay))
    return "；".join(parts)


def _steps(steps: Iterable[Step], unit: str) -> list[str]:
    return [f"{step.start:,}{unit}起 {step.points:f} 分" for step in steps]


def _decay(decay: Decay) -> str:
    if decay.half_life_days:
        return f"按半衰期 {decay.half_life_days} 天递减（{len(decay.table)} 级表）"
    return "、".join(f"{step.from_day} 天起 {step.per_mille}‰" for step in decay.table)


def _share(cap: Decimal, whole: Decimal) -> Bar:
    share = float(cap / whole) if whole else 0.0
    return Bar(f"{share:.1%}", share)


def _sector(policy: Policy, key: str) -> str:
    found = policy.sectors.sectors.get(key)
    return found.title if found else key

"""Sets out a comparison of two models as a document: the matrix of moves, distributions, parts of the population."""

from collections.abc import Iterator, Sequence
from datetime import date

from xinheng.core.model_report import AGES, DIMENSIONS, Bar, Cell, Document, Section, Table
from xinheng.core.models import ScoringModel, kind_label
from xinheng.interfaces.cli.models_open import Place
from xinheng.scoring.compare import ABSENT, UNGRADED, Comparison, Discrimination, Part

PSI_NOTE = "PSI 小于 0.1 通常视为稳定，大于 0.25 视为明显变化（行业惯例，不是法定标准）。"


def state_words(model: ScoringModel) -> dict[str, str]:
    """What people read for each state of a result."""
    words = {band.grade: f"{band.grade} {band.label}" for band in model.scale.bands}
    return words | {UNGRADED: "信息不足", ABSENT: "不在评价范围"}


def comparison_report(
    found: Comparison,
    *,
    old: ScoringModel,
    new: ScoringModel,
    day: date,
    place: Place,
    aside: Sequence[str],
) -> Document:
    lead = (
        f"原模型：{old.title}（{old.id} 第 {old.version} 版），摘要 {old.digest}",
        f"新模型：{new.title}（{new.id} 第 {new.version} 版），摘要 {new.digest}",
        f"评价日 {day}，按{place.name}的记录处理规则；主体 {found.whole.subjects:,} 户。",
        *(f"没有使用：{sentence}。" for sentence in aside),
    )
    sections = [_moves(found, old, new), _distribution(found, old, new)]
    sections += [_parts(found.by(name), name, place) for name in DIMENSIONS if found.by(name)]
    if found.old and found.new:
        sections.append(_outcome(found.known_outcomes, found.old, found.new))
    return Document("模型比较", lead, tuple(sections))


def _moves(found: Comparison, old: ScoringModel, new: ScoringModel) -> Section:
    before, after, whole = state_words(old), state_words(new), found.whole
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (before[state], *row, sum(row))
        for state, row in zip(found.states_old, whole.matrix, strict=True)
        if sum(row)
    )
    total: tuple[Cell, ...] = ("合计", *whole.new, whole.subjects)
    header = ("原等级 ＼ 新等级", *(after[state] for state in found.states_new), "合计")
    sentences = [f"分数有变的主体 {found.points_changed:,} 户。"]
    if whole.better is not None and whole.worse is not None:
        sentences.append(f"等级上升 {whole.better:,} 户，下降 {whole.worse:,} 户，不变 {whole.same:,} 户。")
    else:
        sentences.append("两个模型的等级不同，不比较升降。")
    return Section("谁的等级怎样变动", tuple(sentences), (Table("户数", header, (*rows, total)),))


def _distribution(found: Comparison, old: ScoringModel, new: ScoringModel) -> Section:
    tables = tuple(
        Table(name, ("等级", "户数", "占比"), tuple(_bars(states, counts, state_words(model))))
        for name, states, counts, model in (
            ("原模型", found.states_old, found.whole.old, old),
            ("新模型", found.states_new, found.whole.new, new),
        )
    )
    psi = found.whole.psi
    sentences = (f"PSI {psi}。{PSI_NOTE}",) if psi is not None else ("等级不同或没有评价对象，不计算 PSI。",)
    return Section("分布", sentences, tables)


def _bars(states: Sequence[str], counts: Sequence[int], words: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
    total = sum(counts) or 1
    for state, count in zip(states, counts, strict=True):
        share = count / total
        yield words[state], count, Bar(f"{share:.1%}", share)


def _parts(parts: Sequence[Part], dimension: str, place: Place) -> Section:
    header = (DIMENSIONS[dimension], "主体", "上升", "下降", "不变", "PSI")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _value(dimension, part.value, place),
            part.shift.subjects,
            *(
                "—" if count is None else count
                for count in (part.shift.better, part.shift.worse, part.shift.same)
            ),
            "—" if part.shift.psi is None else str(part.shift.psi),
        )
        for part in parts
    )
    return Section(f"按{DIMENSIONS[dimension]}", (), (Table("", header, rows),))


def _value(dimension: str, value: str, place: Place) -> str:
    if not value:
        return "未知"
    if dimension == "kind":
        return kind_label(value)
    if dimension == "age":
        return AGES.get(value, value)
    if dimension == "sector":
        sector = place.policy.sectors.sectors.get(value)
        return sector.title if sector else value
    if dimension == "county":
        county = place.policy.counties.get(value)
        return county.name if county else value
    return value


def _outcome(known: int, old: Discrimination, new: Discrimination) -> Section:
    rows = tuple(_curves(name, found) for name, found in (("原模型", old), ("新模型", new)))
    header = ("模型", "未失信", "失信", "AUC（分数）", "KS（分数）", "AUC（等级）", "KS（等级）")
    sentences = (
        f"结果中有 {known:,} 户知道后果；只统计其中有评级的。",
        "AUC 为 0.5 是随机，1 是全部分对；KS 是两类主体累计占比的最大差。",
    )
    return Section("区分能力", sentences, (Table("", header, rows),))


def _curves(name: str, found: Discrimination) -> tuple[Cell, ...]:
    values = [
        "—" if curve is None else f"{float(figure):.4f}"
        for curve in (found.points, found.grades)
        for figure in ((curve.auc, curve.ks) if curve else (0, 0))
    ]
    return name, found.good, found.bad, *values

"""Whether the facts that a model asks for are delivered at all: every result word, class, amount by some feed.

An indicator whose facts no feed gives would stand in the model and never count, which nobody would notice. What is
missing belongs into the note of the model as 待数据 until there is a feed. Grades of a published model are facts
without a feed; those of a model on trial are none (G4).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xinheng.core.composition import parts_of
from xinheng.core.feeds import Feed, Target
from xinheng.core.indicators import CLASSES, Facts, Indicator, Measure
from xinheng.core.models import ScoringModel

Cause = tuple[str, str, str]
"""(model, place in the file, Chinese sentence)"""

CLASSED_BY_POLICY = frozenset({"penalty"})
"""Items whose class follows from the policy where the feed gives none (seriousness.yml)."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one feed can give: result words, classes, and whether amounts and persons."""

    words: frozenset[str]
    classes: frozenset[str]
    amounts: bool
    persons: bool


def undelivered(models: Mapping[str, ScoringModel], feeds: Mapping[str, Feed]) -> Iterator[Cause]:
    """Everything that a model names and no feed delivers."""
    found: dict[str, list[Delivered]] = {}
    for feed in feeds.values():
        if feed.item is not None:
            found.setdefault(feed.item, []).append(_delivered(feed))
    tried = {model.id for model in models.values() if model.trial}
    for model in models.values():
        for place, part in parts_of(model):
            if part.facts.grades_of in tried:
                cause = f"模型“{part.facts.grades_of}”只作试算，它的等级不是事实；国家、省的结果写其结果词（results）"
                yield model.id, f"{place}.facts", cause
            for cause in _facts(part.facts, found):
                yield model.id, f"{place}.facts", cause
            if isinstance(part, Indicator):
                for cause in _figures(part, found):
                    yield model.id, place, cause


def _delivered(feed: Feed) -> Delivered:
    result, own = feed.columns.get(Target.RESULT), feed.columns.get(Target.SERIOUSNESS)
    classes = set(own.words) if own else set()
    if feed.seriousness:
        classes |= {feed.seriousness.otherwise, *(case.seriousness for case in feed.seriousness.cases)}
    elif feed.item in CLASSED_BY_POLICY:
        classes |= set(CLASSES)
    return Delivered(
        words=result.words if result else frozenset(),
        classes=frozenset(classes or {"none"}),
        amounts=Target.AMOUNT in feed.columns,
        persons=Target.HEADCOUNT in feed.columns,
    )


def _facts(facts: Facts, found: Mapping[str, list[Delivered]]) -> Iterator[str]:
    if facts.grades_of:
        return
    for item in facts.items:
        if item not in found:
            yield f"没有数据源交来目录事项“{item}”；请先写数据源，或移入说明的“待数据”"
    given = [each for item in facts.items for each in found.get(item, ())]
    known = frozenset().union(*(each.words for each in given))
    for word in (*facts.results, *facts.not_results):
        if word not in known:
            yield f"结果词“{word}”没有数据源交来；事项 {'、'.join(facts.items)} 现有：{'、'.join(sorted(known)) or '无'}"
    wanted = [each for each in given if not facts.results or each.words & set(facts.results)]
    if facts.seriousness and wanted and not any(each.classes & set(facts.seriousness) for each in wanted):
        yield f"没有数据源给出程度“{'、'.join(facts.seriousness)}”"


def _figures(part: Indicator, found: Mapping[str, list[Delivered]]) -> Iterator[str]:
    """Amounts and persons that the points depend on."""
    given = [each for item in part.facts.items for each in found.get(item, ())]
    given = [each for each in given if not part.facts.results or each.words & set(part.facts.results)]
    facts = part.facts
    amounts = part.by_amount or part.measure is Measure.AMOUNT or facts.amount_from_yuan is not None
    if (amounts or facts.amount_below_yuan is not None) and not any(each.amounts for each in given):
        yield "按金额计分，但没有数据源交来金额"
    persons = part.by_headcount or part.measure is Measure.HEADCOUNT or facts.headcount_from is not None
    if (persons or facts.headcount_below is not None) and not any(each.persons for each in given):
        yield "按人数计分，但没有数据源交来人数"

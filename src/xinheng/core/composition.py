"""Whether models that read each other's grades hold together: every model known, no circle, no two of one name.

A grade is a fact of the catalogue item ``evaluation``; a model may count the grades of another, or its own earlier
ones (carry-over), and nothing may rest on itself. Checked over all models of a policy at once.
"""

from collections.abc import Iterator, Mapping

from xinheng.core.models import Indicator, Rule, ScoringModel, grade_word

LONGEST_WORD = 40
"""Characters of a result word in a record."""

Reading = tuple[str, Indicator | Rule]
"""(place in the file, part that reads grades)"""


def composition_causes(models: Mapping[str, ScoringModel]) -> Iterator[tuple[str, str, str]]:
    """(model, place in the file, Chinese cause) for everything that does not hold together."""
    for model in models.values():
        for place, part in readings(model):
            for cause in _unknown(models, part):
                yield model.id, place, cause
    yield from _circles(models)
    yield from _words(models)


def readings(model: ScoringModel) -> Iterator[Reading]:
    """The parts of a model that read grades."""
    for place, part in parts_of(model):
        if part.facts.grades_of is not None:
            yield place, part


def parts_of(model: ScoringModel) -> Iterator[Reading]:
    """Everything in a model that takes facts, with its place in the file."""
    for indicator in model.indicators:
        yield f"indicators.{indicator.id}", indicator
    for name in ("starts", "vetoes", "limits", "downgrades"):
        rules: tuple[Rule, ...] = getattr(model, name)
        for rule in rules:
            yield f"{name}.{rule.id}", rule


def own_grade_causes(model: ScoringModel) -> Iterator[tuple[str, str]]:
    """(place, cause) where a model would read the grade that it is about to give, or judge by nothing else."""
    own = [(place, part) for place, part in readings(model) if part.facts.grades_of == model.id]
    for place, part in own:
        if not part.is_past:
            yield (
                place,
                "读取本模型的等级只能用已过去的日期：写 calendar_years（如 [1, 1] 上一年），或 window_days 加 skip_days",
            )
    if own and (not model.evidence.items or "evaluation" in model.evidence.items):
        yield (
            "evidence.items",
            "读取本模型以往等级的，须写明 evidence.items 且不含 evaluation，否则有过等级就永远不算信息不足",
        )


def _unknown(models: Mapping[str, ScoringModel], part: Indicator | Rule) -> Iterator[str]:
    read = part.facts.grades_of or ""
    other = models.get(read)
    if other is None:
        yield f"没有模型“{read}”；已有的模型：{'、'.join(sorted(models))}"
        return
    grades = {band.grade for band in other.scale.bands}
    for grade in part.facts.grades:
        if grade not in grades:
            yield f"模型“{other.title}”没有等级“{grade}”"
        elif len(grade_word(read, grade)) > LONGEST_WORD:
            yield f"模型标识“{read}”过长，它的等级不能被其他模型引用"


def _circles(models: Mapping[str, ScoringModel]) -> Iterator[tuple[str, str, str]]:
    """Each circle of readings of the same day is named once, at its first model."""
    reads = {
        key: sorted(
            {
                part.facts.grades_of or ""
                for _, part in readings(model)
                if not part.is_past and part.facts.grades_of != key
            }
        )
        for key, model in models.items()
    }
    for key in sorted(reads):
        path = _back_to(key, reads)
        if path is not None and key == min(path):
            titles = " → ".join(f"“{models[each].title}”" for each in (*path, key))
            yield key, "grades_of", f"模型互相引用等级，成了循环：{titles}"


def _back_to(key: str, reads: Mapping[str, list[str]]) -> tuple[str, ...] | None:
    """The shortest way from a model over others back to itself."""
    ways: list[tuple[str, ...]] = [(key,)]
    seen = {key}
    while ways:
        way = ways.pop(0)
        for read in reads.get(way[-1], ()):
            if read == key:
                return way
            if read not in seen:
                seen.add(read)
                ways.append((*way, read))
    return None


def _words(models: Mapping[str, ScoringModel]) -> Iterator[tuple[str, str, str]]:
    known: dict[str, str] = {}
    for key in sorted(models):
        word = grade_word(key, "")
        if word in known:
            yield key, "id", f"与模型“{known[word]}”只差“-”和“/”，等级的结果词会相同"
        known.setdefault(word, key)

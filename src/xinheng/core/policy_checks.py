"""References between the parts of a policy: what one file names must stand in another.

Every cause says which file to open. The clauses that a policy cites are listed here too, for the check
against the documents.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from xinheng.core.entry import may_be_asked
from xinheng.core.grading import GradingPolicy
from xinheng.core.inspection_matters import Matter
from xinheng.core.lists import ListKind
from xinheng.core.measure_rows import MeasureGroup
from xinheng.core.parameters import Series
from xinheng.core.sources import Citation, citation_causes

if TYPE_CHECKING:
    from xinheng.core.policy import Policy

Cause = tuple[str, str, str]
"""(subject file, key, cause)."""


def reference_causes(policy: "Policy") -> Iterator[Cause]:
    """Names that point nowhere."""
    yield from _parameters(policy)
    yield from _sectors(policy)
    yield from _agencies(policy)
    yield from _grading(policy)
    yield from _matters(policy)
    yield from _bans(policy)
    yield from _items(policy)
    for place, source in _sources_used(policy):
        if source not in policy.sources:
            yield place, "source", f"来源“{source}”不在 policy/sources 中"


def _bans(policy: "Policy") -> Iterator[Cause]:
    """Fields, lists and items of the catalogue on which a ban rests and that are not there."""
    numbers = {item.number for item in policy.catalogue.items.values()}
    for key, rule in policy.measures.bans.items():
        of, place = rule.rests_on, f"bans.{key}.rests_on"
        if of is None:
            continue
        for number in set(of.items) - numbers:
            yield "measures", f"{place}.items", f"目录中没有第 {number} 项"
        for one in set(of.lists) - set(policy.lists.lists):
            yield "measures", f"{place}.lists", f"没有名单“{one}”"
        for sector in set(of.sectors) - set(policy.sectors.sectors):
            yield "measures", f"{place}.sectors", f"没有领域“{sector}”"


def _items(policy: "Policy") -> Iterator[Cause]:
    for act, entry in policy.acts.acts.items():
        if entry.item not in policy.catalogue.items:
            yield "acts", f"acts.{act}.item", f"目录中没有“{entry.item}”"
        feed = policy.feeds.get(entry.template)
        if feed is None or feed.item != entry.item or not may_be_asked(feed):
            yield "acts", f"acts.{act}.template", f"“{entry.template}”不是这一类行为可以逐条填报的数据源"
    for feed in policy.feeds.values():
        if feed.item is not None and feed.item not in policy.catalogue.items:
            yield f"feeds/{feed.id}", "item", f"目录中没有“{feed.item}”"


def _sources_used(policy: "Policy") -> Iterator[tuple[str, str]]:
    """Sources named outside overlaid files, with the file."""
    for feed in policy.feeds.values():
        for rule in (feed.seriousness, feed.lateness):
            if rule is not None:
                yield f"feeds/{feed.id}", rule.source
    for _, citation in citations_in(policy.treatments, "treatment"):
        yield "models/treatment", citation.source


def _parameters(policy: "Policy") -> Iterator[Cause]:
    for subject, key, name in _parameter_names(policy):
        if name is not None and name not in policy.parameters:
            yield subject, key, f"没有参数“{name}”"


def _parameter_names(policy: "Policy") -> Iterator[tuple[str, str, str | None]]:
    for act, entry in policy.acts.acts.items():
        for clock in entry.clocks:
            yield "acts", f"acts.{act}.clocks", clock
    for name, grade in policy.seriousness.classes.items():
        keys = [grade.minimum, grade.maximum]
        keys += [key for own in grade.sectors.values() for key in (own.minimum, own.maximum)]
        for key in keys:
            yield "seriousness", f"classes.{name}", key
    for name, kind in policy.lists.lists.items():
        for field in ("term", "extension", "early_exit", "publicity"):
            yield "lists", f"lists.{name}.{field}", getattr(kind, field)
    for place, name in policy.treatments.parameters:
        yield "models/treatment", place, name


def _sectors(policy: "Policy") -> Iterator[Cause]:
    known = policy.sectors.sectors
    named = [
        *(("catalogue", f"items.{key}", item.providers) for key, item in policy.catalogue.items.items()),
        *(("lists", f"lists.{key}", (kind.sector,)) for key, kind in policy.lists.lists.items()),
        *(
            ("agencies", f"agencies.{key}", agency.sectors)
            for key, agency in policy.agencies.agencies.items()
        ),
        *(
            ("seriousness", f"classes.{key}", grade.sectors)
            for key, grade in policy.seriousness.classes.items()
        ),
    ]
    for subject, key, sectors in named:
        for sector in sectors:
            if sector not in known:
                yield subject, key, f"没有领域“{sector}”"


def _agencies(policy: "Policy") -> Iterator[Cause]:
    known = policy.agencies.agencies
    for key in known:
        if key.partition(".")[0] != policy.city.slug:
            yield "agencies", f"agencies.{key}", f"代号应以“{policy.city.slug}.”开头"
    for lead in policy.city.lead:
        if lead not in known:
            yield "city", "city.lead", f"没有单位“{lead}”"
    for key, deadline in policy.deadlines.deadlines.items():
        if deadline.to not in known:
            yield "deadlines", f"deadlines.{key}.to", f"没有单位“{deadline.to}”"
    if policy.city.document not in policy.sources:
        yield "city", "city.document", f"来源“{policy.city.document}”不在 policy/sources 中"


def _grading(policy: "Policy") -> Iterator[Cause]:
    for place, citation in citations_in(policy.grading, "grading"):
        for cause in citation_causes(citation, sources=policy.sources, area=policy.city.area):
            yield "grading", place.removeprefix("grading."), cause
    for grading in (policy.grading, *policy.sector_gradings.values()):
        for key, cause in names_nowhere(policy, grading):
            yield "grading", key, cause


def names_nowhere(policy: "Policy", grading: GradingPolicy) -> Iterator[tuple[str, str]]:
    """Fields and incentives that a policy of supervision names and that are not there."""
    for sector in (grading.sector, *(one.sector for one in grading.fields)):
        if sector is not None and sector not in policy.sectors.sectors:
            yield "fields", f"没有领域“{sector}”"
    for key in grading.eased_by:
        measure = policy.measures.measures.get(key)
        if measure is None or measure.group is not MeasureGroup.INCENTIVE:
            yield "eased_by", f"“{key}”不是清单中的守信激励措施"
    for key in grading.watch.lists if grading.watch else ():
        listed = policy.lists.lists.get(key)
        if listed is None or listed.kind is not ListKind.FOCUS:
            yield "watch", f"“{key}”不是登记的重点关注名单"


def _matters(policy: "Policy") -> Iterator[Cause]:
    """Bodies that are no field of supervision, and grounds of single points of a checklist that do not hold."""
    for key, matter in policy.inspection_matters.matters.items():
        for body in matter.bodies:
            if body not in policy.sectors.sectors:
                yield "inspection_matters", f"matters.{key}.bodies", f"没有领域“{body}”"
        yield from _objects(policy, key, matter)
        for name, point in matter.points.items():
            for citation in point.basis:
                for cause in citation_causes(citation, sources=policy.sources, area=policy.city.area):
                    yield "inspection_matters", f"matters.{key}.points.{name}", cause


def _objects(policy: "Policy", key: str, matter: Matter) -> Iterator[Cause]:
    """Names and grounds of a rule of objects that do not hold."""
    place = f"matters.{key}.objects"
    if matter.objects is None:
        return
    for sector in set(matter.objects.sectors) - set(policy.sectors.sectors):
        yield "inspection_matters", f"{place}.sectors", f"没有领域“{sector}”"
    for kind in set(matter.objects.commitments) - set(policy.commitments.types):
        yield "inspection_matters", f"{place}.commitments", f"没有承诺类型“{kind}”"
    for citation in matter.objects.basis:
        for cause in citation_causes(citation, sources=policy.sources, area=policy.city.area):
            yield "inspection_matters", place, cause


def citations(policy: "Policy") -> Iterator[tuple[str, Citation]]:
    """Every citation of the city's policy with its place, as ``lists.wages.basis.0``."""
    for key, series in policy.parameters.items():
        yield from citations_in(series, key)
    for name in (
        "city_file", "agencies", "sectors", "catalogue", "acts", "seriousness", "lists", "measures",
        "commitments", "quality", "deadlines", "grading", "inspection_matters",
    ):  # fmt: skip
        yield from citations_in(getattr(policy, name), name)
    for sector, grading in policy.sector_gradings.items():
        yield from citations_in(grading, f"sector_gradings.{sector}")
    for name, model in policy.models.items():
        yield from citations_in(model, f"models.{name}")


def citations_in(value: Any, place: str) -> Iterator[tuple[str, Citation]]:
    """Citations anywhere inside a part."""
    if isinstance(value, Citation):
        yield place, value
    if isinstance(value, Series):
        for layer in value.layers:
            for day, line in layer.values.items():
                yield f"{place}.{layer.level}.{day}", line
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from citations_in(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from citations_in(item, f"{place}.{key}")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from citations_in(item, f"{place}.{index}")

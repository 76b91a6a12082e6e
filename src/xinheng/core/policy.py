"""All policy of one city, loaded and checked: nation, province and city laid over each other.

``load_policy`` refuses illegal overlays and broken references with file, key and cause. A transaction loads
one policy, passes it down as a value and stores its digest with the result, so that any result can be
traced to the law as it was written down that day.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from xinheng.core.articles import ArticleRules
from xinheng.core.canonical import digest_of
from xinheng.core.catalogue import Catalogue, CatalogueItem, Disclosure, Item
from xinheng.core.commitments import Commitments
from xinheng.core.days import Calendar, CalendarYear
from xinheng.core.deadlines import Deadlines
from xinheng.core.fault_grounds import RectificationRules
from xinheng.core.feeds import Feed
from xinheng.core.grading import GradingPolicy
from xinheng.core.inspection_matters import InspectionMatters
from xinheng.core.lists import Lists
from xinheng.core.measures import Measures
from xinheng.core.models import ScoringModel
from xinheng.core.open_tables_rules import OpenDataRules
from xinheng.core.organisations import Agencies, City, CityFile, County, Sectors, Town, Zone
from xinheng.core.parameters import Reading, Series, Status
from xinheng.core.policy_checks import reference_causes
from xinheng.core.policy_file import PolicyError
from xinheng.core.policy_folder import (
    calendar_of_folder,
    cities_of,
    feeds_of,
    file_with,
    grading_of,
    layers_of,
    models_of,
    sources_of,
    strange_files,
    treatments_of,
)
from xinheng.core.policy_layers import Loader, Report
from xinheng.core.policy_subjects import (
    ACTS,
    AGENCIES,
    ARTICLES,
    CATALOGUE,
    CITY,
    COMMITMENTS,
    DEADLINES,
    FIGURES,
    LISTS,
    MATTERS,
    MEASURES,
    OPEN_DATA,
    QUALITY,
    RECTIFICATION,
    REPAIR,
    REPORTS,
    SECTORS,
    SERIOUSNESS,
)
from xinheng.core.publication import Act, Acts, PublicationPeriod, SeriousnessRules, publication_period
from xinheng.core.quality import Quality
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.repair_rules import RepairRules
from xinheng.core.report_rules import ReportRules
from xinheng.core.sources import Source
from xinheng.core.treatment import Fact, Treatment, TreatmentFile

T = TypeVar("T")
DEFAULT_CITY = "kaifeng"
"""The pack that is taken where none is named."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The law as data for one city. Mappings are read-only by agreement; ``digest`` covers all of it."""

    digest: str = ""
    city_file: CityFile
    agencies: Agencies
    sectors: Sectors
    sources: Mapping[str, Source]
    parameters: Mapping[str, Series]
    catalogue: Catalogue
    acts: Acts
    seriousness: SeriousnessRules
    lists: Lists
    measures: Measures
    commitments: Commitments
    quality: Quality
    repair: RepairRules
    reports: ReportRules
    rectification: RectificationRules
    open_data: OpenDataRules
    articles: ArticleRules
    deadlines: Deadlines
    grading: GradingPolicy
    sector_gradings: Mapping[str, GradingPolicy] = field(default_factory=dict)
    inspection_matters: InspectionMatters
    calendar: Calendar
    models: Mapping[str, ScoringModel]
    feeds: Mapping[str, Feed]
    treatments: TreatmentFile

    @property
    def city(self) -> City:
        return self.city_file.city

    @property
    def counties(self) -> Mapping[str, County]:
        return self.city_file.counties

    @property
    def zones(self) -> Mapping[str, Zone]:
        return self.city_file.zones

    @property
    def towns(self) -> Mapping[str, Town]:
        return self.city_file.towns

    def grading_for(self, sector: str) -> GradingPolicy:
        """The policy of supervision of a field, of the wider one it lies in, or the city's own."""
        known: str | None = sector
        while known is not None:
            if known in self.sector_gradings:
                return self.sector_gradings[known]
            entry = self.sectors.sectors.get(known)
            known = entry.within if entry else None
        return self.grading

    def parameter(self, key: str, *, on: date) -> Reading:
        """The figure ``key`` as it stands on a day; refuses a key that no policy file defines."""
        series = self.parameters.get(key)
        if series is None:
            subject = key.partition(".")[0]
            near = [known for known in self.parameters if known.startswith(f"{subject}.")]
            hint = (
                "、".join(near) if near else "、".join(sorted({k.partition(".")[0] for k in self.parameters}))
            )
            raise Refusal("POLICY-KEY", f"没有参数“{key}”", advice=f"可用的有：{hint}")
        return series.on(on)

    def days_kept(self, kind: str, *, on: date) -> int | None:
        """Days after which something received is destroyed; None where no term is set."""
        key = f"retention.{kind}_days"
        return self.parameter(key, on=on).value if key in self.parameters else None

    def kept_until(self, kind: str, *, since: date, on: date) -> date | None:
        """The day on which it is destroyed, counted from another; None where no term is set."""
        days = self.days_kept(kind, on=on)
        return None if days is None else since + timedelta(days=days)

    def act_clocks(self, kind: str, *, on: date) -> tuple[Reading, ...]:
        """Publication clocks of a kind of act that hold on a day, the binding one first; all are shown (G8)."""
        readings = (self.parameter(key, on=on) for key in self.act(kind).clocks)
        return tuple(reading for reading in readings if reading.status is not Status.NO_RULE)

    def may_be_public(self, item: CatalogueItem) -> bool:
        """Whether anybody may see records of the item: by the catalogue, or as a kind of act that the city publishes (G8)."""
        acts = self.acts.acts.values()
        return item.disclosure is Disclosure.PUBLIC or any(
            act.published and self.catalogue.items[act.item].number == item.number for act in acts
        )

    def kept_from_traders(self, number: int) -> bool:
        """Whether records of the item that concern a sole trader stay unpublished: kinds of act mostly upon persons."""
        return any(
            act.mostly_persons and self.catalogue.items[act.item].number == number
            for act in self.acts.acts.values()
        )

    def act(self, kind: str) -> Act:
        return self.acts.acts[kind]

    def publication_period(
        self, seriousness: Seriousness, *, decided_on: date, sector: str | None = None
    ) -> PublicationPeriod:
        """How long a failing record may be published; a narrower sector falls back on the wider one."""
        known = self.seriousness.of(seriousness).sectors
        while sector is not None and sector not in known:
            entry = self.sectors.sectors.get(sector)
            sector = entry.within if entry else None
        return publication_period(
            self.seriousness, self.parameters, seriousness=seriousness, decided_on=decided_on, sector=sector
        )

    def first_repair_day(self, fact: Fact, *, sector: str | None = None) -> date | None:
        """From when repair of a penalty may be applied for by its term of publication; None where no term is known.

        Minor penalties are not published, and for other records the running clock of their publication says it.
        """
        if fact.item != Item.PENALTY or fact.seriousness not in (Seriousness.GENERAL, Seriousness.SERIOUS):
            return None
        period = self.publication_period(
            Seriousness(fact.seriousness), decided_on=fact.decided_on, sector=sector
        )
        return period.earliest_repair_on if period.published else None

    def treatment(self, *, on: date) -> Treatment:
        """How recorded facts weigh in an evaluation on a day, by the province's rules."""
        return self.treatments.on(on, parameters=self.parameters, province=self.city.province)

    def unconfirmed(self, *, on: date) -> tuple[Reading, ...]:
        """Figures that are 待确认 on a day."""
        readings = (series.on(on) for series in self.parameters.values())
        return tuple(reading for reading in readings if reading.status is Status.UNCONFIRMED)


def load_policy(root: Path, *, city: str) -> Policy:
    """The policy of a city by slug or code; raises PolicyError with every cause found.

    Files that have not changed since the last call are not read again.
    """
    root = root.resolve()
    return _load(root, city, _fingerprint(root))


def overlaid(
    policy: Policy,
    *,
    feeds: Iterable[Feed] = (),
    years: Iterable[CalendarYear] = (),
    models: Iterable[ScoringModel] = (),
    retired: Iterable[str] = (),
    catalogue: Catalogue | None = None,
    gradings: Iterable[GradingPolicy] = (),
) -> Policy:
    """The policy with what the office has published since, under a digest of its own.

    A feed, year, model or policy of supervision that it has already is replaced, as is its catalogue; models of ``retired`` are left out. Raises
    PolicyError where a feed names what is not there.
    """
    added = {feed.id: feed for feed in feeds}
    calendar = policy.calendar
    for year in sorted(years, key=lambda year: year.year):
        calendar = calendar.extended_by(year)
    living = {**policy.models, **{model.id: model for model in models}}
    for gone in retired:
        living.pop(gone, None)
    supervision = {one.sector: one for one in gradings}
    whole = replace(
        policy,
        digest="",
        grading=supervision.pop(None, policy.grading),
        sector_gradings={key: one for key, one in sorted(supervision.items(), key=str) if key},
        catalogue=catalogue or policy.catalogue,
        feeds={**policy.feeds, **added},
        calendar=calendar,
        models=dict(sorted(living.items())),
    )
    causes = [f"{place}：{key}：{cause}" for place, key, cause in reference_causes(whole)]
    if causes:
        raise PolicyError(causes)
    return replace(whole, digest=_digest(whole))


def known_cities(root: Path) -> Mapping[str, str]:
    """Codes of the cities by slug."""
    report = Report(root.resolve())
    cities = cities_of(report)
    report.raise_if_any()
    return cities


def _fingerprint(root: Path) -> tuple[tuple[str, int, int], ...]:
    return tuple(sorted(_files(str(root))))


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    """Path, time of change and size of every policy file; asked with every request, hence without Path."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.name.endswith(".yml"):
                stat = entry.stat()
                yield entry.path, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=16)
def _load(root: Path, city: str, fingerprint: tuple[tuple[str, int, int], ...]) -> Policy:
    report = Report(root)
    policy = _read(report, city=city)
    for subject, key, cause in reference_causes(policy):
        report.add(file_with(report, layers_of(report, city=city), subject, key), key, cause)
    report.raise_if_any()
    return replace(policy, digest=_digest(policy))


def _read(report: Report, *, city: str) -> Policy:
    layers = layers_of(report, city=city)
    sources = sources_of(report)
    report.raise_if_any()
    loader = Loader(report, layers, sources)
    for figures in FIGURES:
        loader.load(figures)
    sectors, catalogue, acts = loader.load(SECTORS), loader.load(CATALOGUE), loader.load(ACTS)
    seriousness, lists, measures = loader.load(SERIOUSNESS), loader.load(LISTS), loader.load(MEASURES)
    commitments, quality, deadlines = loader.load(COMMITMENTS), loader.load(QUALITY), loader.load(DEADLINES)
    repair, reports, matters = loader.load(REPAIR), loader.load(REPORTS), loader.load(MATTERS)
    rectification, open_data = loader.load(RECTIFICATION), loader.load(OPEN_DATA)
    articles = loader.load(ARTICLES)
    city_file, agencies, grading = loader.load(CITY), loader.load(AGENCIES), grading_of(report, layers)
    treatments, feeds = treatments_of(report, sources=sources), feeds_of(report)
    calendar = calendar_of_folder(report)
    models = models_of(
        report, sources=sources, sectors=frozenset(sectors.sectors) if sectors else frozenset()
    )
    strange_files(report, layers)
    report.raise_if_any()
    return Policy(
        sources=sources,
        parameters=loader.parameters,
        sectors=_sure(sectors),
        catalogue=_sure(catalogue),
        acts=_sure(acts),
        seriousness=_sure(seriousness),
        lists=_sure(lists),
        measures=_sure(measures),
        commitments=_sure(commitments),
        quality=_sure(quality),
        repair=_sure(repair),
        reports=_sure(reports),
        rectification=_sure(rectification),
        open_data=_sure(open_data),
        articles=_sure(articles),
        deadlines=_sure(deadlines),
        city_file=_sure(city_file),
        agencies=_sure(agencies),
        grading=_sure(grading),
        inspection_matters=_sure(matters),
        calendar=_sure(calendar),
        treatments=_sure(treatments),
        models=models,
        feeds=feeds,
    )


def _sure(part: T | None) -> T:
    assert part is not None, "a part is missing without a cause in the report"
    return part


def _digest(policy: Policy) -> str:
    parts = {field.name: _plain(getattr(policy, field.name)) for field in fields(policy)}
    del parts["digest"]
    return digest_of(parts)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Series):
        lines = {layer.level.value: _plain(layer.values) for layer in value.layers}
        return {"definition": _plain(value.definition), "lines": lines}
    if isinstance(value, Calendar):
        return value.version
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value

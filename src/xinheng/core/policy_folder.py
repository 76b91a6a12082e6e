"""Finds what a policy folder holds besides overlaid subjects: layers, sources, grading, models, feeds.

An unknown file is a mistake: a misspelt name would otherwise silently change nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field

from xinheng.core.composition import composition_causes
from xinheng.core.days import Calendar, CalendarYear, calendar_of
from xinheng.core.feeds import Feed
from xinheng.core.grading import GradingPolicy, overlay_causes
from xinheng.core.model_check import model_causes
from xinheng.core.models import ScoringModel
from xinheng.core.organisations import CityFile, Slug
from xinheng.core.overlays import Place
from xinheng.core.parameters import Level
from xinheng.core.policy_file import PolicyError, PolicyModel
from xinheng.core.policy_layers import Layer, Report
from xinheng.core.policy_subjects import GRADING, file_names
from xinheng.core.sources import NATION, Area, Source, check_sources
from xinheng.core.treatment import TreatmentFile, treatment_causes

M = TypeVar("M", bound=BaseModel)


class CityIndex(PolicyModel):
    cities: dict[Slug, Area] = Field(min_length=1)


def cities_of(report: Report) -> dict[str, str]:
    """Codes by slug, as ``policy/city/index.yml`` lists them."""
    path = report.root / "city" / "index.yml"
    index = report.parse(CityIndex, report.read(path), path)
    return index.cities if index else {}


def layers_of(report: Report, *, city: str) -> tuple[Layer, ...]:
    """Nation, province and city; raises PolicyError for a city that has no folder."""
    known = cities_of(report)
    report.raise_if_any()
    code = known.get(city, city)
    folder = report.root / "city" / code
    if code not in known.values() or not folder.is_dir():
        raise PolicyError([f"policy/city/index.yml：cities：没有城市“{city}”；可用的有 {'、'.join(known)}"])
    path = folder / "city.yml"
    file = report.parse(CityFile, report.read(path), path)
    report.raise_if_any()
    assert file is not None
    if file.city.code != code:
        raise PolicyError([f"{report.name(path)}：city.code：应与文件夹一致，写作 {code}"])
    area = file.city.area
    province = report.root / "province" / file.city.province
    return (
        Layer(report.root / "national", Place(Level.NATION, area[:1])),
        Layer(province, Place(Level.PROVINCE, area[:2])),
        Layer(folder, Place(Level.CITY, area)),
    )


def sources_of(report: Report) -> dict[str, Source]:
    """All documents by id; each file is named by its id."""
    found = _by_id(report, report.root / "sources", Source, lambda source: source.id)
    report.causes += [f"policy/sources/{cause}" for cause in check_sources(found)]
    return found


def feeds_of(report: Report) -> dict[str, Feed]:
    return _by_id(report, report.root / "feeds", Feed, lambda feed: feed.id)


def models_of(
    report: Report, *, sources: dict[str, Source], sectors: frozenset[str]
) -> dict[str, ScoringModel]:
    """Models by id, checked as far as that needs no day."""
    models, paths = dict[str, ScoringModel](), dict[str, Path]()
    for path in sorted((report.root / "models").glob("*/*.yml")):
        model = report.parse(ScoringModel, report.read(path), path)
        if model is None:
            continue
        if path.stem != model.id.rpartition("/")[2] or model.id in models:
            report.add(path, "id", "应与文件名一致且不重复")
        for key, cause in model_causes(model, sources=sources, sectors=sectors, area=(NATION,)):
            report.add(path, key, cause)
        models[model.id], paths[model.id] = model, path
    for model_id, key, cause in composition_causes(models):
        report.add(paths[model_id], key, cause)
    return models


def calendar_of_folder(report: Report) -> Calendar | None:
    """The work-day calendar of all years on file."""
    years = _by_id(report, report.root / "calendar", CalendarYear, lambda year: str(year.year))
    try:
        return calendar_of(years.values())
    except PolicyError as error:
        report.causes += error.causes
        return None


def treatments_of(report: Report, *, sources: dict[str, Source]) -> TreatmentFile | None:
    path = report.root / "models" / "treatment.yml"
    file = report.parse(TreatmentFile, report.read(path), path)
    for key, cause in treatment_causes(file, sources=sources) if file else ():
        report.add(path, key, cause)
    return file


def grading_of(report: Report, layers: tuple[Layer, ...]) -> GradingPolicy | None:
    """The city's grading policy, or the nation's default where it has none."""
    nation, city = layers[0].file(GRADING), layers[-1].file(GRADING)
    upper = report.parse(GradingPolicy, report.read(nation), nation)
    if not city.is_file():
        return upper
    lower = report.parse(GradingPolicy, report.read(city), city)
    if upper and lower:
        for cause in overlay_causes(upper=upper, lower=lower):
            key, _, text = cause.partition("：")
            report.add(city, key, text)
    return lower


def file_with(report: Report, layers: tuple[Layer, ...], subject: str, key: str) -> Path:
    """The lowest file of a subject in which an entry stands; a subject with a slash is a file of its own."""
    if "/" in subject:
        return report.root / f"{subject}.yml"
    section, _, rest = key.partition(".")
    files = [path for layer in reversed(layers) if (path := layer.file(subject)).is_file()]
    for path in files:
        table = report.read(path).get(section)
        if isinstance(table, dict) and any(rest == name or rest.startswith(f"{name}.") for name in table):
            return path
    return files[-1]


def strange_files(report: Report, layers: tuple[Layer, ...]) -> None:
    """Adds a cause for every file that no subject reads at its level."""
    for layer in layers:
        names = file_names(layer.place.level)
        for path in sorted(layer.folder.iterdir()) if layer.folder.is_dir() else ():
            if path.suffix != ".yml" or path.stem not in names:
                known = "、".join(names)
                report.add(path, "(文件)", f"{layer.place.level.label}层没有这种文件；可用的文件名有 {known}")


def _by_id(report: Report, folder: Path, model: type[M], id_of: Callable[[M], str]) -> dict[str, M]:
    found: dict[str, M] = {}
    for path in sorted(folder.glob("*.yml")):
        part = report.parse(model, report.read(path), path)
        if part is None:
            continue
        if id_of(part) != path.stem:
            report.add(path, "id", f"应与文件名一致，写作 {path.stem}")
        found[id_of(part)] = part
    return found

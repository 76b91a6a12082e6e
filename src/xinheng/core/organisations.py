"""The city and its parts: counties and towns by code with their days, zones without a code, departments by name.

Old county codes stay, because credit codes given under them stay; a functional zone is a unit although
GB/T 2260 has no code for it. A department is known by a stable key and by the names documents give it.
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Area, Entry

AgencyKey = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z][a-z_]*$", max_length=60)]
Slug = Annotated[str, Field(pattern=r"^[a-z]+$", max_length=30)]


TownCode = Annotated[str, Field(pattern=r"^[0-9]{9}$")]


class PlaceLevel(StrEnum):
    PREFECTURE = "prefecture"
    COUNTY = "county"


class CountyPortal(PolicyModel):
    """The portal of a county: its name, its colour on white (nearest of the closed set is taken), who publishes it."""

    name: Annotated[str, Field(min_length=2, max_length=20)]
    accent: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    organiser: str


class County(Entry):
    """A county by its GB/T 2260 code. ``until`` is the first year in which the code no longer holds."""

    name: str
    since: Annotated[int, Field(ge=1980)] | None = None
    until: Annotated[int, Field(ge=1980)] | None = None
    became: tuple[Area, ...] = ()
    provincial: StrictBool = False
    portal: CountyPortal | None = None
    note: str = ""

    def holds_in(self, year: int) -> bool:
        return (self.since is None or self.since <= year) and (self.until is None or year < self.until)


class Zone(Entry):
    """A functional zone (功能区) that reports like a county."""

    name: str
    note: str = ""


class Town(Entry):
    """A town or street (乡镇、街道) of a county by its nine-digit code; it is one from ``since`` until before ``until``."""

    name: str
    county: Area
    since: date | None = None
    until: date | None = None
    became: tuple[TownCode, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _days_follow_each_other(self) -> Self:
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError("until 须晚于 since")
        return self

    def stands_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


class City(Entry):
    """``accent`` is the city's one colour on white and paper, at least 4.5:1."""

    code: Area
    slug: Slug
    name: str
    level: PlaceLevel
    province: Area
    prefecture: Area | None = None
    portal_name: str
    government: str
    lead: tuple[AgencyKey, ...] = Field(min_length=1)
    accent: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    document: str

    @property
    def area(self) -> tuple[str, ...]:
        """Areas whose documents bind here, nation first."""
        between = (self.prefecture,) if self.prefecture else ()
        return ("100000", self.province, *between, self.code)


class CityFile(PolicyModel):
    city: City
    counties: dict[Area, County]
    zones: dict[str, Zone] = {}
    towns: dict[TownCode, Town] = {}

    @model_validator(mode="after")
    def _successors_are_known(self) -> Self:
        for code, county in self.counties.items():
            unknown = [after for after in county.became if after not in self.counties]
            if unknown:
                raise ValueError(f"{code} 的后继代码 {'、'.join(unknown)} 不在 counties 中")
        return self

    @model_validator(mode="after")
    def _towns_lie_in_a_county(self) -> Self:
        for code, town in self.towns.items():
            if town.county not in self.counties:
                raise ValueError(f"{code} 所属的 {town.county} 不在 counties 中")
            if town.until is None and self.counties[town.county].until is not None:
                raise ValueError(f"{code} 所属的 {town.county} 已停用，须写 until 或改写现属县区")
            unknown = [after for after in town.became if after not in self.towns]
            if unknown:
                raise ValueError(f"{code} 的后继代码 {'、'.join(unknown)} 不在 towns 中")
        return self


class Origin(StrEnum):
    """NAMED in the document's list, TASKED by a clause of it, or a provider the catalogue needs."""

    NAMED = "named"
    TASKED = "tasked"
    CATALOGUE = "catalogue"


class Sector(Entry):
    """A field of supervision; ``within`` is the wider one, ``industries`` the words registrars use for it."""

    title: str
    within: str | None = None
    industries: tuple[str, ...] = ()


class Sectors(PolicyModel):
    sectors: dict[str, Sector]

    @model_validator(mode="after")
    def _wider_sectors_exist(self) -> Self:
        loose = {entry.within for entry in self.sectors.values() if entry.within} - set(self.sectors)
        if loose:
            raise ValueError(f"未知的上级领域 {'、'.join(sorted(loose))}")
        return self

    def under(self, keys: Collection[str]) -> frozenset[str]:
        """These sectors and all that lie within them."""
        found = frozenset(keys)
        inner = {key for key, entry in self.sectors.items() if entry.within in found} - found
        return self.under(found | inner) if inner else found

    def of_industry(self, text: str) -> str | None:
        """Key of the sector that supervises an industry as the registrar words it; the longest word decides."""
        found = [
            (len(word), key)
            for key, entry in self.sectors.items()
            for word in entry.industries
            if word in text
        ]
        return max(found)[1] if found else None


class Agency(Entry):
    """A department. ``names`` are further names under which files and documents know it. ``word`` (机关代字) begins the
    numbers of its letters; where it is empty, the short name does."""

    name: str
    short: str
    sectors: tuple[str, ...]
    origin: Origin
    names: tuple[str, ...] = ()
    word: str = ""
    since: date | None = None
    until: date | None = None
    note: str = ""

    def known_as(self, name: str) -> bool:
        return name in (self.name, self.short, *self.names)


class Agencies(PolicyModel):
    agencies: dict[AgencyKey, Agency]

    @model_validator(mode="after")
    def _one_name_one_agency(self) -> Self:
        seen: dict[str, str] = {}
        for key, agency in self.agencies.items():
            for name in {agency.name, agency.short, *agency.names}:
                if seen.setdefault(name, key) != key:
                    raise ValueError(f"名称“{name}”同时属于 {seen[name]} 和 {key}")
        return self

    def named(self, name: str) -> str | None:
        """Key of the agency a file calls ``name``."""
        for key, agency in self.agencies.items():
            if agency.known_as(name):
                return key
        return None

    def sectors_in_charge(self) -> frozenset[str]:
        """Sectors for which some agency answers; ``any`` names none."""
        return frozenset(key for agency in self.agencies.values() for key in agency.sectors) - {"any"}

    def of_sector(self, sector: str) -> tuple[str, ...]:
        return tuple(key for key, agency in self.agencies.items() if sector in agency.sectors)

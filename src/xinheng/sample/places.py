"""Where a sample city lies: the names and area codes (GB/T 2260) that its enterprises carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class County:
    """A county-level division; ``weight`` is its share of the city's enterprises."""

    code: str
    name: str
    weight: int = 10


@dataclass(frozen=True, slots=True)
class City:
    """The city that is made up.

    ``mark`` is the character its document numbers begin with (汴, 石 …); ``departments`` gives the names of its
    departments by the keys of sample.departments.
    """

    key: str
    code: str
    name: str
    short_name: str
    mark: str
    province: str
    counties: tuple[County, ...]
    departments: Mapping[str, str] = field(default_factory=dict)


MARKS: Mapping[str, str] = {"410200": "汴", "130100": "石", "320803": "淮", "411300": "宛", "410400": "平"}
PROVINCES: Mapping[str, str] = {"410000": "河南", "130000": "河北", "320000": "江苏"}

"""Where a sample city lies: the names and area codes (GB/T 2260) that its enterprises carry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class County:
    """A county-level division; ``weight`` is its share of the city's enterprises."""

    code: str
    name: str
    weight: int = 10


@dataclass(frozen=True, slots=True)
class City:
    """The city that is made up. ``mark`` is the character its document numbers begin with (汴, 石 …)."""

    key: str
    code: str
    name: str
    short_name: str
    mark: str
    province: str
    counties: tuple[County, ...]

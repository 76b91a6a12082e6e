"""A small made-up city that the tests of this room share."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from xinheng.sample.city import SampleCity, found_city, write_files
from xinheng.sample.places import City, County

AS_OF = date(2026, 11, 20)
CITY = City(
    key="kaifeng",
    code="410200",
    name="开封市",
    short_name="开封",
    mark="汴",
    province="河南",
    counties=(
        County("410202", "龙亭区", 14),
        County("410203", "顺河回族区", 12),
        County("410221", "杞县", 10),
    ),
)


@pytest.fixture(scope="session")
def as_of() -> date:
    return AS_OF


@pytest.fixture(scope="session")
def city() -> City:
    return CITY


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="session")
def sample(scratch: Path) -> Iterator[SampleCity]:
    made = found_city(city=CITY, size="s", seed=7, as_of=AS_OF, scratch=scratch)
    yield made
    made.connection.close()


@pytest.fixture(scope="session")
def delivered(sample: SampleCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of files of ``sample``."""
    out = tmp_path_factory.mktemp("city")
    write_files(sample, out=out)
    return out


@pytest.fixture(scope="session")
def clean(scratch: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of files of the same city without dirt."""
    out = tmp_path_factory.mktemp("clean")
    made = found_city(city=CITY, size="s", seed=7, as_of=AS_OF, scratch=scratch, dirt=0)
    write_files(made, out=out)
    made.connection.close()
    return out

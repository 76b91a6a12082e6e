"""What every test may ask for: a database, named people, the policy, a data folder."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from tests.databases import copied, own_name, point_to
from tests.people import People, make_people
from tests.soft_hsm import SoftHsm, soft_hsm
from xdist.scheduler import LoadScopeScheduling

from xinheng.core.policy import Policy, load_policy

TOGETHER = (
    "tests/journeys/",
    "tests/interfaces/test_draw_in_browser.py",
    "tests/intake/test_real_files.py",
    "tests/planning/test_learning.py",
    "tests/scoring/test_packs_run.py",
    "tests/scoring/test_spark.py",
    "tests/test_house.py",
)
"""Places whose tests share what is dear to make: a city behind a server, a browser, an engine, what real files yield,
the trees of all modules."""


class ByPlace(LoadScopeScheduling):
    """Tests of one such place go to one process, every other test to whichever has room."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPlace:
    return ByPlace(config, log)


hypothesis.settings.register_profile("unhurried", hypothesis.settings(deadline=None))
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A copy of the migrated template for this process."""
    with django_db_blocker.unblock(), copied(own_name("test")):
        point_to(own_name("test"))
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test alone."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


@pytest.fixture
def people(db: None) -> People:
    return make_people()


@dataclass(frozen=True)
class Begun:
    """With what the tests of a module begin: a database, a data folder, and who works there."""

    database: str
    home: Path
    people: People


@pytest.fixture(scope="module")
def begun(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    policy: Policy,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Begun | None]:
    """What the function ``beginning`` of a module makes of the city of named people, once for all tests of the module."""
    beginning = getattr(request.module, "beginning", None)
    if beginning is None:
        yield None
        return
    name, home = own_name("begun"), tmp_path_factory.mktemp("begun")
    with ExitStack() as kept:
        with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
            kept.enter_context(copied(name))
            patch.setattr(settings, "HOME", home)
            point_to(name)
            people = make_people()
            beginning(people, policy, home)
            point_to(own_name("test"))
        yield Begun(name, home, people)


@pytest.fixture
def committed(
    begun: Begun | None, tmp_path: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """A database of this test alone in which transactions really end, copied from the template or from where the tests of
    its module begin; the files of that are in the test's folder then."""
    with django_db_blocker.unblock(), copied(own_name("copy"), of=begun.database if begun else ""):
        if begun:
            shutil.copytree(begun.home, tmp_path, dirs_exist_ok=True)
        point_to(own_name("copy"))
        yield


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy of Kaifeng."""
    return load_policy(settings.POLICY_ROOT, city="kaifeng")


@pytest.fixture(scope="session")
def security_module(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    """A security module in software; the test is skipped where there is none."""
    return soft_hsm(tmp_path_factory.mktemp("hsm"))


@pytest.fixture
def committed_people(committed: None, begun: Begun | None) -> People:
    return deepcopy(begun.people) if begun else make_people()

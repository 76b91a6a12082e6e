"""What every test may ask for: a database, named people, the policy, a data folder."""

from collections.abc import Iterator
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
    "tests/scoring/test_spark.py",
    "tests/test_house.py",
)
"""Places whose tests share what is dear to make: a city behind a server, a browser, an engine, the trees of all modules."""


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


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of this test alone in which transactions really end, copied from the template."""
    with django_db_blocker.unblock(), copied(own_name("copy")):
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
def committed_people(committed: None) -> People:
    return make_people()

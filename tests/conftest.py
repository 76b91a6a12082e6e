"""What every test may ask for: a database, named people, the policy, a data folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from tests.databases import copied, own_name, point_to
from tests.people import People, make_people

from xinheng.core.policy import Policy, load_policy

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


@pytest.fixture
def committed_people(committed: None) -> People:
    return make_people()

"""Accounts opened from the terminal."""

import io

import pytest
from tests.people import People

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import account
from xinheng.store.models import RoleGrant, User


def test_an_account_that_exists_is_left_as_it_is(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinheng.interfaces.cli.ready.ready", lambda *, city=None: None)
    monkeypatch.setattr("sys.stdin", io.StringIO("another-password-1\n"))
    before = (User.objects.get(pk=people.li.pk).password, RoleGrant.objects.count(), User.objects.count())
    with pytest.raises(Refusal, match="已存在") as refused:
        account.open_(people.li.username, name="别人", roles=["auditor"])
    assert refused.value.advice
    after = (User.objects.get(pk=people.li.pk).password, RoleGrant.objects.count(), User.objects.count())
    assert after == before

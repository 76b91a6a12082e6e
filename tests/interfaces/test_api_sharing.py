"""Records shared by the interface: a department's system reads what was granted, and is told no in the same form."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.interfaces.api_calls import Caller, caller
from tests.people import NOW, People
from tests.sealing import seal_all
from tests.services.deliveries import code, name, penalty, write
from tests.services.sharers import reader

from xinheng.core.policy import Policy
from xinheng.interfaces.api.problems import MEDIA_TYPE
from xinheng.interfaces.api.sharing import SharedChanges, SharedFile, SharedItems
from xinheng.services.collect import Delivery, import_file
from xinheng.services.senders import revoke_key
from xinheng.services.sharing import revoke_sharing
from xinheng.services.time import day_of, end_of
from xinheng.store.models import SharingCall, SharingGrant

SUBJECT = f"/api/v1/shared/subjects/{code(1)}?purpose=permit"
CHANGES = "/api/v1/shared/changes?purpose=permit"
ITEMS = "/api/v1/shared/items"


@pytest.fixture
def city(people: People, policy: Policy, home: Path, tmp_path: Path, office_clock: None) -> People:
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2)
    )
    import_file(write(tmp_path, penalty(1), penalty(2)), delivery)
    return people


def system(people: People, policy: Policy, **changes: Any) -> Caller:
    _, key, text = reader(people, policy, **changes)
    return Caller(key, text)


def said(response: HttpResponse) -> tuple[int, str]:
    assert response.headers["Content-Type"] == MEDIA_TYPE
    return response.status_code, response.json()["code"]  # type: ignore[attr-defined]


@pytest.mark.row("M2-13")
def test_a_system_learns_what_it_may_read_and_reads_one_subject(city: People, policy: Policy) -> None:
    reads = system(city, policy)
    told = SharedItems.model_validate_json(reads.get(ITEMS).content)
    assert (told.purpose, told.daily_quota, told.calls_today) == ("permit", 50, 0)
    assert [one.item for one in told.items] == ["penalty"]
    response = reads.get(SUBJECT)
    file = SharedFile.model_validate_json(response.content)
    assert (response.status_code, file.subject.name) == (200, name(1))
    assert [one.fields is not None and "文书号" in one.fields for one in file.records] == [True]
    assert SharedItems.model_validate_json(reads.get(ITEMS).content).calls_today == 1
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.row("M2-13")
def test_what_has_not_changed_is_not_sent_again_and_counts_all_the_same(city: People, policy: Policy) -> None:
    reads = system(city, policy)
    first = reads.get(SUBJECT)
    again = Client().get(
        SUBJECT, headers=reads.headers() | {"If-None-Match": first.headers["ETag"]}, REMOTE_ADDR=reads.address
    )
    assert (again.status_code, again.content) == (304, b"")
    assert SharingCall.objects.filter(records=1).count() == 2


@pytest.mark.row("M2-13")
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (SUBJECT.replace("permit", "tender"), (403, "GX13")),
        (f"/api/v1/shared/subjects/{code(1)}", (403, "GX13")),
        (f"{SUBJECT}&items=permit", (403, "GX14")),
        (f"{SUBJECT}&fields=违法事实", (403, "GX14")),
        (SUBJECT.replace(code(1), "9" * 18), (404, "GX17")),
        (f"{CHANGES}&after=nothing", (400, "GX18")),
        (f"{CHANGES}&limit=0", (400, "K25")),
    ],
)
def test_what_was_not_granted_is_refused(
    city: People, policy: Policy, url: str, expected: tuple[int, str]
) -> None:
    assert said(system(city, policy).get(url)) == expected


@pytest.mark.row("M2-13")
def test_above_the_quota_a_system_is_told_when_midnight_is(city: People, policy: Policy) -> None:
    reads = system(city, policy, daily_quota=1)
    assert reads.get(SUBJECT).status_code == 200
    response = reads.get(SUBJECT)
    assert said(response) == (429, "GX16")
    left = int(response.headers["Retry-After"])
    assert 0 < left - (end_of(day_of(NOW)) - NOW).total_seconds() <= 2


@pytest.mark.row("M2-13")
@pytest.mark.parametrize("end", ["key", "grant"])
def test_a_revoked_key_or_grant_reads_nothing_more(
    city: People, policy: Policy, end: str, home: Path
) -> None:
    reads = system(city, policy)
    assert reads.get(SUBJECT).status_code == 200
    if end == "key":
        revoke_key(reads.key.public_id, actor=city.wang, reason="遗失", now=NOW)
        assert said(reads.get(SUBJECT)) == (401, "K03")
        return
    case = SharingGrant.objects.get().case
    revoke_sharing(case.public_id, actor=city.zhao, reason="超出用途", policy=policy, now=NOW)
    assert said(reads.get(SUBJECT)) == (403, "GX11")
    assert said(reads.get(CHANGES)) == (403, "GX11")
    assert SharedItems.model_validate_json(reads.get(ITEMS).content).revoked


@pytest.mark.row("M2-13")
def test_a_delivering_key_reads_nothing_and_a_reading_key_delivers_nothing(
    city: People, policy: Policy, uploads: Path
) -> None:
    delivers = caller(city, policy)
    for url in (ITEMS, SUBJECT, CHANGES):
        assert said(delivers.get(url)) == (403, "GX10")
    reads = system(city, policy)
    assert said(reads.push({"甲": "乙"})) == (403, "K07")
    assert reads.get("/api/v1/feeds").json()["feeds"] == []  # type: ignore[attr-defined]


@pytest.mark.row("M2-13")
def test_changes_are_read_page_by_page_behind_the_seal(
    committed_people: People, policy: Policy, home: Path, tmp_path: Path, office_clock: None
) -> None:
    people = committed_people
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2)
    )
    import_file(write(tmp_path, penalty(1), penalty(2)), delivery)
    reads = system(people, policy)
    page: Callable[[str], SharedChanges] = lambda after: SharedChanges.model_validate_json(  # noqa: E731
        reads.get(f"{CHANGES}&limit=1&after={after}").content
    )
    assert page("").records == []
    seal_all(NOW)
    first = page("")
    second = page(first.next)
    assert (first.more, second.more) == (True, False)
    assert {one.subject for one in (*first.records, *second.records)} == {code(1), code(2)}
    assert page(second.next).records == []

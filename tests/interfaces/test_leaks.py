"""What has ended is on no surface: every public page and every shared reading is asked, and an address that nobody
registered for that fails here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLResolver, get_resolver
from tests.interfaces.api_calls import Caller
from tests.interfaces.portal_city import FOOD, a_run, a_score, portal_reads_default
from tests.people import NOW, People
from tests.services.deliveries import REGISTER, penalty, registration, write
from tests.services.listing_cases import LIST
from tests.services.sharers import reader
from tests.store import listing_rows
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.interfaces.web.surfaces import About, Leak, Openness, leaks, registered, unregistered
from xinheng.services.collect import Delivery, import_file
from xinheng.services.publication import publish_batch, stop_due
from xinheng.services.records import Change, change_state, delete
from xinheng.services.reports import make_public
from xinheng.store.models import Batch, EvaluationRun, Publication, Record, Subject

pytestmark = [pytest.mark.guard("G9"), pytest.mark.row("M5-10"), pytest.mark.row("M12-04")]
DOCUMENT, TITLE = "汴市监罚〔2026〕泄漏试验号", "样例违法事实不应再现"


@dataclass
class Shown:
    """A record that is public and was read by a department. ``words`` are what must be gone with it."""

    about: About
    record: Record
    people: People
    policy: Policy
    system: Caller
    words: tuple[str, ...]

    def said(self, openness: Openness) -> list[Leak]:
        ask = self.system.get if openness is Openness.KEY else _public
        return list(leaks(self.about, self.words, ask=ask, openness=openness))

    def surfaces(self) -> set[str]:
        return {leak.surface for openness in Openness for leak in self.said(openness)}


def _public(address: str) -> HttpResponseBase:
    return Client().get(address)


@pytest.fixture
def shown(people: People, policy: Policy, home: Path, tmp_path: Path, office_clock: None) -> Iterator[Shown]:
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2)
    )
    import_file(write(tmp_path, registration(1), header=REGISTER, called="登记注册.csv"), delivery)
    import_file(write(tmp_path, penalty(1, document=DOCUMENT, facts=TITLE)), delivery)
    publish_batch(Batch.objects.get(item=4).public_id, reviewer=people.zhou, policy=policy, now=NOW)
    record = Record.objects.select_related("subject", "detail").get(item=4)
    subject = record.subject
    run = a_run(policy.models[FOOD])
    a_score(run, subject, policy.models[FOOD], points={})
    publication = Publication.objects.get()
    entry = listing_rows.entry(
        Rows(people),
        subject=subject,
        list_key=LIST,
        until_on=date(2099, 1, 1),
        ground_key=record.record_key,
        record_key=record.record_key,
    )
    made = listing_rows.release(
        Rows(people), list_key=LIST, entries=[entry.pk], released_by=people.zhao, released_at=NOW, digest="sha256:0"
    )  # fmt: skip
    _, key, text = reader(people, policy)
    about = About(
        subject=subject.public_id,
        code=subject.code or "",
        name=subject.name,
        publications=(publication.pk,),
        runs=(run.public_id,),
        lists=(LIST,),
        releases=(made.public_id,),
        reports=(make_public(subject, "partner", policy=policy, now=NOW).number,),
    )
    words = (DOCUMENT, TITLE, f'/act/{publication.pk}"')
    with portal_reads_default():
        yield Shown(about, record, people, policy, Caller(key, text), words)


def _by(deed: str) -> Callable[[Shown], None]:
    def end(shown: Shown) -> None:
        change = Change(deed=deed, reason="已履行", ground="信用修复决定〔2026〕1号")
        given = {"policy": shown.policy, "now": NOW, "actor": shown.people.zhao}
        change_state(record_key=shown.record.record_key, change=change, **given)

    return end


def _deleted(shown: Shown) -> None:
    change = Change(deed="delete", reason="误报", ground="更正函〔2026〕1号")
    people = shown.people
    delete(
        record_key=shown.record.record_key,
        change=change,
        proposed_by=people.wang,
        actor=people.zhao,
        policy=shown.policy,
        now=NOW,
        with_original=False,
    )


def _expired(shown: Shown) -> None:
    Publication.objects.update(stop_on=date(2026, 11, 20))
    assert stop_due(today=date(2026, 11, 20), now=NOW) == 1


ENDS = {deed: _by(deed) for deed in ("repair", "withdraw", "shield")} | {
    "delete": _deleted,
    "expired": _expired,
}


def test_every_address_for_others_than_officers_is_registered() -> None:
    assert unregistered() == []


def test_what_is_registered_is_mounted_and_says_why_it_is_closed() -> None:
    mounted = {
        f"{one.namespace}:{route.name}"
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and one.namespace
        for route in one.url_patterns
    }
    for namespace, surfaces in registered().items():
        assert {f"{namespace}:{surface.route}" for surface in surfaces} <= mounted
        assert all(surface.why for surface in surfaces if surface.openness is Openness.CLOSED)


def test_an_address_that_nobody_registered_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from xinheng.interfaces.portal import urls

    monkeypatch.setattr(urls, "SURFACES", urls.SURFACES[1:])
    assert "portal:home" in unregistered()


def test_while_it_stands_it_is_seen_where_it_should_be(shown: Shown) -> None:
    """The scanner can see: it would prove nothing otherwise."""
    assert shown.surfaces() >= {
        "portal:home",
        "portal:subject",
        "portal:acts",
        "portal:acts_csv",
        "portal:act",
        "portal:list",
        "portal:list_release",
        "counter:public_report_made",
        "counter:public_report_json",
        "api:shared_subject",
    }


@pytest.mark.row("M10-09")
@pytest.mark.row("X-04")
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_has_ended_is_on_no_surface(shown: Shown, end: Callable[[Shown], None]) -> None:
    end(shown)
    assert shown.surfaces() == set()


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_reader_who_kept_a_page_is_given_the_new_one(shown: Shown, end: Callable[[Shown], None]) -> None:
    """Derived effects are stale in the very transaction: the version that names a page has moved."""
    kept = {}
    for address in _addresses(shown):
        answer = Client().get(address)
        if "no-store" in answer.headers.get("Cache-Control", ""):
            continue
        if answer.status_code == 200 and any(word.encode() in answer.getvalue() for word in shown.words):
            kept[address] = answer.headers["ETag"]
    assert kept
    end(shown)
    for address, etag in kept.items():
        assert Client().get(address, headers={"If-None-Match": etag}).status_code != 304


def _addresses(shown: Shown, *, of: str = "") -> list[str]:
    return [
        address
        for namespace, surfaces in registered().items()
        for surface in surfaces
        if surface.openness is Openness.PUBLIC and of in ("", namespace)
        for address in surface.addresses(namespace, shown.about)
    ]


def test_no_page_may_be_kept_for_longer_than_half_a_minute(shown: Shown) -> None:
    for address in _addresses(shown, of="portal"):
        answer = Client().get(address)
        if answer.status_code in (301, 302, 404) or address == "/robots.txt":
            continue
        control = answer.headers.get("Cache-Control", "")
        held = [int(part.partition("=")[2]) for part in control.split(",") if "max-age" in part]
        assert "no-store" in control or "no-cache" in control or (held and max(held) <= 30), address
        assert "no-store" in control or "no-cache" in control or answer.headers.get("ETag"), address


def test_the_grade_of_a_run_is_gone_with_the_record_it_rested_on(shown: Shown) -> None:
    run = EvaluationRun.objects.get()
    subject = Subject.objects.get()
    address = f"/subject/{subject.public_id}/grade/{run.public_id}"
    assert Client().get(address).status_code == 200
    _by("repair")(shown)
    gone = Client().get(address)
    assert gone.status_code == 404
    assert "已有更新" in gone.getvalue().decode()

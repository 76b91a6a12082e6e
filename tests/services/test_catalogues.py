"""A local supplement is drafted by one, approved by another, and in force from a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.core.test_catalogue_change import item
from tests.people import NOW, TODAY, People, make_user
from tests.services.deliveries import HEADER, penalty, write

from xinheng.core.catalogue import Sharing
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.sharing import Purpose, Wish, directory, refuse_wish
from xinheng.services.approvals import body_of
from xinheng.services.catalogues import (
    approve_supplement,
    area_of,
    check_supplement,
    drop_item,
    feeds_without_item,
    save_item,
    start_supplement,
    state_sharing,
    submit_supplement,
    supplement_in_force,
    taken_numbers,
)
from xinheng.services.collect import Delivery, import_file, preview
from xinheng.services.mapping import DETAIL, Answer, feed_of, profile_of
from xinheng.services.policies import policy_in_force
from xinheng.services.sharing import apply_for
from xinheng.store.models import (
    Batch,
    Case,
    LedgerEvent,
    Organisation,
    OrganisationKind,
    OrganisationName,
    PolicyVersion,
    Record,
    RoleGrant,
    StoredFile,
)

LATER = date(2026, 12, 1)


def _drafted(people: People, policy: Policy, **changes: Any) -> Case:
    case = start_supplement(actor=people.wang, policy=policy, now=NOW)
    save_item(case.public_id, item(**changes), actor=people.wang, policy=policy, now=NOW)
    return case


def _published(people: People, policy: Policy, *, from_on: date = TODAY, **changes: Any) -> PolicyVersion:
    case = _drafted(people, policy, **changes)
    submit_supplement(case.public_id, actor=people.wang, policy=policy, now=NOW)
    return approve_supplement(case.public_id, from_on=from_on, actor=people.zhao, policy=policy, now=NOW)


@pytest.mark.row("M2-01")
def test_a_supplement_takes_two_people_and_holds_from_its_day(people: People, policy: Policy) -> None:
    version = _published(people, policy, from_on=LATER)
    assert (version.drafted_by, version.approved_by, version.from_on) == (people.wang, people.zhao, LATER)
    assert 101 not in {one.number for one in policy_in_force(on=TODAY).catalogue.items.values()}
    after = policy_in_force(on=LATER).catalogue
    assert (after.item(101).title, after.item(101).area) == ("园区企业履约信息", "410200")
    assert supplement_in_force("410200", on=LATER - timedelta(days=1)) is None


@pytest.mark.row("M2-01")
@pytest.mark.row("M2-13")
def test_the_attribute_that_a_city_states_decides_what_departments_may_apply_for(
    people: People, policy: Policy
) -> None:
    national = {"source": "government-data-sharing-regulation", "clause": "第十三条", "verified": False}
    choices = {"penalty": "none", "permit": "open"}
    case = start_supplement(actor=people.wang, policy=policy, now=NOW)
    for code, sharing in choices.items():
        choice = {"sharing": sharing, "basis": [national]}
        state_sharing(case.public_id, code, choice, actor=people.wang, policy=policy, now=NOW)
    submit_supplement(case.public_id, actor=people.wang, policy=policy, now=NOW)
    approve_supplement(case.public_id, from_on=TODAY, actor=people.zhao, policy=policy, now=NOW)
    now = policy_in_force(on=TODAY)
    told = {one.code: (one.open, one.laid_down) for one in directory(now.catalogue)}
    assert (told["penalty"], told["permit"], told["reward"]) == ((False, True), (True, True), (True, False))
    wish = Wish(
        items={"penalty": ("文书号",)}, purpose=Purpose.PERMIT, matter="许可核查", legal_basis="条例", daily_quota=10,
        from_on=TODAY, until_on=TODAY,
    )  # fmt: skip
    refuse_wish(wish, catalogue=policy.catalogue, today=TODAY)
    with pytest.raises(Refusal, match="不予共享：penalty"):
        apply_for(wish, organisation=people.market, actor=people.zhou, policy=now, now=NOW)
    second = start_supplement(actor=people.wang, policy=now, now=NOW)
    assert check_supplement(body_of(second), policy=now, on=TODAY) == ()
    with pytest.raises(Refusal, match="没有增减或修改"):
        submit_supplement(second.public_id, actor=people.wang, policy=now, now=NOW)
    state_sharing(second.public_id, "penalty", None, actor=people.wang, policy=now, now=NOW)
    submit_supplement(second.public_id, actor=people.wang, policy=now, now=NOW)
    approve_supplement(second.public_id, from_on=LATER, actor=people.zhao, policy=now, now=NOW)
    after = policy_in_force(on=LATER).catalogue
    assert (after.items["penalty"].sharing, after.items["permit"].sharing) == (None, Sharing.OPEN)


def test_nobody_approves_what_he_drafted(people: People, policy: Policy) -> None:
    RoleGrant.objects.create(
        user=people.wang, role=Role.DECIDER, organisation=people.city, from_on=date(2026, 1, 1)
    )
    case = _drafted(people, policy)
    submit_supplement(case.public_id, actor=people.wang, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="前序环节"):
        approve_supplement(case.public_id, from_on=TODAY, actor=people.wang, policy=policy, now=NOW)
    assert not PolicyVersion.objects.exists()


@pytest.mark.row("X-10")
def test_what_speaks_against_a_draft_keeps_it_from_the_decider(people: People, policy: Policy) -> None:
    case = _drafted(people, policy, title="宗教信仰情况")
    with pytest.raises(Refusal, match="宗教信仰不得归集") as refused:
        submit_supplement(case.public_id, actor=people.wang, policy=policy, now=NOW)
    assert "第四十五条" in refused.value.citation
    assert Case.objects.get().state == "drafted"


def test_of_each_area_there_is_one_draft(people: People, policy: Policy) -> None:
    _drafted(people, policy)
    with pytest.raises(Refusal, match="已有草稿"):
        start_supplement(actor=people.wang, policy=policy, now=NOW)


def test_a_version_without_any_change_is_not_sent(people: People, policy: Policy) -> None:
    _published(people, policy)
    case = start_supplement(actor=people.wang, policy=policy_in_force(on=TODAY), now=NOW)
    assert body_of(case)["version"] == 2
    with pytest.raises(Refusal, match="没有增减或修改"):
        submit_supplement(case.public_id, actor=people.wang, policy=policy_in_force(on=TODAY), now=NOW)


def test_a_number_stays_its_items_own_after_the_item_is_gone(people: People, policy: Policy) -> None:
    _published(people, policy)
    now = policy_in_force(on=TODAY)
    case = start_supplement(actor=people.wang, policy=now, now=NOW)
    drop_item(case.public_id, "local_101", actor=people.wang, policy=now, now=NOW)
    _, code = save_item(case.public_id, item(title="另一信息"), actor=people.wang, policy=now, now=NOW)
    assert code == "local_102"
    assert taken_numbers() == {101: "园区企业履约信息"}
    assert check_supplement(body_of(Case.objects.get(pk=case.pk)), policy=now, on=TODAY) == ()


@pytest.mark.row("M2-01")
def test_a_county_keeps_a_supplement_of_its_own(people: People, policy: Policy) -> None:
    county = Organisation.objects.create(
        key="kaifeng.county.410221", kind=OrganisationKind.COUNTY, parent=people.city, division_code="410221"
    )
    OrganisationName.objects.create(organisation=county, name="杞县")
    office = Organisation.objects.create(
        key="kaifeng.qixian.credit", kind=OrganisationKind.DEPARTMENT, parent=county, division_code="410221"
    )
    sun = make_user("sun", "孙起草", office, Role.REVIEWER)
    _published(people, policy)
    assert area_of(office, policy=policy) == "410221"
    case = start_supplement(actor=sun, policy=policy, now=NOW)
    now = policy_in_force(on=TODAY)
    _, code = save_item(case.public_id, item(title="杞县大蒜合作社信息"), actor=sun, policy=now, now=NOW)
    submit_supplement(case.public_id, actor=sun, policy=now, now=NOW)
    approve_supplement(case.public_id, from_on=TODAY, actor=people.zhao, policy=now, now=NOW)
    items = policy_in_force(on=TODAY).catalogue.items
    assert (code, items[code].area, items["local_101"].area) == ("local_102", "410221", "410200")


def test_feeds_that_would_lose_their_item_are_named(people: People, policy: Policy) -> None:
    _published(people, policy)
    now = policy_in_force(on=TODAY)
    held = supplement_in_force("410200", on=TODAY)
    assert held is not None
    feed = next(iter(now.feeds.values())).model_copy(update={"title": "园区履约", "item": "local_101"})
    reading = replace(now, feeds={**now.feeds, feed.id: feed})
    assert feeds_without_item(held, policy=reading) == ()
    without = held.model_copy(update={"items": {}})
    assert feeds_without_item(without, policy=reading) == ("园区履约",)


@pytest.fixture
def delivery(people: People, policy: Policy, home: Path) -> Delivery:
    return Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)


def _with_column(folder: Path, header: str, *cells: str) -> Path:
    rows = [f"{penalty(number)},{cell}" for number, cell in enumerate(cells, start=1)]
    return write(folder, *rows, header=f"{HEADER},{header}")


@pytest.mark.row("X-10")
@pytest.mark.parametrize("way", [import_file, partial(preview, name="行政处罚.csv")])
def test_a_delivery_with_a_forbidden_column_is_refused_with_the_clause_and_nothing_is_kept(
    tmp_path: Path, delivery: Delivery, way: Callable[[Path, Delivery], Batch]
) -> None:
    with pytest.raises(Refusal, match="“宗教信仰”在信用信息目录之外") as refused:
        way(_with_column(tmp_path, "经营者宗教信仰", "某教", "/"), delivery)
    assert refused.value.code == "E11"
    assert "《河南省社会信用条例》第四十五条" in refused.value.citation
    assert (Batch.objects.count(), Record.objects.count(), StoredFile.objects.count()) == (0, 0, 0)
    event = LedgerEvent.objects.get(kind="delivery.refused")
    assert event.actor == delivery.actor
    assert "某教" not in event.reason


@pytest.mark.row("X-10")
def test_an_unknown_file_with_a_forbidden_column_is_not_kept_either(
    tmp_path: Path, delivery: Delivery
) -> None:
    path = write(tmp_path, "某甲公司,1,多次信访", header="商户,编号,信访情况", called="台账.csv")
    with pytest.raises(Refusal, match="信访"):
        import_file(path, delivery)
    assert not StoredFile.objects.exists()


def test_an_empty_column_of_a_forbidden_kind_harms_nobody(tmp_path: Path, delivery: Delivery) -> None:
    batch = import_file(_with_column(tmp_path, "经营者宗教信仰", "", "/"), delivery)
    assert batch.accepted == 2


@pytest.mark.row("X-10")
def test_a_feed_that_would_read_a_forbidden_column_is_refused(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    sent = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    batch = import_file(write(tmp_path, "某甲公司,1,", header="商户,编号,血型", called="台账.csv"), sent)
    columns = profile_of(batch, policy=policy, now=NOW).columns
    answer = Answer(title="台账", item="permit", unit="yuan", reads={1: "name", 3: DETAIL})
    with pytest.raises(Refusal, match="“血型”在信用信息目录之外"):
        feed_of(answer, batch, columns, policy=policy)

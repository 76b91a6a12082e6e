"""Who leaves a list of the courts bears nothing of it from the moment of the delivery."""

from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import code, name, write

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.publication import publish_batch
from xinheng.services.relations import Named, Person, name_person, open_person
from xinheng.store.models import Batch, LedgerEvent, Publication, Record, RelationKind, Subject

LIST = "被执行人名称,统一社会信用代码,案号,执行法院,履行情况,发布时间"
EXIT = "被执行人名称,统一社会信用代码,案号,执行法院,移出日期,移出原因"


def entry(number: int) -> str:
    return (
        f"{name(number)},{code(number)},（2026）豫0202执{number}号,开封市龙亭区人民法院,全部未履行,2026-03-02"
    )


def leaving(number: int, *, case: str = "", day: str = "2026-11-18") -> str:
    case = case or f"（2026）豫0202执{number}号"
    return f"{name(number)},{code(number)},{case},开封市龙亭区人民法院,{day},全部履行完毕"


@pytest.fixture
def listed(people: People, policy: Policy, home: Path, tmp_path: Path) -> Delivery:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    batch = import_file(write(tmp_path, entry(1), entry(2), header=LIST, called="失信被执行人.csv"), delivery)
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 2
    return delivery


def told(folder: Path, delivery: Delivery, *rows: str) -> Batch:
    return import_file(write(folder, *rows, header=EXIT, called="移出名单.csv"), delivery)


def standing(number: int) -> Record:
    return Record.objects.get(
        subject__code=code(number), known_until__isnull=True, batch__feed="court-dishonest-list"
    )


@pytest.mark.row("M2-11")
@pytest.mark.guard("G9")
def test_an_exit_ends_the_listing_and_every_effect_of_it(listed: Delivery, tmp_path: Path) -> None:
    version = Subject.objects.get(code=code(1)).version
    batch = told(tmp_path, listed, leaving(1))
    assert (batch.feed, batch.report["exits"]) == ("court-dishonest-exit", {"ended": 1, "unmatched": 0})
    ended = standing(1)
    assert (ended.state, str(ended.valid_to), ended.note.deed) == (
        RecordState.WITHDRAWN,
        "2026-11-18",
        "exit",
    )
    assert Publication.objects.get(record_key=ended.record_key).stop_reason == "exit"
    assert Subject.objects.get(code=code(1)).version > version
    assert LedgerEvent.objects.filter(kind="record.exit").count() == 1
    assert standing(2).state == RecordState.ACTIVE
    assert Publication.objects.get(record_key=standing(2).record_key).stopped_at is None


@pytest.mark.row("M2-11")
def test_an_exit_of_another_case_or_from_before_the_entry_ends_nothing(
    listed: Delivery, tmp_path: Path
) -> None:
    batch = told(tmp_path, listed, leaving(1, case="（2026）豫0202执9号"), leaving(2, day="2026-01-05"))
    assert batch.report["exits"] == {"ended": 0, "unmatched": 2}
    assert {standing(number).state for number in (1, 2)} == {RecordState.ACTIVE}


@pytest.mark.row("M2-11")
def test_a_list_that_still_names_who_left_waits_for_a_person(listed: Delivery, tmp_path: Path) -> None:
    told(tmp_path, listed, leaving(1))
    again = import_file(write(tmp_path, entry(1), entry(3), header=LIST, called="失信被执行人二.csv"), listed)
    assert (again.accepted, again.report["problems"]) == (1, {"E08": 1})
    assert standing(1).state == RecordState.WITHDRAWN


@pytest.mark.row("M1-04")
@pytest.mark.guard("G11")
def test_the_exit_forgets_the_persons_of_the_listing(
    listed: Delivery, people: People, tmp_path: Path
) -> None:
    named = Named(
        person=Person("王某甲"),
        kind=RelationKind.LEGAL_REPRESENTATIVE,
        source="限制消费令",
        from_on=NOW.date(),
    )
    relation = name_person(record_key=standing(1).record_key, named=named, actor=people.wang, now=NOW)
    assert open_person(relation.public_id, actor=people.wang, reason="送达", now=NOW).name == "王某甲"
    told(tmp_path, listed, leaving(1))
    relation.refresh_from_db()
    assert (relation.sealed, relation.wrapped_key, relation.forgotten_why) == (None, None, "exit")
    with pytest.raises(Refusal, match="已经删除"):
        open_person(relation.public_id, actor=people.wang, reason="送达", now=NOW)


@pytest.mark.row("M2-11")
def test_false_litigation_is_listed_and_left_by_its_own_feeds(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    case = f"{name(1)},{code(1)},（2026）豫02民终1号,开封市中级人民法院"
    head = "虚假诉讼失信人名称,统一社会信用代码,案号,认定法院"
    entered = import_file(
        write(tmp_path, f"{case},2026-03-02", header=f"{head},认定日期", called="虚假诉讼.csv"), delivery
    )
    left = import_file(
        write(tmp_path, f"{case},2026-11-02", header=f"{head},移出日期", called="移出虚假诉讼.csv"), delivery
    )
    assert (entered.feed, left.feed) == ("court-false-litigation-list", "court-false-litigation-exit")
    assert left.report["exits"] == {"ended": 1, "unmatched": 0}

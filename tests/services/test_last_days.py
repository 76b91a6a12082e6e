"""What a department delivers as the last day holds on that day and not on the next, and goes out as it came."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import HEADER, code, name, penalty, write
from tests.services.sharers import FIELDS, reader
from tests.store.rows import Rows

from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.up_reporting import Known
from xinheng.services.collect import Delivery, import_file
from xinheng.services.conflicts import row_beside
from xinheng.services.exchanges_lines import said_of
from xinheng.services.measures_applying import what_applies
from xinheng.services.results import imported_of
from xinheng.services.screening import active_entries
from xinheng.services.sharing_reads import Asked, read_subject
from xinheng.services.up_reports import told_of
from xinheng.store.models import Record, RecordDetail

TOMORROW = TODAY + timedelta(days=1)
LIST = "失信主体名称,统一社会信用代码,列入名单名称,列入事由,列入日期,列入期限至,列入决定文书号,认定单位"


def _delivery(people: People, policy: Policy) -> Delivery:
    return Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2))


@pytest.mark.usefixtures("home")
@pytest.mark.guard("G9")
def test_an_entry_stands_on_its_last_day_and_not_on_the_next(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    row = f"{name(1)},{code(1)},严重违法失信名单,虚假材料,2026-02-02,{TODAY},汴列〔2026〕1号,开封市市场监督管理局"
    import_file(write(tmp_path, row, header=LIST, called="名单.csv"), _delivery(people, policy))
    record = Record.objects.get()
    told = [
        what_applies(record.subject, Occasion.TENDER, people.city, policy=policy, on=day).lists
        for day in (TODAY, TOMORROW)
    ]
    assert [[line.last_on for line in lines] for lines in told] == [[TODAY], []]
    of = {record.subject_id}
    stands = [list(active_entries(policy, today=day, of=of)) for day in (TODAY, TOMORROW)]
    assert [[one.last_on for one in entries] for entries in stands] == [[TODAY], []]


@pytest.mark.usefixtures("home")
def test_who_reads_a_record_is_given_the_day_that_was_delivered(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    path = write(tmp_path, f"{penalty(1)},2027-03-02", header=f"{HEADER},处罚有效期")
    import_file(path, _delivery(people, policy))
    _, key, _ = reader(people, policy, items={"penalty": (*FIELDS, "有效期至")})
    (told,) = read_subject(key, code(1), Asked(purpose="permit"), policy=policy, now=NOW).body["records"]
    assert told["fields"]["有效期至"] == "2027-03-02"
    day, rows = date(2026, 3, 2), Rows(people)
    subject = Record.objects.get().subject
    rows.detail(record=rows.record(subject=subject, decided_on=day, valid_to=day, record_key=1_000_001))
    both = read_subject(key, code(1), Asked(purpose="permit"), policy=policy, now=NOW).body["records"]
    assert {one["fields"].get("有效期至") for one in both} == {"2027-03-02", "2026-03-02"}


def test_what_left_a_list_on_the_day_it_came_is_told_with_that_day(people: People, policy: Policy) -> None:
    rows, day = Rows(people), date(2026, 3, 2)
    for valid_to, last in ((day, "2026-03-02"), (date(2026, 3, 4), "2026-03-03"), (None, "")):
        record = rows.record(decided_on=day, valid_to=valid_to, record_key=rows.numbers.__next__() + 1000)
        RecordDetail.objects.create(record=record)
        assert said_of(record, first_known=day).valid_to == last
        assert told_of(rows.publication(ground=record), {}).known[Known.VALID_TO] == last
        assert imported_of(record, policy=policy).period == (f"至{last}" if last else "")
        read = {"decided_on": str(day), "valid_to": str(valid_to) if valid_to else None}
        both = row_beside(record.record_key, rows.returned(normalised=read))
        assert [side.said["有效期至"] for side in (both.first, both.second)] == [last, last]

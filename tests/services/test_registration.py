"""A register sets what only the registrar knows: former names, days of changes, older codes, branches."""

from datetime import date
from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.services.collect import Delivery, import_file
from xinheng.services.finding import Search, find_subjects
from xinheng.store.models import Batch, Record, Subject, SubjectCode, SubjectName

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M1-01")]
FULL = f"{REGISTER},曾用名,变更日期,注册号,组织机构代码"
OLD = "410202000000018"


def _load(
    people: People, policy: Policy, folder: Path, *rows: str, header: str = FULL, called: str = "登记.csv"
) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    return import_file(write(folder, *rows, header=header, called=called), delivery)


def _valid_registration_number() -> str:
    from stdnum.iso7064 import mod_11_10

    first = "41020200000001"
    return first + mod_11_10.calc_check_digit(first)


def _state() -> tuple[object, ...]:
    return (
        set(SubjectName.objects.values_list("subject", "name", "from_on", "to_on")),
        set(SubjectCode.objects.values_list("subject", "kind", "value", "batch")),
        set(Subject.objects.values_list("code", "name", "kind", "status", "established_on", "version")),
        Record.objects.count(),
    )


def test_former_names_and_the_day_of_a_change_are_entered(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    old = _valid_registration_number()
    row = f"{registration(1)},开封老字号食品厂、开封大众食品社,2024-05-06,{old},"
    _load(people, policy, tmp_path, row, f"{registration(2)},,,,")
    names = {one.name: one for one in SubjectName.objects.filter(subject__code=code(1))}
    assert set(names) == {name(1), "开封老字号食品厂", "开封大众食品社"}
    assert names["开封老字号食品厂"].to_on == date(2024, 5, 6)
    assert names[name(1)].from_on == date(2024, 5, 6)
    held = SubjectCode.objects.get()
    assert (held.kind, held.value, held.subject.code) == ("registration", old, code(1))
    found = find_subjects(Search(query="大众食品"), limit=5)
    assert [one.code for one in found.subjects] == [code(1)]


def test_the_master_holds_what_the_register_says_of_each_kind_and_place(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    """The whole register becomes the master, and the master the denominator."""
    rows = [f"{registration(number)},,,," for number in (1, 2)]
    _load(people, policy, tmp_path, *rows)
    one = Subject.objects.get(code=code(1))
    told = dict(zip(REGISTER.split(","), registration(1).split(","), strict=True))
    assert (one.name, one.registrar, one.address) == (told["企业名称"], told["登记机关"], told["住所"])
    assert one.established_on == date.fromisoformat(told["成立日期"])
    assert (one.kind, one.status, one.division_code) == ("enterprise", "active", told["行政区划代码"])
    assert Subject.objects.count() == 2


def test_a_register_loaded_again_changes_nothing(people: People, policy: Policy, tmp_path: Path) -> None:
    row = f"{registration(1)},开封老字号食品厂,2024-05-06,{_valid_registration_number()},"
    _load(people, policy, tmp_path, row)
    before = _state()
    again = _load(
        people, policy, tmp_path, row, f"{registration(1)},开封老字号食品厂,2024-05-06,,", called="再.csv"
    )
    assert again.accepted <= 1
    assert SubjectName.objects.count() == len(before[0])  # type: ignore[arg-type]
    same = _load(people, policy, tmp_path, row, called="登记.csv")
    assert (same.report["accepted"], Subject.objects.count()) == (0, 1)


def test_an_older_code_leads_the_records_of_other_departments_to_the_subject(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    old = _valid_registration_number()
    _load(people, policy, tmp_path, f"{registration(1)},,,{old},")
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    import_file(write(tmp_path, penalty(1, code=old), called="处罚.csv"), delivery)
    assert Record.objects.get(item=4).subject.code == code(1)


def test_an_older_code_of_another_subject_stays_with_it(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    old = _valid_registration_number()
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    import_file(write(tmp_path, penalty(7, code=old), called="处罚.csv"), delivery)
    _load(people, policy, tmp_path, f"{registration(1)},,,{old},")
    assert SubjectCode.objects.get(value=old).subject.code is None


def test_a_wrong_older_code_is_left_out_and_a_branch_is_told(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    branch = registration(1).replace("有限责任公司", "有限责任公司分公司")
    _load(people, policy, tmp_path, f"{branch},,,{OLD},")
    assert not SubjectCode.objects.exists()
    assert Subject.objects.get().kind == "branch"


@pytest.mark.row("M7-08")
def test_the_size_stands_as_the_registrar_states_it(people: People, policy: Policy, tmp_path: Path) -> None:
    header = f"{REGISTER},企业规模"
    _load(people, policy, tmp_path, f"{registration(1)},小型", f"{registration(2)},很大", header=header)
    assert list(Subject.objects.order_by("code").values_list("size", flat=True)) == ["小型", ""]
    _load(people, policy, tmp_path, registration(1), header=REGISTER, called="再.csv")
    assert Subject.objects.get(code=code(1)).size == "小型"

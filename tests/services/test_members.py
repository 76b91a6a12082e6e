"""An association tells of its members alone, as market information that burdens nobody and is not published."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write

from xinheng.core.ids import uscc_check_character
from xinheng.core.policy import Policy
from xinheng.core.provenance import Provenance
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.identities import decide_row
from xinheng.services.members import Entry, end_member, enter_member, members_on, register_association
from xinheng.services.publication import publish_batch
from xinheng.services.returns import adopt_row
from xinheng.store.models import (
    Batch,
    LedgerEvent,
    Member,
    Organisation,
    Publication,
    Record,
    ReturnedRow,
    ReturnedState,
    Subject,
    Verdict,
)

FIRST = "51410200MJ0000001"
OWN_CODE = FIRST + uscc_check_character(FIRST)
HEADER = "会员单位名称,统一社会信用代码,协会名称,记录类别,记录内容,记录日期,文件编号"


def told(number: int, *, kind: str = "惩戒") -> str:
    return f"{name(number)},{code(number)},开封市食品行业协会,{kind},自律公约,2026-05-06,协〔2026〕{number}号"


@pytest.fixture
def association(people: People, policy: Policy, home: Path, tmp_path: Path) -> Organisation:
    registrar = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=9)
    )
    rows = [registration(number) for number in (1, 2)]
    import_file(write(tmp_path, *rows, header=REGISTER, called="登记.csv"), registrar)
    return register_association(name="开封市食品行业协会", credit_code=OWN_CODE, actor=people.wang, now=NOW)


def entered(association: Organisation, people: People, number: int = 1) -> Member:
    entry = Entry(code=code(number), from_on=date(2020, 1, 1), source="会员名册（2026年）")
    return enter_member(association, entry, actor=people.wang, now=NOW)


def delivered(association: Organisation, people: People, policy: Policy, path: Path) -> Batch:
    delivery = Delivery(policy=policy, organisation=association, actor=people.li, now=NOW)
    return import_file(path, delivery)


@pytest.mark.row("M3-07")
def test_what_an_association_tells_of_a_member_is_kept_apart_and_never_published(
    association: Organisation, people: People, policy: Policy, tmp_path: Path
) -> None:
    entered(association, people)
    path = write(tmp_path, told(1), header=HEADER, called="会员.csv")
    batch = delivered(association, people, policy, path)
    assert (batch.accepted, batch.provenance) == (1, Provenance.MARKET.number)
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 0
    assert not Publication.objects.exists()


@pytest.mark.row("M3-07")
def test_a_file_with_somebody_who_is_no_member_is_refused_whole(
    association: Organisation, people: People, policy: Policy, tmp_path: Path
) -> None:
    entered(association, people)
    path = write(tmp_path, told(1), told(2), header=HEADER, called="会员.csv")
    with pytest.raises(Refusal, match=r"AS11.*第 3 行") as refused:
        delivered(association, people, policy, path)
    assert name(2) not in str(refused.value)
    assert not Batch.objects.filter(organisation=association).exists()
    assert LedgerEvent.objects.filter(kind="delivery.refused").exists()
    entered(association, people, 2)
    assert delivered(association, people, policy, path).accepted == 2


@pytest.mark.row("M3-07")
def test_after_its_last_day_a_member_is_told_of_no_more(
    association: Organisation, people: People, policy: Policy, tmp_path: Path
) -> None:
    member = entered(association, people)
    ended = {"association": association, "reason": "退会", "actor": people.wang, "now": NOW}
    with pytest.raises(Refusal, match="AS09"):
        end_member(member.pk, to_on=TODAY + timedelta(days=1), **ended)  # type: ignore[arg-type]
    end_member(member.pk, to_on=TODAY, **ended)  # type: ignore[arg-type]
    assert not members_on(association, TODAY).exists()
    assert members_on(association, TODAY - timedelta(days=1)).exists()
    with pytest.raises(Refusal, match="AS11"):
        delivered(
            association,
            people,
            policy,
            write(tmp_path, told(1), header=HEADER, called="会员.csv"),
        )


@pytest.mark.row("M3-07")
def test_an_association_delivers_no_acts_of_public_bodies(
    association: Organisation, people: People, policy: Policy, tmp_path: Path
) -> None:
    entered(association, people)
    with pytest.raises(Refusal, match="AS10"):
        delivered(association, people, policy, write(tmp_path, penalty(1), called="处罚.csv"))
    assert not Record.objects.filter(item=4).exists()


@pytest.mark.row("M3-07")
def test_a_row_set_aside_is_given_to_members_of_the_day_only(
    association: Organisation, people: People, policy: Policy, tmp_path: Path
) -> None:
    member = entered(association, people)
    row = f"{name(1)},无,开封市食品行业协会,惩戒,自律公约,2026-05-06,协〔2026〕8号"
    path = write(tmp_path, told(1), row, header=HEADER, called="会员.csv")
    batch = delivered(association, people, policy, path)
    waiting = ReturnedRow.objects.get(batch=batch, state=ReturnedState.WAITING)
    given = {"verdict": Verdict.YES, "reason": "与名册一致", "actor": people.zhao, "now": NOW}
    with pytest.raises(Refusal, match="AS12"):
        decide_row(waiting.pk, subject=Subject.objects.get(code=code(2)), **given)  # type: ignore[arg-type]
    waiting.refresh_from_db()
    assert waiting.state == ReturnedState.WAITING
    assert not Record.objects.filter(batch=batch, subject__code=code(2)).exists()
    end_member(member.pk, association=association, to_on=TODAY, reason="退会", actor=people.wang, now=NOW)
    with pytest.raises(Refusal, match="AS12"):
        decide_row(waiting.pk, subject=Subject.objects.get(code=code(1)), **given)  # type: ignore[arg-type]
    entered(association, people)
    said = decide_row(waiting.pk, subject=Subject.objects.get(code=code(1)), **given)  # type: ignore[arg-type]
    assert Record.objects.get(record_key=said.record_key).subject.code == code(1)


@pytest.mark.row("M3-07")
def test_another_name_is_adopted_from_an_association_for_a_member_only(
    association: Organisation, people: People, policy: Policy, tmp_path: Path
) -> None:
    entered(association, people)
    row = told(1).replace(name(1), "开封市全然不同建材有限公司")
    path = write(tmp_path, row, header=HEADER, called="会员.csv")
    batch = delivered(association, people, policy, path)
    waiting = ReturnedRow.objects.get(batch=batch, state=ReturnedState.WAITING)
    assert waiting.codes == ["E17"]
    Member.objects.update(from_on=TODAY + timedelta(days=1))
    with pytest.raises(Refusal, match="AS12"):
        adopt_row(waiting.pk, actor=people.zhao, reason="更名", now=NOW)
    Member.objects.update(from_on=TODAY)
    adopt_row(waiting.pk, actor=people.zhao, reason="更名", now=NOW)
    assert Record.objects.filter(batch=batch, subject__code=code(1)).count() == 1


def test_the_roll_takes_subjects_of_the_register_once_and_with_their_source(
    association: Organisation, people: People
) -> None:
    entered(association, people)
    with pytest.raises(Refusal, match="AS05"):
        entered(association, people)
    for wrong, cause in (
        ({"code": code(7)}, "AS07"),
        ({"source": " "}, "AS03"),
        ({"from_on": TODAY + timedelta(days=1)}, "AS04"),
    ):
        entry = Entry(**({"code": code(2), "from_on": TODAY, "source": "名册"} | wrong))  # type: ignore[arg-type]
        with pytest.raises(Refusal, match=cause):
            enter_member(association, entry, actor=people.wang, now=NOW)
    with pytest.raises(Refusal, match="AS06"):
        entered(people.market, people, 2)
    assert Member.objects.count() == 1


def test_an_association_needs_a_code_of_a_social_organisation_and_comes_once(
    association: Organisation, people: People
) -> None:
    for given in (code(1), "51410200MJ00000019", ""):
        with pytest.raises(Refusal, match="AS01"):
            register_association(name="某协会", credit_code=given, actor=people.wang, now=NOW)
    with pytest.raises(Refusal, match="AS02"):
        register_association(name="某协会", credit_code=OWN_CODE, actor=people.wang, now=NOW)
    assert association.parent == people.city


def test_a_member_merged_away_is_still_told_of_by_its_own_code(
    association: Organisation, people: People, policy: Policy, tmp_path: Path
) -> None:
    entered(association, people)
    kept = Subject.objects.get(code=code(1))
    Subject.objects.filter(code=code(2)).update(merged_into=kept)
    path = write(tmp_path, told(2), header=HEADER, called="会员.csv")
    assert delivered(association, people, policy, path).accepted == 1

"""The page of joint checks: each organ answers for itself, sees who is waited for, and the enterprise sees one visit."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.own_space import visitor_of
from tests.people import People, make_organisation, make_user
from tests.services.joints import FIRST, LAST, OTHER_TEAM, Joints, make_joints
from tests.services.letter_cases import draft_of
from tests.services.trips import make_trips

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.core.service_proof import Try, Way
from xinheng.core.visits import Arrival
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.services.visits_on_site import Arrived, check_in
from xinheng.store.models import JointCheck, JointMember, OrganisationKind, User

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M8-05")]
THERE = datetime.combine(LAST, time(10), tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def joints(people: People, policy: Policy, home: object) -> Joints:
    return make_joints(make_trips(people, policy))


def _page(user: User, query: str = "") -> str:
    return text(signed_in(user).get(reverse("office:joint_checks") + query))


def _answer(client: Client, joint: JointCheck, verb: str, organ: int, **fields: object) -> HttpResponse:
    joint.refresh_from_db()
    url = reverse(f"office:{verb}_joint", kwargs={"joint": joint.public_id})
    return post(client, url, {"organisation": organ, "seen": joint.version, **fields})


def test_each_organ_agrees_for_itself_and_sees_who_is_waited_for(joints: Joints) -> None:
    joint = joints.proposed()
    assert "1 项联合检查待本机关答复" in text(signed_in(joints.he).get(reverse("office:desk")))
    page = _page(joints.he)
    assert "市应急管理局" in page and "安全生产监督检查" in page and "还有 2 项待答复" in page
    assert "市市场监管局同意参加" in page and "市应急管理局同意参加" not in page
    _answer(signed_in(joints.he), joint, "agree", joints.market.pk, day=FIRST)
    assert "待本机关答复" not in text(signed_in(joints.he).get(reverse("office:desk")))
    assert "何市监" in _page(joints.liu) and FIRST.isoformat() in _page(joints.liu)
    _answer(signed_in(joints.liu), joint, "agree", joints.safety.pk, day=FIRST)
    assert "已约定" in _page(joints.liu)
    visit = joints.visits(joint)[0]
    case = text(
        signed_in(joints.trips.people.wang).get(reverse("office:case", kwargs={"number": visit.case.number}))
    )
    assert "本机关牵头" in case and "市应急管理局：安全生产监督检查" in case


def test_nobody_answers_for_an_organ_that_is_not_his(joints: Joints) -> None:
    joint = joints.proposed()
    _answer(signed_in(joints.he), joint, "agree", joints.safety.pk, day=LAST)
    wang = signed_in(joints.trips.people.wang)
    told = _answer(wang, joint, "agree", joints.safety.pk, day=LAST)
    assert told.status_code == 302
    assert "须由检查机关自己的人员答复" in text(wang.get(reverse("office:joint_checks")))
    assert not JointMember.objects.exclude(answer="waiting").exists()


def test_an_organ_that_is_not_concerned_sees_nothing(joints: Joints) -> None:
    joints.proposed()
    fire = make_organisation("kaifeng.fire", OrganisationKind.DEPARTMENT, "市消防", joints.trips.people.city)
    stranger = make_user("huo", "霍消防", fire, Role.REVIEWER)
    assert joints.subject.name not in _page(stranger)
    assert "没有涉及本机关的联合检查" in _page(stranger)


@pytest.mark.parametrize(
    ("verb", "fields", "words"),
    [
        ("agree", {"day": "2026-11-29"}, "不是各机关计划期限内的工作日"),
        ("agree", {"day": "明天"}, "日期写作"),
        ("decline", {"reason": "不"}, "没有写明为什么不参加"),
        ("decline", {}, "请写明为什么不参加"),
        ("agree", {"day": "2026-11-27", "seen": "99"}, "不是最新的"),
    ],
)
def test_a_wrong_answer_is_told_and_changes_nothing(
    joints: Joints, verb: str, fields: dict[str, str], words: str
) -> None:
    joint = joints.proposed()
    client = signed_in(joints.liu)
    _answer(client, joint, verb, joints.safety.pk, **fields)
    assert words in text(client.get(reverse("office:joint_checks")))
    assert not JointMember.objects.exclude(answer="waiting").exists()


def test_the_office_looks_for_joint_checks_at_once_and_twice_proposes_nothing_twice(joints: Joints) -> None:
    joints.both()
    wang = signed_in(joints.trips.people.wang)
    for _ in range(2):
        post(wang, reverse("office:propose_joints"))
    assert JointCheck.objects.count() == 1
    assert "牵头机关" in text(wang.get(reverse("office:joint_checks")))


def _made(joints: Joints) -> JointCheck:
    """Told by one notice, made by both teams on the day."""
    joint = joints.tied()
    leading, other = joints.visits(joint)
    trips = joints.trips
    letter = issue_letter(
        leading.case.public_id, draft_of("inspection_notice"), **trips.by(trips.people.wang)
    )
    proof = Try(way=Way.DIRECT, on=date(2026, 11, 20), proof="SD-1")
    serve(letter.public_id, proof, **trips.by(trips.people.wang))
    for number, (visit, user) in enumerate(((leading, trips.li), (other, joints.sun))):
        arrived = Arrived(client_id=f"a{number}", way=Arrival.CODE, at=THERE, code=visit.code)
        check_in(visit.case.public_id, arrived, **trips.by(user, THERE))
    return joint


def test_visits_saved_are_shown_with_their_table_and_leave_as_a_file(joints: Joints) -> None:
    assert "还没有完成的联合检查" in _page(joints.liu)
    _made(joints)
    page = _page(joints.liu)
    assert "已入企，节省 1 次" in page and "2026-11" in page and "<svg" in page
    file = text(signed_in(joints.liu).get(reverse("office:joint_checks") + "?export=csv"))
    assert "2026-11,1" in file


def test_the_enterprise_sees_one_visit_with_the_matters_of_all(joints: Joints) -> None:
    joint = joints.tied()
    leading, other = joints.visits(joint)
    own = visitor_of(joints.subject, joints.trips.people.wang)
    url = reverse("counter:own_visits", args=[joints.subject.public_id])
    assert leading.case.number not in text(own.get(url)), "nothing announces a visit before its notice"
    trips = joints.trips
    letter = issue_letter(
        leading.case.public_id, draft_of("inspection_notice"), **trips.by(trips.people.wang)
    )
    proof = Try(way=Way.DIRECT, on=date(2026, 11, 20), proof="SD-1")
    serve(letter.public_id, proof, **trips.by(trips.people.wang))
    page = text(own.get(url))
    assert page.count("编号</dt>") == 1 and leading.case.number in page and other.case.number not in page
    assert "市应急管理局：安全生产监督检查" in page and OTHER_TEAM[0] in page
    assert "孙检查" not in page, "officers appear by their certificates"
    code = text(Client().get(reverse("counter:visit_code", args=[leading.code])))
    assert "安全生产监督检查" in code

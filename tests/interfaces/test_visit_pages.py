"""What enterprises and the public see of visits: the code on the notice, the own list, one rating each, published results."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import text
from tests.interfaces.portal_city import portal_reads_default
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code
from tests.services.trips import OBSTRUCTED, SITE, TEAM, UNFIT, Trips, make_trips

from xinheng.core.days import last_day_if
from xinheng.core.mandates import Matter, Proof
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.enterprises import MandateOrder, Party, activate, open_account, party_of
from xinheng.services.records import Change, change_state
from xinheng.services.visits_results import figures_of, rate
from xinheng.store.models import EnterpriseAccount, Publication, Subject, Visit, VisitRating

pytestmark = [pytest.mark.row("M8-04"), pytest.mark.row("X-06"), pytest.mark.guard("G7")]
SECRET = "蓝天白云 2026 信用"


@pytest.fixture
def trips(people: People, policy: Policy, home: object) -> Trips:
    return make_trips(people, policy)


def _account(trips: Trips, subject: Subject) -> EnterpriseAccount:
    order = MandateOrder(
        code=subject.code or "",
        role=Role.ENTERPRISE_OWNER,
        matters=tuple(Matter),
        proof=Proof.LICENCE,
        from_on=TODAY,
        to_on=None,
    )
    slip = open_account(order, holder="张小明", actor=trips.people.wang, now=NOW)
    return activate(slip.account.number, slip.code, SECRET, now=NOW)


def _party(trips: Trips, subject: Subject) -> Party:
    return party_of(_account(trips, subject), on=TODAY)


def _signed_in(account: EnterpriseAccount) -> Client:
    client = Client()
    client.post("/own/sign-in/", {"number": account.number, "password": SECRET})
    return client


def test_the_code_tells_who_comes_for_what_and_no_name_of_an_officer(trips: Trips) -> None:
    visit = trips.approved()
    page = text(Client().get(reverse("counter:visit_code", args=[visit.code.lower()])))
    assert all(one in page for one in (*TEAM, visit.matter, "市市场监管局", visit.subject.name))
    assert "李检查" not in page and "马检查" not in page


def test_an_unknown_code_and_a_visit_that_is_not_approved_are_no_visit(trips: Trips) -> None:
    (visit,) = trips.sent().made
    for sought in (visit.code, "ABCDEFGHJK", "x", "9" * 40):
        answer = Client().get(reverse("counter:visit_code", args=[sought]))
        assert answer.status_code == 404 and visit.subject.name not in text(answer)
        assert "有权拒绝" in text(answer)


def test_a_cancelled_visit_says_that_nobody_may_come(trips: Trips) -> None:
    visit = trips.approved()
    trips.take(visit.case, "withdraw", trips.people.zhao)
    page = text(Client().get(reverse("counter:visit_code", args=[visit.code])))
    assert "已经取消，不得据此入企" in page


def test_a_code_may_be_typed_with_blanks_and_a_wrong_one_is_told(trips: Trips) -> None:
    visit = trips.approved()
    typed = f"{visit.code[:5].lower()} {visit.code[5:]}"
    answer = Client().post(reverse("counter:visit_codes"), {"code": typed})
    assert answer.headers["Location"].endswith(visit.code)
    assert "10 位" in text(Client().post(reverse("counter:visit_codes"), {"code": "O0I1"}))


@pytest.mark.usefixtures("office_clock")
def test_no_list_announces_a_visit_to_whom_it_goes(trips: Trips) -> None:
    visit = trips.approved()
    client = _signed_in(_account(trips, visit.subject))
    for route in ("own_visits", "own_cases"):
        page = text(client.get(reverse(f"counter:{route}", args=[visit.subject.public_id])))
        assert visit.case.number not in page, route
    page = text(client.get(reverse("counter:own_visits", args=[visit.subject.public_id])))
    assert reverse("counter:visit_codes") in page and "没有登记的检查" not in page


@pytest.mark.row("X-06")
@pytest.mark.row("M8-06")
@pytest.mark.usefixtures("office_clock")
def test_a_visit_above_the_ceiling_tells_the_enterprise_why(trips: Trips) -> None:
    visit = trips.recorded().visit
    Visit.objects.filter(pk=visit.pk).update(number=2, beyond="complaint")
    own = reverse("counter:own_visits", args=[visit.subject.public_id])
    for page in (
        text(_signed_in(_account(trips, visit.subject)).get(own)),
        text(Client().get(reverse("counter:visit_code", args=[visit.code]))),
    ):
        assert "该机关 2026 年第 2 次，上限 1 次；超过上限，事由：投诉举报" in page


@pytest.mark.usefixtures("office_clock")
def test_an_enterprise_sees_its_own_visits_and_no_others(trips: Trips) -> None:
    visit = trips.recorded().visit
    client = _signed_in(_account(trips, visit.subject))
    page = text(client.get(reverse("counter:own_visits", args=[visit.subject.public_id])))
    assert visit.case.number in page and "第 1 次，上限 1 次" in page
    assert "检查结果</dt>" not in page
    other = trips.subject(code(9), name="开封别家食品有限公司")
    assert client.get(reverse("counter:own_visits", args=[other.public_id])).status_code == 404


@pytest.mark.usefixtures("office_clock")
def test_an_enterprise_reads_the_result_that_it_was_told_while_it_stands(trips: Trips) -> None:
    visit = trips.told(OBSTRUCTED)
    client = _signed_in(_account(trips, visit.subject))
    own = reverse("counter:own_visits", args=[visit.subject.public_id])
    assert "不配合检查情节严重" in text(client.get(own))
    change = Change(deed="withdraw", reason="认定有误", ground="异议处理〔2026〕1号")
    assert visit.record_key is not None
    given = trips.by(trips.people.zhao, SITE + timedelta(hours=9))
    change_state(record_key=visit.record_key, change=change, **given)
    assert "不配合检查情节严重" not in text(client.get(own))


@pytest.mark.usefixtures("office_clock")
def test_a_visit_that_came_is_rated_once_on_the_page(trips: Trips) -> None:
    visit = trips.recorded().visit
    client = _signed_in(_account(trips, visit.subject))
    url = reverse("counter:own_visit", args=[visit.subject.public_id, visit.case.number])
    assert "请选择评分" in text(client.post(url, {}))
    assert "投诉的须写明情况" in text(client.post(url, {"stars": "1", "complains": "on"}))
    client.post(url, {"stars": "2", "words": "来了三次", "complains": "on"})
    client.post(url, {"stars": "5"})
    assert [(one.stars, one.complains) for one in VisitRating.objects.all()] == [(2, True)]
    assert (figures_of(trips.plan)["stars"], figures_of(trips.plan)["complaints"]) == (2, 1)


def test_nobody_rates_the_visit_of_another_or_one_that_has_not_come(trips: Trips) -> None:
    visit = trips.approved()
    given = {"stars": 5, "words": "", "complains": False, "now": NOW}
    for party in (
        _party(trips, visit.subject),
        _party(trips, trips.subject(code(9), name="开封别家食品有限公司")),
    ):
        with pytest.raises(Refusal) as refused:
            rate(visit.case.public_id, party=party, **given)  # type: ignore[arg-type]
        assert refused.value.code == "VR3"


class TestPublicResults:
    """The list of the portal, read as the portal reads."""

    @pytest.fixture(autouse=True)
    def _portal(self, trips: Trips) -> Iterator[None]:
        with portal_reads_default():
            yield

    def _page(self, **query: str) -> str:
        return text(Client().get(reverse("portal:inspection_results"), query))

    def test_a_negative_result_is_shown_until_its_last_day(self, trips: Trips) -> None:
        visit = trips.published(OBSTRUCTED)
        page = self._page()
        assert visit.subject.name in page and "不配合检查情节严重" in page
        last = last_day_if(Publication.objects.get().stop_on)
        assert f'data-label="公示至">{last}</td>' in page
        assert visit.subject.name not in self._page(result="clean")
        Publication.objects.update(stop_on=date(2026, 11, 20))
        assert visit.subject.name not in self._page()

    @pytest.mark.guard("G6")
    @pytest.mark.guard("G9")
    def test_a_repaired_result_is_gone_at_once(self, trips: Trips) -> None:
        visit = trips.published(OBSTRUCTED)
        assert visit.record_key is not None
        change = Change(deed="repair", reason="已经改正", ground="修复决定〔2027〕1号")
        change_state(
            record_key=visit.record_key,
            change=change,
            **trips.by(trips.people.zhao, SITE + timedelta(hours=9)),
        )
        assert visit.subject.name not in self._page()
        assert visit.subject.name not in text(Client().get(reverse("portal:inspection_results_csv")))

    def test_a_clean_result_is_shown_among_the_clean(self, trips: Trips) -> None:
        visit = trips.published()
        assert visit.subject.name in self._page(result="clean")
        assert visit.subject.name not in self._page(result="failing")
        Publication.objects.update(stop_on=date(2027, 10, 1))
        table = text(Client().get(reverse("portal:inspection_results_csv")))
        assert visit.subject.name in table
        assert "2027-09-30" in table and "2027-10-01" not in table, "the last day on which it is public"

    def test_what_is_not_told_or_minor_is_on_no_public_page(self, trips: Trips) -> None:
        visit = trips.told(UNFIT)
        assert visit.subject.name not in self._page()
        assert Visit.objects.get().batch is not None

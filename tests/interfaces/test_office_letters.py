"""An officer writes a letter upon a decision, prints it, enters how it was served; who may not, cannot."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from tests.documents.letters import filled
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.letter_cases import draft_of, drafted, ordered

from xinheng.core.letters import newest
from xinheng.core.policy import Policy
from xinheng.core.service_proof import Try, Way
from xinheng.services.letters import issue_letter
from xinheng.services.letters_archive import verify_file
from xinheng.services.letters_serving import serve
from xinheng.store.models import Case, IssuedLetter, LedgerEvent, ServiceTry

pytestmark = pytest.mark.usefixtures("office_clock", "home")
ORDER = "rectification_order"


@pytest.fixture
def case(people: People, policy: Policy) -> Case:
    return ordered(people, policy)


@pytest.fixture
def letter(case: Case, people: People, policy: Policy) -> IssuedLetter:
    early = NOW - timedelta(days=5)
    return issue_letter(case.public_id, draft_of(ORDER), actor=people.wang, policy=policy, now=early)


def _url(name: str, letter: IssuedLetter) -> str:
    return reverse(f"office:{name}", kwargs={"letter": letter.public_id})


def _fields(kind: str = ORDER) -> dict[str, object]:
    return {
        **{f"field-{key}": str(value) for key, value in filled(newest(kind)).items()},
        "kind": kind,
        "contact": "信用监管科",
        "act": "issue",
    }


@pytest.mark.row("M11-01")
@pytest.mark.row("X-02")
@pytest.mark.guard("G17")
def test_a_letter_is_chosen_looked_at_issued_and_served(case: Case, people: People) -> None:
    client = signed_in(people.wang)
    write = reverse("office:write_letter", kwargs={"case": case.public_id})
    assert "责令整改通知书" in text(client.get(write))
    form = text(client.get(f"{write}?kind={ORDER}"))
    assert "依据待核" in form and "申请行政复议" in form
    assert "随同签发《信用修复告知书》" in form and "信用修复承诺书" in form
    assert "期限还没有与法律原文核对" in text(post(client, write, _fields()))
    confirmed = _fields() | {"terms_confirmed": "on"}
    look = post(client, write, confirmed | {"act": "look"})
    assert look["Content-Type"] == "application/pdf" and not IssuedLetter.objects.exists()
    answer = post(client, write, confirmed)
    letter, guide = IssuedLetter.objects.order_by("pk")
    assert answer.status_code == 302 and letter.confirmed_terms
    assert guide.number in text(client.get(_url("letter", letter)))
    desk = text(client.get(reverse("office:desk")))
    assert "2 份文书还没有送达" in desk
    served = {"way": "direct", "on": TODAY.isoformat(), "proof": "SD-1"}
    assert "随《责令整改通知书》" in text(post(client, _url("serve_letter", guide), dict(served)))
    bare = text(post(client, _url("serve_letter", letter), served | {"proof": ""}))
    assert "必须写明送达凭证" in bare
    assert 'aria-describedby="id_proof_help id_proof_error"' in bare
    assert "送达凭证<small>" not in bare
    assert post(client, _url("serve_letter", letter), dict(served)).status_code == 302
    case.refresh_from_db()
    assert case.state == "correcting" and {one.served_on for one in ServiceTry.objects.all()} == {TODAY}
    assert letter.number in text(client.get("/office/letters/?state=served"))
    assert "份文书还没有送达" not in text(client.get(reverse("office:desk")))


def test_a_missing_field_is_said_at_the_field_and_nothing_typed_is_lost(case: Case, people: People) -> None:
    client = signed_in(people.wang)
    write = reverse("office:write_letter", kwargs={"case": case.public_id})
    fields = _fields() | {"terms_confirmed": "on", "field-facts": "", "field-reasons": "理由在此"}
    page = text(post(client, write, fields))
    assert "请填写认定的事实" in page and "理由在此" in page
    assert not IssuedLetter.objects.exists()


@pytest.mark.guard("G17")
def test_before_the_decision_the_letter_is_not_offered(people: People, policy: Policy) -> None:
    case = drafted(people, policy)
    client = signed_in(people.wang)
    write = reverse("office:write_letter", kwargs={"case": case.public_id})
    assert "责令整改通知书" not in text(client.get(write))
    post(client, write, _fields() | {"terms_confirmed": "on"})
    assert not IssuedLetter.objects.exists()


def test_paper_twin_and_return_are_taken_with_a_note_in_the_ledger(
    letter: IssuedLetter, people: People
) -> None:
    client = signed_in(people.wang)
    for name in ("letter_paper", "letter_return"):
        answer = client.get(_url(name, letter))
        assert answer.content.startswith(b"%PDF") and "attachment" in answer["Content-Disposition"]
    assert b"signature" in client.get(_url("letter_twin", letter)).content
    assert verify_file(client.get(_url("letter_paper", letter)).content).genuine
    assert LedgerEvent.objects.filter(kind="letter.taken", actor=people.wang).count() == 4


def test_failed_tries_and_a_public_notice_are_shown(
    letter: IssuedLetter, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(people.wang)
    for way in ("direct", "post"):
        tried = {"way": way, "on": TODAY.isoformat(), "failed": "on", "reason": "查无此处"}
        assert post(client, _url("serve_letter", letter), tried).status_code == 302
    notice = {"way": "announcement", "on": TODAY.isoformat(), "proof": "公告3号"}
    assert post(client, _url("serve_letter", letter), notice).status_code == 302
    page = text(client.get(_url("letter", letter)))
    assert "查无此处" in page and "2026-12-20" in page and "公告期满，登记送达" not in page
    assert letter.number in text(client.get("/office/letters/?state=announced"))
    early = text(post(client, _url("complete_letter", letter)))
    assert "才期满" in early
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=31))
    assert "公告期满，登记送达" in text(signed_in(people.wang).get(_url("letter", letter)))


@pytest.mark.guard("G17")
def test_the_archive_package_of_the_case_is_exported(letter: IssuedLetter, people: People) -> None:
    client = signed_in(people.wang)
    url = reverse("office:archive_case", kwargs={"case": letter.case.public_id})
    answer = post(client, url)
    assert answer["Content-Type"] == "application/zip" and verify_file(answer.content).genuine


@pytest.mark.guard("G13")
def test_who_does_not_reach_the_case_sees_and_does_nothing(letter: IssuedLetter, people: People) -> None:
    client = signed_in(people.li)
    for name in ("letter", "letter_paper", "letter_twin", "letter_return"):
        assert client.get(_url(name, letter)).status_code == 403
    assert post(client, _url("serve_letter", letter), {"way": "direct"}).status_code == 403
    auditor = signed_in(people.chen)
    page = text(auditor.get(_url("letter", letter)))
    assert letter.number in page and "登记送达" not in page
    assert post(auditor, _url("serve_letter", letter), {"way": "direct"}).status_code == 403
    assert not ServiceTry.objects.exists()


def test_a_letter_that_does_not_exist_is_said_to_be_missing(people: People) -> None:
    client = signed_in(people.wang)
    assert client.get("/office/letters/aaaaaaaaaaaaaaaa/").status_code == 404


@pytest.mark.guard("G13")
def test_an_enterprise_opens_its_letter_once_it_is_served_and_no_other(
    letter: IssuedLetter, people: People, policy: Policy
) -> None:
    from xinheng.core.access import Actor, Grant, may
    from xinheng.core.roles import Role, Verb
    from xinheng.interfaces.office.letters import _target
    from xinheng.services.reach import tree

    owner = Grant(
        role=Role.ENTERPRISE_OWNER, from_on=TODAY, subjects=frozenset({letter.case.subject_id or 0})
    )
    actor, call = Actor(user=0, grants=(owner,)), SimpleNamespace(tree=tree())
    other = issue_letter(
        letter.case.public_id,
        draft_of("retraction", addressee="开封某某银行"),
        actor=people.wang,
        policy=policy,
        now=NOW - timedelta(days=5),
    )

    def opens(one: IssuedLetter) -> bool:
        return bool(may(actor, Verb.READ_CASE, _target(call, one), on=TODAY))  # type: ignore[arg-type]

    assert not opens(letter)
    for one in (letter, other):
        proven = Try(way=Way.DIRECT, on=TODAY, proof="SD-1")
        serve(one.public_id, proven, actor=people.wang, policy=policy, now=NOW)
    assert opens(letter) and not opens(other)


def test_the_page_of_a_case_shows_its_letters(letter: IssuedLetter, people: People) -> None:
    url = reverse("office:case", kwargs={"number": letter.case.number})
    shown = text(signed_in(people.wang).get(url))
    assert letter.number in shown and _url("letter", letter) in shown and "制作文书" in shown
    assert "制作文书" not in text(signed_in(people.chen).get(url))

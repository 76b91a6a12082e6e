"""Grants, keys and consents of the tests on sharing."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.people import NOW, TODAY, People, make_user

from xinheng.core.consent import Terms, Way
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.core.sharing import Purpose, Wish
from xinheng.services.consents import Agreement, enter_consent
from xinheng.services.sharing import ReadingSystem, apply_for, approve_sharing, give_key
from xinheng.store.models import Consent, SenderKey, SharingGrant, Subject, User

FIELDS = ("文书号", "机关", "决定日期", "违法行为类型")
WISH = Wish(
    items={"penalty": FIELDS},
    purpose=Purpose.PERMIT,
    matter="食品经营许可审批",
    legal_basis="《中华人民共和国食品安全法》第三十五条",
    daily_quota=50,
    from_on=TODAY,
    until_on=TODAY + timedelta(days=90),
)


def applicant(people: People) -> User:
    """Sun reviews for the department; who applies for it."""
    return User.objects.filter(username="sun").first() or make_user(
        "sun", "孙申请", people.market, Role.REVIEWER
    )


def granted(people: People, policy: Policy, *, now: datetime = NOW, **changes: object) -> SharingGrant:
    wish = replace(WISH, **changes)  # type: ignore[arg-type]
    case = apply_for(wish, organisation=people.market, actor=applicant(people), policy=policy, now=now)
    return approve_sharing(case.public_id, actor=people.zhao, policy=policy, now=now)


def reader(
    people: People, policy: Policy, *, now: datetime = NOW, **changes: object
) -> tuple[SharingGrant, SenderKey, str]:
    grant = granted(people, policy, now=now, **changes)
    key, text = give_key(grant, ReadingSystem(name="审批系统"), actor=people.wang, now=now)
    return grant, key, text


TERMS = Terms(
    items=frozenset({"voluntary"}),
    feeds=frozenset({"authorised-tax"}),
    purpose=Purpose.FINANCE.value,
    from_on=TODAY - timedelta(days=30),
    until_on=TODAY + timedelta(days=30),
)


def agreed(
    subject: Subject, people: People, policy: Policy, *, now: datetime = NOW, **changes: object
) -> Consent:
    terms = replace(TERMS, **changes)  # type: ignore[arg-type]
    agreement = Agreement(subject=subject, terms=terms, way=Way.ONLINE)
    return enter_consent(agreement, actor=people.wang, policy=policy, now=now)

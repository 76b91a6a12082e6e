"""Named people of the tests: who works where, in which roles."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from xinheng.core.roles import Role
from xinheng.store.models import Inspector, Organisation, OrganisationKind, OrganisationName, RoleGrant, User

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class People:
    """A city with one department: Li collects, Wang reviews, Zhao decides, Chen audits, Zhou guards secrets."""

    city: Organisation
    market: Organisation
    li: User
    wang: User
    zhao: User
    chen: User
    zhou: User


def make_people() -> People:
    city = make_organisation("kaifeng.city", OrganisationKind.CITY, "开封市", None)
    market = make_organisation("kaifeng.market_regulation", OrganisationKind.DEPARTMENT, "市市场监管局", city)
    return People(
        city=city,
        market=market,
        li=make_user("li", "李收集", market, Role.COLLECTOR),
        wang=make_user("wang", "王审核", city, Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR),
        zhao=make_user("zhao", "赵决定", city, Role.DECIDER),
        chen=make_user("chen", "陈审计", city, Role.AUDITOR),
        zhou=make_user("zhou", "周保密", city, Role.SECRECY_REVIEWER),
    )


def make_organisation(key: str, kind: str, name: str, parent: Organisation | None) -> Organisation:
    organisation = Organisation.objects.create(key=key, kind=kind, parent=parent, division_code="410200")
    OrganisationName.objects.create(organisation=organisation, name=name)
    return organisation


def make_user(username: str, name: str, organisation: Organisation, *roles: Role) -> User:
    user = User.objects.create_user(username, PASSWORD, display_name=name, organisation=organisation)
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, organisation=organisation, from_on=date(2026, 1, 1))
    return user


def make_inspectors(organisation: Organisation, count: int) -> None:
    """Officers certified for food, numbered from 4102000000."""
    Inspector.objects.bulk_create(
        Inspector(
            organisation=organisation,
            certificate_no=f"410200{number:04d}",
            name=f"执法员{number}",
            lines=["food"],
            certified_until=date(2028, 1, 1),
        )
        for number in range(count)
    )

"""Sets up the organisations that a city's policy names, and finds them by key.

A name that changes in policy closes the earlier one; the organisation stays the same.
"""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.store.organisations import Organisation, OrganisationKind, OrganisationName


@transaction.atomic
def set_up_organisations(policy: Policy, *, on: date) -> Organisation:
    """City, counties, towns, zones and departments of the pack; calling it again changes only what differs."""
    city = policy.city
    root = _unit(city.slug, OrganisationKind.CITY, city.name, parent=None, division=city.code, on=on)
    counties = {
        code: _unit(
            f"{city.slug}.{code}", OrganisationKind.COUNTY, county.name, parent=root, division=code, on=on
        )
        for code, county in policy.counties.items()
        if county.until is None
    }
    _towns(policy, counties, on=on)
    for key, zone in policy.zones.items():
        _unit(
            f"{city.slug}.zone.{key}",
            OrganisationKind.ZONE,
            zone.name,
            parent=root,
            division=city.code,
            on=on,
        )
    for key, agency in policy.agencies.agencies.items():
        if agency.until is None or agency.until > on:
            _unit(key, OrganisationKind.DEPARTMENT, agency.name, parent=root, division=city.code, on=on)
    return root


def _towns(policy: Policy, counties: Mapping[str, Organisation], *, on: date) -> None:
    """Towns and streets that stand on the day, under their county; those that have ended lose their present name."""
    for code, town in policy.towns.items():
        key = f"{policy.city.slug}.{code}"
        if town.stands_on(on) and town.county in counties:
            unit = _unit(
                key,
                OrganisationKind.TOWN,
                town.name,
                parent=counties[town.county],
                division=town.county,
                on=on,
                since=town.since,
            )
            if unit.parent_id != counties[town.county].pk:
                unit.parent, unit.division_code = counties[town.county], town.county
                unit.save(update_fields=["parent", "division_code"])
        elif town.until is not None and town.until <= on:
            OrganisationName.objects.filter(organisation__key=key, to_on__isnull=True).update(
                to_on=town.until
            )


def refuse_another_city(policy: Policy) -> None:
    """One city a database: raises Refusal where the database already belongs to another one."""
    root = Organisation.objects.filter(kind=OrganisationKind.CITY).exclude(key=policy.city.slug).first()
    if root is not None:
        raise Refusal(
            "O03",
            f"这个数据库已用于“{root.key}”，不能用作{policy.city.name}。",
            advice="一座城市一个数据库：请更换 XINHENG_DATABASE_URL，或把 CITY 改回原来的城市。",
        )


def city() -> Organisation:
    """The city to which the database belongs; it answers for what came from nobody else."""
    return Organisation.objects.filter(kind=OrganisationKind.CITY).order_by("pk")[0]


def organisation_for(policy: Policy, key: str | None) -> Organisation:
    """The organisation with this key, or the lead body of credit work; raises Refusal with the known keys."""
    wanted = key or policy.city.lead[0]
    found = Organisation.objects.filter(key=wanted).first()
    if found is None:
        known = "、".join(sorted(policy.agencies.agencies))
        raise Refusal("O01", f"没有单位“{wanted}”。", advice=f"可用的单位：{known}")
    return found


def _unit(
    key: str,
    kind: OrganisationKind,
    name: str,
    *,
    parent: Organisation | None,
    division: str,
    on: date,
    since: date | None = None,
) -> Organisation:
    unit, _ = Organisation.objects.get_or_create(
        key=key, defaults={"kind": kind, "parent": parent, "division_code": division}
    )
    current = unit.names.filter(to_on__isnull=True).first()
    if current is None:
        OrganisationName.objects.create(organisation=unit, name=name, from_on=since)
    elif current.name != name:
        current.to_on = on
        current.save(update_fields=["to_on"])
        OrganisationName.objects.create(organisation=unit, name=name, from_on=on)
    return unit

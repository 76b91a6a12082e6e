from datetime import date
from itertools import product
from pathlib import Path

import pytest

from xinheng.core.access import (
    Actor,
    Grant,
    Target,
    access_table,
    check_grants,
    may,
    may_somewhere,
    needs_second_factor,
)
from xinheng.core.roles import (
    ADMINISTRATORS,
    LOGGED_WITH_REASON,
    NEVER_ON_ONESELF,
    OF_ENTERPRISES,
    REACHES,
    Reach,
    Role,
    Verb,
)

DAY = date(2026, 11, 20)
CITY, COUNTY, BUREAU, OTHER = 1, 2, 3, 4
ENTERPRISE = 77


def grant(role, **changes):
    organisation = None if role in OF_ENTERPRISES else CITY
    subjects = frozenset({ENTERPRISE}) if role in OF_ENTERPRISES else frozenset()
    given = {"organisation": organisation, "subjects": subjects, "from_on": date(2026, 1, 1)}
    return Grant(role=role, **(given | changes))


def person(*grants, user=9):
    return Actor(user=user, grants=grants)


EVERYTHING = Target(organisations=(CITY, COUNTY, BUREAU), subject=ENTERPRISE, assigned=frozenset({9}))


@pytest.mark.row("M17-01")
@pytest.mark.parametrize("role", Role)
def test_a_role_can_do_what_the_table_says_and_nothing_else(role):
    actor = person(grant(role, subjects=frozenset({ENTERPRISE})))
    for verb in Verb:
        answer = may(actor, verb, EVERYTHING, on=DAY)
        assert answer.allowed == (role in REACHES[verb])
        assert answer.allowed or verb.label in answer.reason


def test_every_verb_has_a_label_and_somebody_who_may():
    assert all(verb.label and REACHES[verb] for verb in Verb)
    assert all(role.label for role in Role)
    assert set(REACHES) == set(Verb)


def test_every_role_can_do_something():
    assert {role for roles in REACHES.values() for role in roles} == set(Role)


@pytest.mark.row("M17-01")
@pytest.mark.parametrize(
    ("organisation", "path", "allowed"),
    [
        (BUREAU, (CITY, COUNTY, BUREAU), True),
        (COUNTY, (CITY, COUNTY, BUREAU), True),
        (CITY, (CITY, COUNTY, BUREAU), True),
        (OTHER, (CITY, COUNTY, BUREAU), False),
        (BUREAU, (CITY, COUNTY), False),
        (BUREAU, (), False),
    ],
)
def test_a_grant_counts_for_its_organisation_and_all_below(organisation, path, allowed):
    actor = person(grant(Role.COLLECTOR, organisation=organisation))
    assert bool(may(actor, Verb.IMPORT_FILE, Target(organisations=path), on=DAY)) == allowed


@pytest.mark.parametrize(
    ("from_on", "to_on", "allowed"),
    [
        (DAY, None, True),
        (date(2026, 11, 21), None, False),
        (date(2026, 1, 1), DAY, False),
        (date(2026, 1, 1), date(2026, 11, 21), True),
    ],
)
def test_a_grant_counts_from_its_first_day_to_the_day_before_its_last(from_on, to_on, allowed):
    actor = person(grant(Role.DECIDER, from_on=from_on, to_on=to_on))
    answer = may(actor, Verb.DECIDE_CASE, EVERYTHING, on=DAY)
    assert answer.allowed == allowed
    assert allowed or "有效期" in answer.reason
    assert may_somewhere(actor, Verb.DECIDE_CASE, on=DAY) == allowed
    assert needs_second_factor(actor, on=DAY) == allowed


@pytest.mark.row("M13-04")
def test_an_enterprise_reaches_its_own_file_and_no_other():
    owner = person(grant(Role.ENTERPRISE_OWNER))
    assert may(owner, Verb.READ_OWN_FILE, Target(subject=ENTERPRISE), on=DAY)
    assert not may(owner, Verb.READ_OWN_FILE, Target(subject=78), on=DAY)
    assert not may(owner, Verb.READ_OWN_FILE, Target(), on=DAY)
    assert not may(owner, Verb.READ_SUBJECT_FILE, Target(subject=ENTERPRISE), on=DAY)


def test_an_inspector_reaches_the_tasks_assigned_to_him():
    inspector = person(grant(Role.INSPECTOR))
    assert may(inspector, Verb.RECORD_VISIT, Target(organisations=(OTHER,), assigned=frozenset({9})), on=DAY)
    assert not may(
        inspector, Verb.RECORD_VISIT, Target(organisations=(CITY,), assigned=frozenset({8})), on=DAY
    )


@pytest.mark.guard("G9")
def test_ended_records_are_for_audit_and_litigation_with_a_reason():
    assert set(REACHES[Verb.READ_ENDED_RECORDS]) == {Role.AUDITOR, Role.LEGAL_REVIEWER}
    assert may(person(grant(Role.AUDITOR)), Verb.READ_ENDED_RECORDS, EVERYTHING, on=DAY).needs_reason


def test_only_verbs_of_the_list_ask_for_a_reason():
    for verb, roles in REACHES.items():
        role = next(iter(roles))
        answer = may(person(grant(role, subjects=frozenset({ENTERPRISE}))), verb, EVERYTHING, on=DAY)
        assert answer.needs_reason == (verb in LOGGED_WITH_REASON)


@pytest.mark.parametrize("verb", sorted(NEVER_ON_ONESELF))
def test_nobody_administers_the_own_account(verb):
    role = next(iter(REACHES[verb]))
    actor = person(grant(role), user=9)
    assert not may(actor, verb, Target(organisations=(CITY,), account=9), on=DAY)
    assert may(actor, verb, Target(organisations=(CITY,), account=10), on=DAY)


def test_a_person_without_grants_may_nothing():
    assert not any(may(person(), verb, EVERYTHING, on=DAY) for verb in Verb)
    assert not any(may_somewhere(person(), verb, on=DAY) for verb in Verb)


@pytest.mark.row("M17-01")
@pytest.mark.parametrize(
    ("one", "other"),
    [(one, other) for one, other in product(ADMINISTRATORS, Role) if one != other],
)
def test_administrators_hold_no_second_role(one, other):
    assert check_grants([grant(one), grant(other)])


@pytest.mark.row("M17-01")
def test_the_three_administrations_share_no_verb_that_changes_something():
    reading = {verb for verb in Verb if verb.startswith(("read_", "search_", "export_"))}
    for one, other in ((Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), (Role.SYSTEM_ADMIN, Role.AUDITOR)):
        shared = {verb for verb in set(Verb) - reading if one in REACHES[verb] and other in REACHES[verb]}
        assert not shared
    assert {verb for verb in Verb if Role.AUDITOR in REACHES[verb]} <= reading


@pytest.mark.parametrize(
    ("one", "other", "allowed"),
    [
        (Role.COLLECTOR, Role.REVIEWER, True),
        (Role.REVIEWER, Role.DECIDER, True),
        (Role.INSPECTOR, Role.ENFORCEMENT_SUPERVISOR, False),
        (Role.ENTERPRISE_OWNER, Role.WINDOW_CLERK, False),
        (Role.ENTERPRISE_OWNER, Role.ASSOCIATION, False),
        (Role.COLLECTOR, Role.COLLECTOR, True),
    ],
)
def test_which_roles_may_meet_in_one_person(one, other, allowed):
    assert (check_grants([grant(one), grant(other)]) == ()) == allowed


def test_roles_held_one_after_the_other_do_not_collide():
    before = grant(Role.SYSTEM_ADMIN, to_on=date(2026, 6, 1))
    assert check_grants([before, grant(Role.AUDITOR, from_on=date(2026, 6, 1))]) == ()
    assert check_grants([before, grant(Role.AUDITOR, from_on=date(2026, 5, 31))])


@pytest.mark.parametrize(
    "wrong",
    [
        grant(Role.ENTERPRISE_AGENT),
        grant(Role.ENTERPRISE_OWNER, subjects=frozenset()),
        grant(Role.COLLECTOR, organisation=None),
        grant(Role.COLLECTOR, to_on=date(2025, 1, 1)),
    ],
)
def test_a_grant_without_scope_or_term_is_named(wrong):
    assert len(check_grants([wrong])) == 1
    agent = grant(Role.ENTERPRISE_AGENT, to_on=date(2027, 1, 1))
    assert check_grants([agent]) == ()


def test_nobody_but_the_assigned_inspector_reaches_by_assignment():
    assigned = {
        role for roles in REACHES.values() for role, reach in roles.items() if reach is Reach.ASSIGNED
    }
    assert assigned == {Role.INSPECTOR}


def test_the_documented_table_is_the_table():
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")
    assert access_table() in page

"""Which open cases wait for one person: those in a state from which a step of theirs leads, what is due first in front."""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from xinheng.core.access import Actor
from xinheng.core.flow_migration import Move, past_of
from xinheng.core.flows import APPROVAL, available, hands
from xinheng.core.procedures import flow_of, flows
from xinheng.core.roles import Role
from xinheng.services.accounts import actor_of
from xinheng.services.cases import are_all, roles_held
from xinheng.services.reach import tree
from xinheng.store.accounts import User
from xinheng.store.case_moves import Recusal
from xinheng.store.casework import Case, CaseEvent

_OLDEST = """
SELECT found.id
FROM unnest(%(kinds)s::text[], %(states)s::text[], %(versions)s::int[]) place (kind, state, version)
CROSS JOIN unnest(%(units)s::bigint[]) unit (id)
CROSS JOIN LATERAL (
    SELECT id FROM store_case
    WHERE closed_at IS NULL AND kind = place.kind AND state = place.state AND flow_version = place.version {of_unit}
    ORDER BY id LIMIT %(most)s
) found
CROSS JOIN LATERAL (
    SELECT min(due_on) AS due_on FROM store_casedeadline WHERE case_id = found.id AND ended_on IS NULL
) clock
ORDER BY clock.due_on, found.id
"""
_EVERYWHERE, _OF_UNITS = (_OLDEST.format(of_unit=words) for words in ("", "AND organisation_id = unit.id"))
"""A condition that names every unit would keep the planner from the order asked for."""


def waiting_for(user: User, organisations: Sequence[int], *, on: date, most: int) -> list[Case]:
    """Open cases of these units in which this person may take a step now, of the ``most`` oldest in each state and unit.

    Approvals are left out: their drafts have pages of their own (``cases.desk``).
    """
    actor = actor_of(user)
    held = frozenset(grant.role for grant in actor.grants if grant.in_force(on))
    numbers = _oldest(held, organisations, most=most)
    found: list[Case] = []
    for start in range(0, len(numbers), most):
        found += _available(numbers[start : start + most], actor, on=on)
        if len(found) >= most:
            break
    return found[:most]


def _oldest(held: frozenset[Role], organisations: Sequence[int], *, most: int) -> list[int]:
    places = [
        (flow.name, state.key, flow.version)
        for flow in flows()
        for state in flow.states
        if flow.name != APPROVAL.name and hands(flow, state=state.key) & held
    ]
    everywhere = are_all(organisations)
    asked: dict[str, list[int] | list[str] | int] = {
        "kinds": [kind for kind, _, _ in places],
        "states": [state for _, state, _ in places],
        "versions": [version for _, _, version in places],
        "units": [0] if everywhere else list(organisations),
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EVERYWHERE if everywhere else _OF_UNITS, asked)
        return [number for (number,) in cursor.fetchall()]


def _available(numbers: Sequence[int], actor: Actor, *, on: date) -> list[Case]:
    """Those of these cases in which the person has a step now, in the order given."""
    cases = Case.objects.select_related("subject", "organisation__parent").in_bulk(numbers)
    moves: dict[int, list[Move]] = {number: [] for number in numbers}
    for event in CaseEvent.objects.filter(case__in=numbers).order_by("case_id", "sequence"):
        moves[event.case_id].append(Move(event.verb, event.taken_by, event.details.get("verbs")))
    out = set(
        Recusal.objects.filter(case__in=numbers, person=actor.user, granted=True).values_list(
            "case_id", flat=True
        )
    )
    units = tree()
    return [
        case
        for case in (cases[number] for number in numbers if number not in out)
        if available(
            flow_of(case.flow, case.flow_version),
            state=case.state,
            actor=actor.user,
            roles=roles_held(actor, units.path(case.organisation_id), on=on),
            history=past_of(moves[case.pk]),
        )
    ]

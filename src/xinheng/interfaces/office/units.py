"""The organisations among which an officer may choose in a form: those that the right reaches."""

from collections.abc import Mapping

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.store.organisations import Organisation


def units_reached(call: Call, verb: Verb) -> dict[str, Organisation]:
    """By public id."""
    units = Organisation.objects.filter(pk__in=call.reach(verb)).order_by("pk")
    return {unit.public_id: unit for unit in units}


def choices_of(call: Call, units: Mapping[str, Organisation]) -> list[tuple[str, str]]:
    """As a form field takes them."""
    return [(key, call.tree.name(unit.pk)) for key, unit in units.items()]

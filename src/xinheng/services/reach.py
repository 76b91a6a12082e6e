"""Which organisations a person's roles reach: the bounds of every list in the office.

A role counts for its organisation and all below it, or for the whole city (core.roles); a list never shows more than
the verb that opens it reaches.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from xinheng.core.access import Actor
from xinheng.core.roles import REACHES, Reach, Verb
from xinheng.store.organisations import Organisation, OrganisationName


@dataclass(frozen=True)
class Tree:
    """All organisations with their parents and present names."""

    parents: Mapping[int, int | None]
    keys: Mapping[int, str]

    @property
    def root(self) -> int:
        """The city."""
        return next(one for one, parent in self.parents.items() if parent is None)

    @cached_property
    def names(self) -> Mapping[int, str]:
        found = OrganisationName.objects.filter(to_on__isnull=True).values_list("organisation_id", "name")
        return dict(found)

    def name(self, organisation: int) -> str:
        return self.names.get(organisation) or self.keys.get(organisation, "")

    def path(self, organisation: int) -> tuple[int, ...]:
        """Ids from the root to the organisation."""
        found = [organisation]
        while (above := self.parents[found[-1]]) is not None:
            found.append(above)
        return tuple(reversed(found))

    def within(self, organisation: int) -> frozenset[int]:
        """The organisation and all below it."""
        return frozenset(one for one in self.parents if organisation in self.path(one))


def tree() -> Tree:
    """The organisations as they stand now."""
    rows = list(Organisation.objects.values_list("pk", "parent_id", "key"))
    return Tree({pk: parent for pk, parent, _ in rows}, {pk: key for pk, _, key in rows})


def reached(actor: Actor, verb: Verb, *, on: date, among: Tree) -> frozenset[int]:
    """Organisations to which the person's living grants carry the verb."""
    found: set[int] = set()
    for grant in actor.grants:
        reach = REACHES[verb].get(grant.role)
        if reach is None or not grant.in_force(on):
            continue
        if reach is Reach.CITY:
            return frozenset(among.parents)
        if reach is Reach.WITHIN and grant.organisation is not None:
            found |= among.within(grant.organisation)
    return frozenset(found)

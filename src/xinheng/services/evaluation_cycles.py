"""When the results of each model fall due, by the model's own cycle or the city's, and whose task that is.

The shorter cycle holds; where neither is known there is none (汴政办〔2020〕46号第13项; 宛政办〔2020〕17号四（四）; legal guard
G15). Reminded are those who may run models in the organisations that hold the model's sector in their 权责清单.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from xinheng.core.model_history import due_on
from xinheng.core.models import ScoringModel
from xinheng.core.policy import Policy
from xinheng.services.models import CYCLE, longest_cycle
from xinheng.services.policies import MODEL
from xinheng.store.organisations import Organisation
from xinheng.store.policy_versions import PolicyVersion
from xinheng.store.scores import EvaluationRun

REMIND_DAYS = 30
"""How long before its day a model stands on the desk."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A cycle in months with where it comes from."""

    months: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Cycle:
    """``due_on`` is None where nobody has set a cycle, and for a pack that this city has neither run nor published;
    ``owners`` are the organisations that the sector belongs to, the city itself where none is registered here."""

    model: ScoringModel
    rule: Rule | None
    last_on: date | None
    due_on: date | None
    owners: tuple[Organisation, ...]
    taken_up: bool


def cycles(policy: Policy, *, today: date, models: Iterable[ScoringModel] | None = None) -> tuple[Cycle, ...]:
    """Of every model in force, what is due first in front, those without a cycle last."""
    wanted = tuple(policy.models.values() if models is None else models)
    last = _last_days(wanted)
    since = _first_days(wanted, today=today)
    keys = {key for model in wanted for key in owner_keys(model, policy)}
    units = {unit.key: unit for unit in Organisation.objects.filter(key__in=keys)}
    roots = tuple(Organisation.objects.filter(parent__isnull=True).order_by("pk"))
    found = []
    for model in wanted:
        rule = rule_of(model, policy=policy, on=today)
        last_on = last.get(model.id)
        taken_up = last_on is not None or model.id in since
        begun = since.get(model.id, today)
        due = due_on(last_as_of=last_on, in_force_on=begun, months=rule.months) if rule and taken_up else None
        owners = tuple(units[key] for key in owner_keys(model, policy) if key in units) or roots
        found.append(Cycle(model, rule, last_on, due, owners, taken_up))
    return tuple(sorted(found, key=lambda cycle: (cycle.due_on or date.max, cycle.model.id)))


def when_due(model: ScoringModel, policy: Policy, *, today: date) -> Cycle:
    return cycles(policy, today=today, models=[model])[0]


def rule_of(model: ScoringModel, *, policy: Policy, on: date) -> Rule | None:
    """The shorter of the model's and the city's; the model's where they are equal."""
    rules = []
    if model.cycle_months:
        figures = model.figures
        source = (
            policy.sources[figures.source].cite(figures.clause) if figures.source in policy.sources else ""
        )
        rules.append(Rule(model.cycle_months, f"模型（{source}）", figures.verified))
    longest = longest_cycle(policy, on=on)
    if longest:
        reading = policy.parameter(CYCLE, on=on)
        rules.append(Rule(longest, reading.citation, reading.verified))
    return min(rules, key=lambda rule: rule.months, default=None)


def owner_keys(model: ScoringModel, policy: Policy) -> tuple[str, ...]:
    """Agencies whose sector it is, or those that lead where no agency holds it."""
    return policy.agencies.of_sector(model.owner) or tuple(policy.city.lead)


def _last_days(models: Iterable[ScoringModel]) -> dict[str, date]:
    runs = EvaluationRun.objects.filter(model__in=[model.id for model in models], base__isnull=True)
    return dict(runs.order_by().values_list("model").annotate(last=Max("as_of")))


def _first_days(models: Iterable[ScoringModel], *, today: date) -> dict[str, date]:
    """From when the version in force holds, for those that the office has published."""
    rows = PolicyVersion.objects.filter(
        kind=MODEL, key__in=[model.id for model in models], from_on__lte=today
    )
    return dict(rows.order_by("from_on", "pk").values_list("key", "from_on"))

"""Keeps the inventory of local rules that make lists or measures, with what persons found them to be (requirements M9-09).

The machine only hints (core.local_rules); a rule marked as exceeding can be neither chosen nor followed here, because only
the registry can (国办发〔2020〕49号).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from xinheng.core.local_rules import About, Rule, hints
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Rank
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.listings import LocalRule, RuleState


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A rule as somebody reads it in a document."""

    title: str
    document_no: str
    issuer: str
    issued_on: date | None
    rank: Rank
    about: About
    sets: str


@transaction.atomic
def enter_rule(found: Found, *, actor: User, now: datetime) -> LocalRule:
    """Refusals: RU1 something is missing, RU2 it is in the inventory."""
    needed = (found.title, found.document_no, found.issuer, found.sets)
    if not all(one.strip() for one in needed):
        raise Refusal(
            "RU1", "须写明文件名称、文号、发文机关和所设的名单或者措施。", advice="请照文件原文填写。"
        )
    try:
        with transaction.atomic():
            made = LocalRule.objects.create(
                title=found.title.strip()[:200],
                document_no=found.document_no.strip()[:100],
                issuer=found.issuer.strip()[:120],
                issued_on=found.issued_on,
                rank=found.rank.value,
                about=found.about.value,
                sets=found.sets.strip()[:200],
                organisation=actor.organisation,
                entered_by=actor,
                entered_at=now,
            )
    except IntegrityError:
        raise Refusal(
            "RU2", "清单中已有这份文件的这一条。", advice="请在清单中打开；一份文件设几项的，分项登记。"
        ) from None
    note("rule.entered", now=now, actor=actor, object=f"rule:{made.public_id}")
    return made


def hints_of(rule: LocalRule, policy: Policy) -> tuple[str, ...]:
    """What the registry says of the rule today."""
    short = Rule(About(rule.about), rule.sets, Rank(rule.rank))
    return hints(short, lists=policy.lists, measures=policy.measures)


@transaction.atomic
def assess_rule(public_id: str, *, state: RuleState, finding: str, actor: User, now: datetime) -> LocalRule:
    """A person says what the rule is, or what became of it. Refusals: RU3 without a reason, RU4 back to open, RU5 by who
    entered it."""
    rule = LocalRule.objects.select_for_update().get(public_id=public_id)
    if len(finding.strip()) < 4:
        raise Refusal("RU3", "评估须写明理由。", advice="请对照国家清单写明符合或者超出在哪里。")
    if state == RuleState.OPEN:
        raise Refusal("RU4", "已经评估的不能改回待评估。", advice="请选择评估结论。")
    if rule.entered_by_id == actor.pk:
        raise Refusal("RU5", "登记人不能自己评估。", advice="请由法制审核人或者另一人评估。")
    rule.state, rule.finding = state, finding.strip()[:500]
    rule.assessed_by, rule.assessed_at = actor, now
    rule.save()
    note(
        "rule.assessed",
        now=now,
        actor=actor,
        object=f"rule:{public_id}",
        reason=rule.finding[:200],
        payload={"state": rule.state},
    )
    return rule

"""Who fits the rules of a pool, found in the database by one question; how many they are, and what the rules are called.

The rule of the matter as it was approved with the plan, what the plan narrows it to, and the rule of the matter as it stands
today hold together: a rule that was widened since takes in nobody more, one that was narrowed is kept to at once (G7).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from xinheng.core.catalogue import Item
from xinheng.core.inspection_matters import Matter
from xinheng.core.inspection_objects import ANYBODY, NamedRule, ObjectParts, names_of
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.store.commitments import Commitment
from xinheng.store.inspections import Plan
from xinheng.store.records import Record, RecordDetail
from xinheng.store.subjects import Subject, SubjectStatus

CERTIFICATE, GRANTED = "许可证书名称", "granted"
AT_REST = (
    SubjectStatus.SUSPENDED,
    SubjectStatus.REVOKED,
    SubjectStatus.CANCELLED,
    SubjectStatus.MOVED,
)


def rules_of(plan: Plan, *, policy: Policy) -> tuple[NamedRule, ...]:
    """The rules that the pool of a plan keeps to, the matter's first; each of another content only once."""
    matter = policy.inspection_matters.matters.get(plan.matter_key)
    rules = [NamedRule(f"事项“{plan.matter}”的对象规则", approved_rule(plan, matter))]
    if plan.scope:
        rules.append(NamedRule("本计划的范围", ObjectParts.model_validate(plan.scope)))
    if rule_has_changed(plan, policy=policy):
        rules.append(NamedRule("批准后改动的事项对象规则", matter.rule if matter else ANYBODY))
    return tuple(rules)


def approved_rule(plan: Plan, matter: Matter | None) -> ObjectParts:
    """The rule of the matter that was put to the decider; of a plan older than the rules that of today."""
    if plan.object_rule is not None:
        return ObjectParts.model_validate(plan.object_rule)
    return matter.rule if matter else ANYBODY


def rule_has_changed(plan: Plan, *, policy: Policy) -> bool:
    """Whether the rule of the matter is another today than the one that was put to the decider."""
    matter = policy.inspection_matters.matters.get(plan.matter_key)
    return matter is not None and approved_rule(plan, matter).version != matter.rule.version


def fitting(rules: Iterable[ObjectParts], *, policy: Policy, on: date, of: str = "") -> Q:
    """The condition on subjects that all rules make. ``of``: the way from the row asked for to its subject, as ``subject__``."""
    found = ~Q(**{f"{of}status__in": AT_REST})
    for rule in rules:
        found &= _fitting(rule, policy, on, of)
    return found


def _fitting(rule: ObjectParts, policy: Policy, on: date, of: str) -> Q:
    found, key = Q(), f"{of}pk__in"
    if rule.kinds:
        found &= Q(**{f"{of}kind__in": [kind.value for kind in rule.kinds]})
    if rule.sectors:
        found &= Q(**{f"{of}sector__in": sorted(policy.sectors.under(rule.sectors))})
    if rule.industries:
        found &= _beginning(f"{of}industry_code", rule.industries)
    if rule.districts:
        found &= _beginning(f"{of}division_code", [_area(code) for code in rule.districts])
    if rule.permits:
        found &= Q(**{key: _holders(rule.permits, on=on)})
    if rule.commitments:
        found &= Q(**{key: _bound(rule.commitments, on=on)})
    return found


def _beginning(field: str, prefixes: Iterable[str]) -> Q:
    found = Q()
    for prefix in prefixes:
        found |= Q(**{f"{field}__startswith": prefix})
    return found


def _area(code: str) -> str:
    """What the codes of all that lies in a division begin with: 410200 is the whole city, 410202 one county."""
    while code.endswith("00"):
        code = code[:-2]
    return code


def _holders(certificates: Iterable[str], *, on: date) -> QuerySet[Record, Any]:
    """Subjects that hold a certificate of one of these names on a day, by living records of permits."""
    named = RecordDetail.objects.filter(fields__has_key=CERTIFICATE).annotate(
        certificate=KeyTextTransform(CERTIFICATE, "fields")
    )
    return (
        living_permits(on=on)
        .filter(pk__in=named.filter(certificate__in=list(certificates)).values("pk"))
        .values("subject_id")
    )


def living_permits(*, on: date) -> QuerySet[Record]:
    """Records of permits that stand and are valid on a day."""
    return Record.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        item=Item.PERMIT,
        known_until__isnull=True,
        state__in=STANDING,
        result=GRANTED,
    )


def _bound(kinds: Iterable[str], *, on: date) -> QuerySet[Commitment, Any]:
    """Subjects bound by a registered commitment of one of these types that nobody has determined yet."""
    open_ones = Commitment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on),
        kind__in=list(kinds),
        registered_at__isnull=False,
        outcome="",
    )
    return open_ones.values(standing=Coalesce("subject__merged_into", "subject_id"))


def count_objects(policy: Policy, *, on: date) -> Mapping[str, int]:
    """By matter of the list, how many of the register fit its rule on a day, graded or not."""
    standing = policy.inspection_matters.standing(on=on)
    if not standing:
        return {}
    counted = {
        key: Count("pk", filter=fitting((matter.rule,), policy=policy, on=on))
        for key, matter in standing.items()
    }
    return dict(Subject.objects.filter(merged_into__isnull=True).aggregate(**counted))


def count_fitting(plan: Plan, *, policy: Policy, on: date) -> int:
    """How many of the register fit all rules of a plan, graded or not."""
    rules = [one.rule for one in rules_of(plan, policy=policy)]
    own = Subject.objects.filter(fitting(rules, policy=policy, on=on), merged_into__isnull=True)
    return own.count()


def refuse_nobody(plan: Plan, *, policy: Policy) -> Refusal:
    """No object fits: the draw would be one from nobody."""
    words = "；".join(
        f"{one.name}：{one.rule.words(names_of(policy))}" for one in rules_of(plan, policy=policy)
    )
    return Refusal(
        "PLAN-OBJECTS",
        f"“{plan.title}”没有符合规则的检查对象。{words}。",
        citation="《优化营商环境条例》第五十四条",
        advice="请核对计划的范围和所用的评价结果；规则不合适的，先修改抽查事项清单",
    )

"""The part of a market ban in the forms of measures: the fault that its statute names, the clause, and why the facts fit."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms

from xinheng.core.ban_faults import Finding, Fit, fit_of
from xinheng.core.flows import Step
from xinheng.core.measure_basis import Basis
from xinheng.core.measure_check import cite_ban
from xinheng.core.measures import BanRule
from xinheng.core.policy import Policy
from xinheng.interfaces.office.cases_kinds import PolicyForm, SometimesChoice, SometimesField
from xinheng.interfaces.web.refusals import Beside
from xinheng.services.measures_findings import finding_of, words_of_finding
from xinheng.store.casework import Case

BESIDE: Beside = {
    "BAN-UNLISTED": "ban",
    "BAN-FAULT": "ban",
    "BAN-CLAUSE": "ban_clause",
    "BAN-FINDING": "fits",
    "BAN-TERM": "months",
    "BAN-BODY": "body",
}
FIELDS = ("ban", "ban_clause", "fits")
_BY_LIST = "所列名单已经按这一条款认定"
Options = list[tuple[str, str | list[tuple[str, str]]]]


def bans_for(basis: Basis, policy: Policy) -> dict[str, BanRule]:
    """The bans that the ground may carry; whether it does is found by a person."""
    return {
        key: rule
        for key, rule in policy.measures.bans.items()
        if not rule.persons_only and fit_of(rule, basis) is not Fit.UNRELATED
    }


def options(basis: Basis, policy: Policy) -> Options:
    """Ban and fault in one choice, so that no wrong pair can be sent."""
    found: Options = [("", "没有")]
    for key, rule in bans_for(basis, policy).items():
        faults = [(f"{key}|{name}", title) for name, title in fault_words(rule)]
        if fit_of(rule, basis) is Fit.NAMED:
            faults.insert(0, (f"{key}|", _BY_LIST))
        found.append((f"{rule.title}（期限{rule.span}）", faults))
    return found


def fault_words(rule: BanRule) -> Iterator[tuple[str, str]]:
    """Each fault with its clause; what nobody compared with the statute says so."""
    for name, fault in rule.faults.items():
        yield name, f"{fault.title}{'' if fault.verified else '（归纳，待与原文核对）'}"


def unfit(basis: Basis, policy: Policy) -> list[dict[str, str]]:
    """Bans that have nothing to do with the ground, with the statute that says for what they are."""
    return [
        {"title": rule.title, "basis": cite_ban(rule, policy.sources)}
        for rule in policy.measures.bans.values()
        if not rule.persons_only and fit_of(rule, basis) is Fit.UNRELATED
    ]


def clause_field() -> forms.CharField:
    return SometimesField(label="情形所在的条、款、项", required=False, max_length=60)


def fits_field() -> forms.CharField:
    return SometimesField(
        label="事实为什么属于这种情形",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecideForm(PolicyForm):
    """Of a ban, the decider's own finding stands beside the reason, and nothing of it is chosen beforehand; other measures
    ask for the reason alone."""

    beside: ClassVar[Beside] = {"BAN-FAULT": "fault", "BAN-CLAUSE": "clause", "BAN-FINDING": "fits"}

    def __init__(self, step: Step, case: Case, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(step, case, *args, policy=policy, **kwargs)
        ban, proposed, _ = finding_of(case)
        rule = policy.measures.bans.get(ban)
        if rule is None:
            return
        fault = SometimesChoice(label=f"{rule.title}：法定情形", required=False)
        fault.choices = [("", _BY_LIST if not proposed.fault else "请选择"), *fault_words(rule)]
        self.fields |= {"fault": fault, "clause": clause_field(), "fits": fits_field()}
        said = words_of_finding(case, policy=policy)
        self.fields["clause"].help_text = "对照法律原文填写，例如：第七十七条第一款第（一）项。"
        self.fields["fits"].help_text = (
            f"由您认定，写入决定书，与提出人分别负责。提出时写的是：{said}"
            if said
            else "由您认定，写入决定书。"
        )
        self.order_fields(["seen", "fault", "clause", "fits", "reason"])

    @property
    def finding(self) -> Finding:
        given = self.cleaned_data
        return Finding(**{name: given.get(name, "") for name in ("fault", "clause", "fits")})

"""Checks whether commitments are kept, and decides on those that were not: told first, heard, by another person.

What was found becomes a new version of the commitment's record, so that it is objected to and repaired like any other and
ends with it everywhere (淮政办发〔2020〕80号二（一）; legal guard G15). A false commitment may take with it what was granted on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from xinheng.core.commitment_items import Variant
from xinheng.core.commitment_register import Outcome
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.breaches import hand_on, take_back
from xinheng.services.cases import Opening, last_step, open_case, take_step
from xinheng.services.commitments import KIND, SERIES, commitment_of, ground_of_record
from xinheng.services.commitments_records import FEED, record_of
from xinheng.services.letters import organ_of
from xinheng.services.letters_serving import served_on
from xinheng.services.records import Change, correct
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.commitments import Commitment
from xinheng.store.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an officer proposes: how far it was not kept, and by what evidence."""

    outcome: Outcome
    unperformed: str
    evidence: str


@transaction.atomic
def begin_check(commitment: Commitment, *, actor: User, policy: Policy, now: datetime) -> Case:
    """A case for a commitment that came without one, such as those of members of an association."""
    if commitment.case is not None:
        return commitment.case
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{commitment.title}：{commitment.subject.name}",
        organisation=commitment.organisation,
        subject=commitment.subject,
        ground=ground_of_record(commitment),
        details={"commitment": commitment.public_id},
    )
    case = open_case(opening, verb="register", actor=actor, policy=policy, now=now)
    commitment.case = case
    commitment.save(update_fields=["case"])
    return case


@transaction.atomic
def find_kept(
    case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> Commitment:
    """The check found it wholly kept. ``reason`` says what was looked at."""
    commitment = commitment_of(case)
    take_step(case.public_id, "keep", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen)
    return _settle(commitment, Outcome.FULL, actor=actor, policy=policy, now=now, reason=reason)


def propose_breach(
    case: Case,
    finding: Finding,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int | None = None,
) -> Case:
    """Propose that it was not kept; nothing follows yet. Refusals CM30 it was kept, CM31 it does not say what or how known."""
    if not finding.outcome.breached:
        raise Refusal("CM30", "全部履行的，不需要认定。", advice="请选择“核查通过，全部履行”。")
    if not finding.unperformed.strip() or not finding.evidence.strip():
        raise Refusal("CM31", "没有写明未履行的内容或者证据。", advice="请写明哪一项没有履行、证据是什么。")
    details = {
        "outcome": finding.outcome.value,
        "unperformed": finding.unperformed.strip()[:4000],
        "evidence": finding.evidence.strip()[:1000],
    }
    return take_step(
        case.public_id,
        "find",
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        details=details,
        seen_version=seen,
    )


@transaction.atomic
def notify_breach(
    case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> Case:
    """A second person has the enterprise told what is proposed; the letter is written upon this step."""
    commitment = commitment_of(case)
    _living(commitment)
    return take_step(
        case.public_id,
        "notify",
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        ground=ground_of_record(commitment),
        seen_version=seen,
    )


@transaction.atomic
def determine_breach(
    case: Case,
    *,
    pursued: str,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int | None = None,
) -> Commitment:
    """A person who did not propose it decides, and the city has the line at once. Refusals CM32 the record lives no more,
    CM33 it does not say what follows, CM34 the notice was not served, CM35 what was got by a false one is passed over."""
    commitment = commitment_of(case)
    _living(commitment)
    _refuse_untold(case)
    if not pursued.strip():
        raise Refusal(
            "CM33", "没有写明违诺责任怎样追究。", advice="请写明；撤销据此作出的决定的，写明撤销决定的文号。"
        )
    proposed = proposal_of(case)
    _refuse_left_over(commitment, Outcome(str(proposed.get("outcome", Outcome.NONE))), pursued)
    take_step(
        case.public_id,
        "determine",
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        ground=ground_of_record(commitment),
        details={"pursued": pursued.strip()[:4000]},
        seen_version=seen,
    )
    commitment.unperformed, commitment.pursued = str(proposed["unperformed"]), pursued.strip()[:4000]
    outcome = Outcome(str(proposed["outcome"]))
    done = _settle(commitment, outcome, actor=actor, policy=policy, now=now, reason=reason)
    hand_on(done, policy=policy, now=now)
    return done


@transaction.atomic
def overturn_breach(
    case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> Commitment:
    """The decision was wrong: the record says nothing against the enterprise any more."""
    commitment = commitment_of(case)
    take_step(
        case.public_id, "overturn", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )
    commitment.outcome, commitment.unperformed, commitment.pursued = "", "", ""
    commitment.determined_on, commitment.determined_by = None, None
    commitment.save()
    _write(commitment, "", actor=actor, policy=policy, now=now, reason=reason, case=case)
    take_back(commitment, now=now)
    return commitment


def proposal_of(case: Case) -> Mapping[str, Any]:
    """What was last proposed: outcome, what was not kept, evidence."""
    last = last_step(case, "find")
    return last.details if last else {}


def can_be_revoked(commitment: Commitment) -> str:
    """What was granted on the commitment and can be revoked where it was false; empty where nothing is known."""
    return commitment.act if Variant(commitment.variant).acts_first else ""


def _living(commitment: Commitment) -> Record:
    record = record_of(commitment)
    if record is None or not record.alive:
        raise Refusal(
            "CM32",
            "这份承诺的记录不存在或者已经失效，不能据此作出认定。",
            advice="请先核对企业档案中的承诺记录。",
        )
    return record


def _refuse_left_over(commitment: Commitment, outcome: Outcome, pursued: str) -> None:
    """What was granted on a false commitment is revoked or it is said why not; never left without a word."""
    if outcome is Outcome.FALSE and commitment.act and commitment.act not in pursued:
        raise Refusal(
            "CM35",
            f"企业凭这份虚假承诺取得了“{commitment.act}”，没有写明怎样处理。",
            citation="国办发〔2020〕42号（条文待核）",
            advice=f"请写明撤销“{commitment.act}”的决定文号；依法不撤销的，写明“{commitment.act}”不撤销的理由。",
        )


def _refuse_untold(case: Case) -> None:
    """Only in the state that the step needs: before it the flow says what is missing."""
    if case.state == "heard" and served_on(case, "breach_notice", after="notify") is None:
        raise Refusal(
            "CM34",
            "《违反承诺告知书》还没有送达，不能认定未履行。",
            citation="国办发〔2020〕49号；《行政处罚法》第四十四、四十五条",
            advice="请签发《违反承诺告知书》，送达并在文书上登记，听取陈述、申辩后再认定。",
        )


def _settle(
    commitment: Commitment, outcome: Outcome, *, actor: User, policy: Policy, now: datetime, reason: str
) -> Commitment:
    commitment.outcome = outcome.value
    commitment.determined_on = day_of(now)
    commitment.determined_by = commitment.organisation
    commitment.save()
    assert commitment.case is not None
    _write(
        commitment,
        outcome.result,
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        case=commitment.case,
    )
    return commitment


def _write(
    commitment: Commitment,
    result: str,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    case: Case,
) -> None:
    assert commitment.record_key is not None
    outcome = Outcome(commitment.outcome) if commitment.outcome else None
    rules, unit = policy.commitments, commitment.determined_by
    titles = {key: column.title for key, column in rules.columns()}
    fields = {
        titles["fulfilment"]: rules.fulfilments[outcome.fulfilment].title if outcome else "",
        titles["unperformed"]: commitment.unperformed,
        titles["pursued"]: commitment.pursued,
        titles["determined_on"]: commitment.determined_on.isoformat() if commitment.determined_on else "",
        titles["determined_by"]: organ_of(unit, policy=policy) if unit else "",
        titles["remarks"]: Outcome.FALSE.label if outcome is Outcome.FALSE else "",
    }
    correct(
        record_key=commitment.record_key,
        change=Change(deed="correct", reason=reason[:200], ground=f"事项 {case.number}"),
        values={"result": result, "seriousness": int(_class(result, policy=policy))},
        fields=fields,
        actor=actor,
        policy=policy,
        now=now,
    )


def _class(result: str, *, policy: Policy) -> Seriousness:
    """The class that the feed of commitments gives to this result."""
    rule = policy.feeds[FEED].seriousness
    if rule is None or not result:
        return Seriousness.NONE
    found = next((case.seriousness for case in rule.cases if result in case.result), rule.otherwise)
    return Seriousness[found.upper()]

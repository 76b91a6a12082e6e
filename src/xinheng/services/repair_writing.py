"""Writes the letter of a step of repair together with the step: neither is there without the other.

What the file and policy know is filled in; facts and reasons are the officer's, and whoever refuses confirms the terms of
the remedies (services.letters; legal guards G15, G17). Service is registered on the letter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from xinheng.core.letters import Values
from xinheng.core.parameters import Reading
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.repair import Answer
from xinheng.core.repair_flow import COMPLETE, DECIDE
from xinheng.core.sources import Rank
from xinheng.services.cases import last_step
from xinheng.services.letters import Draft, issue_letter, organ_of
from xinheng.services.repair_decisions import Act
from xinheng.services.repairs import answer_for, open_record
from xinheng.services.time import day_of
from xinheng.store.casework import Case
from xinheng.store.records import Record
from xinheng.store.repairs import RepairApplication

COURT = "有管辖权的人民法院"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the officer adds. Empty ``basis``, ``body`` and ``court`` are filled from policy; ``basis`` is one document a
    line; ``until``: by when to complete; ``confirmed``: the terms of the remedies were compared with the law."""

    facts: str = ""
    basis: str = ""
    body: str = ""
    court: str = ""
    until: date | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a letter speaks of."""

    case: Case
    application: RepairApplication
    record: Record
    answer: Answer
    act: Act
    said: Said

    @property
    def policy(self) -> Policy:
        return self.act.policy

    @property
    def today(self) -> date:
        return day_of(self.act.now)

    @property
    def words(self) -> str:
        detail = self.record.detail
        day = f"，{self.record.decided_on}" if self.record.decided_on else ""
        number = f"（{detail.document_no}）" if detail.document_no else ""
        return f"{detail.title or self.policy.catalogue.item(self.record.item).title}{number}{day}"

    @property
    def basis(self) -> str:
        """As the officer wrote it, else the documents of the rule that the record follows, without proposals."""
        cited = self.answer.way.basis if self.answer.way else ()
        sources = self.policy.sources
        known = (one for one in cited if sources[one.source].rank is not Rank.PROPOSAL)
        return self.said.basis.strip() or "\n".join(sources[one.source].cite(one.clause) for one in known)


@transaction.atomic
def with_letter(case: Case, verb: str, take: Callable[[], Case], act: Act, said: Said | None = None) -> Case:
    """Take the step and issue its letter. Refusals of the step, of ``issue_letter``, and RW1 an unknown day of completion."""
    done = take()
    kind, values = _LETTERS[verb]
    application = RepairApplication.objects.get(pk=case.pk)
    record = open_record(application.record_key)
    matter = _Matter(
        done,
        application,
        record,
        answer_for(record, policy=act.policy, today=day_of(act.now)),
        act,
        said or Said(),
    )
    draft = Draft(
        kind=kind,
        values=values(matter),
        contact=organ_of(done.organisation, policy=act.policy),
        terms_confirmed=matter.said.confirmed,
    )
    issue_letter(done.public_id, draft, actor=act.actor, policy=act.policy, now=act.now)
    return done


def _completion(of: _Matter) -> Values:
    asked = last_step(of.case, "ask_completion")
    wanted = asked.details.get("titles", []) if asked else []
    return {
        "matter": f"信用修复：{of.words}"[:200],
        "missing": "\n".join([*wanted, *of.act.reason.splitlines()]),
        "until": of.said.until or _until(of),
        "basis": of.basis,
    }


def _until(of: _Matter) -> date:
    reading = of.policy.parameter(COMPLETE, on=of.today)
    if reading.value is None:
        raise Refusal("RW1", "补正的期限待确认，没有写明截止日期。", advice="请填写补正截止日期。")
    return of.policy.calendar.add_workdays(of.today, reading.value).on


def _acceptance(of: _Matter) -> Values:
    return {
        "matter": f"信用修复：{of.words}"[:200],
        "received_on": of.application.lodged_on or of.today,
        "due": _term(of.policy.parameter(DECIDE, on=of.today)),
        "basis": of.basis,
    }


def _term(reading: Reading) -> str:
    if reading.value is None:
        return f"期限待确认（{reading.citation}）。"
    loose = "" if reading.verified else "，未与原文核对"
    return f"自受理之日起{reading}内作出决定（{reading.citation}{loose}）。"


def _refusal(of: _Matter) -> Values:
    return {
        "matter": f"信用修复：{of.words}"[:200],
        "facts": of.said.facts,
        "reasons": of.act.reason,
        "basis": of.basis,
        "reconsideration_body": of.said.body.strip() or of.policy.city.government,
        "court": of.said.court.strip() or COURT,
    }


def _result(of: _Matter) -> Values:
    return {"record": of.words[:200], "ended_on": of.today, "reasons": of.act.reason, "basis": of.basis}


_LETTERS: Mapping[str, tuple[str, Callable[[_Matter], Values]]] = {
    "ask_completion": ("completion_request", _completion),
    "accept": ("acceptance", _acceptance),
    "not_accept": ("refusal", _refusal),
    "refuse": ("refusal", _refusal),
    "grant": ("repair_result", _result),
}

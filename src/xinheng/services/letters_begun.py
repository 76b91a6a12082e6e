"""What a case already says, put into the form of its letter, so that nothing is typed twice and no letter says another thing
than was decided. The officer reads and completes it; what nobody has said yet stays empty.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from xinheng.core.commitment_register import Outcome
from xinheng.core.interviews import Manner
from xinheng.core.letters import Values, in_words, newest
from xinheng.core.policy import Policy
from xinheng.core.rectification import CORRECT
from xinheng.services.cases import ground_of, last_step
from xinheng.services.commitments_checks import proposal_of
from xinheng.services.endings import receiver_name
from xinheng.services.interviews import facts_of
from xinheng.services.measures import choices_of, cited_for
from xinheng.services.measures_findings import words_of_finding
from xinheng.services.measures_grounds import words_of as ground_words
from xinheng.services.misuse import told_of
from xinheng.services.objections_remedy import endings_of
from xinheng.services.rectification import wanted_of
from xinheng.services.visits_papers import words_of
from xinheng.store.casework import Case
from xinheng.store.commitments import Commitment
from xinheng.store.endings import Telling
from xinheng.store.objections import Correction, Objection

Words = dict[str, str | date]
_WRITTEN_ANEW, _ADDED_TO = frozenset({"listing"}), frozenset({"measure", "incentive"})
"""Kinds whose drafts are revised: with the whole reason, or with what is added."""
_SILENT = "在规定的期限内没有提出陈述、申辩。"


def begun(case: Case, kind: str, *, policy: Policy, on: date) -> Values:
    """Fields of the letter by key; none where the case says nothing of them."""
    make = _BEGUN.get(case.kind)
    said: Words = {"reconsideration_body": policy.city.government}
    said |= make(case, policy, on) if make else {}
    asked = {one.key for one in newest(kind).fields}
    known = {key: words for key, words in said.items() if key in asked and words}
    return known | dict(words_of(case, kind, policy=policy, on=on))


def _why(case: Case) -> str:
    """The reason with which the case was begun, and what was added to it; a draft that was written anew says it alone."""
    first = case.events.order_by("sequence").first()
    if first is None or case.kind not in _WRITTEN_ANEW | _ADDED_TO:
        return first.reason if first else ""
    later = list(case.events.filter(verb="revise").order_by("sequence").values_list("reason", flat=True))
    if case.kind in _WRITTEN_ANEW:
        return later[-1] if later else first.reason
    return "\n".join([first.reason, *later])


def _order(case: Case, policy: Policy, on: date) -> Words:
    term = policy.parameter(CORRECT, on=on)
    said: Words = {"facts": _why(case), "demands": wanted_of(case)}
    return said | ({"term": f"自送达之日起{term}"} if term.value is not None else {})


def _interview(case: Case, policy: Policy, on: date) -> Words:
    facts = facts_of(case)
    said: Words = {
        key: facts.get(key, "") for key in ("cause", "place", "attended", "said", "views", "agreed")
    }
    day = facts.get("held_on", facts.get("meeting_on", ""))
    return (
        said
        | {"manner": Manner(facts["manner"]).label}
        | ({"meeting_on": date.fromisoformat(day)} if day else {})
    )


def _listing(case: Case, policy: Policy, on: date) -> Words:
    of = policy.lists.lists.get(str(case.details.get("list", "")))
    title = of.title if of else ""
    sources = [(policy.sources[one.source], one) for one in (of.basis if of else ())]
    said: Words = {
        "facts": f"{_rests_on(case, policy)}\n{_why(case)}".strip(),
        "basis": "\n".join(source.cite(one.clause if one.verified else "") for source, one in sources),
        "measure": f"列入{title}。",
        "statement": _statement(case),
    }
    decided = last_step(case, "decide")
    if decided is not None:
        months = decided.details.get("months")
        term = f"，期限{months}个月，自送达之日起算" if months else ""
        said["decision"] = f"列入{title}{term}。"
    return said


def _statement(case: Case) -> str:
    """What the enterprise said and what was answered; empty while the answer is to come."""
    said, answered = last_step(case, "state"), last_step(case, "answer")
    if said is None:
        return _SILENT if last_step(case, "lapse") else ""
    if answered is None:
        return ""
    taken = "采纳" if answered.details.get("adopted") else "不采纳"
    return f"{said.details.get('said', '')}\n本机关{taken}：{answered.reason}"


def _measure(case: Case, policy: Policy, on: date) -> Words:
    """The ground stands first, with its document, and the clauses are those that were found."""
    words, cited = [], []
    for one in choices_of(case):
        row, ban = policy.measures.measures.get(one.measure), policy.measures.bans.get(one.ban)
        term = f"，期限{one.months}个月，自送达之日起算" if one.months else "，随所依据的信息终止"
        which = f"（{ban.title}）" if ban else ""
        words.append(f"{row.title if row else one.measure}{which}{term}")
        cited += cited_for(one, case, policy=policy, compared=True)
    told = "；".join(words) + "。" if words else ""
    relation = words_of_finding(case, policy=policy)
    heard, decided = last_step(case, "hear"), last_step(case, "decide")
    silent = _SILENT if last_step(case, "lapse") else ""
    return {
        "facts": "\n".join(filter(None, (_rests_on(case, policy), _why(case), relation))),
        "basis": "\n".join(dict.fromkeys(cited)),
        "statement": heard.reason if heard else silent,
        "reasons": decided.reason if decided else "",
        "measure": told,
        "decision": told,
    }


def _rests_on(case: Case, policy: Policy) -> str:
    """The record or entry with its document, organ and day."""
    ground = ground_of(case)
    return f"所依据的信息：{ground_words(ground, policy=policy)}。" if ground else ""


def _commitment(case: Case, policy: Policy, on: date) -> Words:
    one, proposed = Commitment.objects.filter(case=case).first(), proposal_of(case)
    if one is None or not proposed:
        return _not_taken(case, one) if one else {}
    outcome = Outcome(str(proposed["outcome"])).label
    decided, heard = last_step(case, "determine"), last_step(case, "hear", "stay_silent")
    pursued = f"{decided.details.get('pursued', '')}" if decided else ""
    silent = heard is not None and heard.verb == "stay_silent"
    return {
        "commitment": f"{one.title}（{one.code}，{one.committed_on}）" if one.code else one.title,
        "facts": f"{proposed['unperformed']}\n证据：{proposed['evidence']}",
        "measure": f"认定为“{outcome}”，记入信用记录。",
        "statement": _SILENT if silent else (heard.reason if heard else ""),
        "reasons": decided.reason if decided else "",
        "decision": f"认定为“{outcome}”，记入信用记录。\n{pursued}" if decided else "",
    }


def _not_taken(case: Case, one: Commitment) -> Words:
    """Of a commitment that was declined, or whose material did not come; nothing before that."""
    ended = last_step(case, "decline", "drop")
    if ended is None:
        return {}
    missing = "、".join(one.missing)
    facts = f"尚缺材料：{missing}。" if missing else ""
    if ended.verb == "drop" and one.promised_on:
        facts = f"你单位承诺于{in_words(one.promised_on)}前补齐“{missing}”，期满没有补齐。"
    return {"matter": one.title, "facts": facts, "reasons": ended.reason}


def _objection(case: Case, policy: Policy, on: date) -> Words:
    kept = Objection.objects.filter(case=case).first()
    found, answered = last_step(case, "reply", "find"), last_step(case, "correct", "withdraw", "uphold")
    said: Words = {"objection": kept.wrong if kept else "", "finding": found.reason if found else ""}
    return said | ({"reasons": answered.reason} if answered else {})


def _remedy(case: Case, policy: Policy, on: date) -> Words:
    """The apology says what was lifted, what was done and what the results should have been; nothing before it is lifted."""
    lifted, kept = last_step(case, "lift"), Correction.objects.filter(case=case).first()
    if lifted is None or kept is None:
        return {}
    told = Telling.objects.filter(ending__in=endings_of(case), told_at__isnull=False).order_by("pk")
    names = "、".join(dict.fromkeys(receiver_name(one) for one in told))
    done = [
        f"{kept.wrong_to}解除上述信息。",
        f"已经通知：{names}。" if names else "",
        f"更正声明公示到{kept.shown_until}。" if kept.shown_until else "",
    ]
    wrong = f"{kept.what}，自{kept.wrong_from}至{kept.wrong_to}。{lifted.reason}"
    scores = "\n".join(map(_score, kept.scores)) or "这项信息没有影响过对你单位的评价。"
    return {"wrong": wrong, "cause": _why(case), "done": "\n".join(filter(None, done)), "scores": scores}


def _score(line: Mapping[str, Any]) -> str:
    """A line of ``Correction.scores``; points are thousandths."""
    was, right = (f"{line[key] / 1000:g} 分" for key in ("points", "right_points"))
    before, after = (f"（{line[key]}）" if line[key] else "" for key in ("grade", "right_grade"))
    return f"{line['model']}，{line['as_of']}：当时{was}{before}，应为{right}{after}。"


_BEGUN: Mapping[str, Callable[[Case, Policy, date], Words]] = {
    "rectification": _order,
    "interview": _interview,
    "listing": _listing,
    "measure": _measure,
    "commitment": _commitment,
    "objection": _objection,
    "remedy": _remedy,
    "misuse": lambda case, policy, on: dict(told_of(case)),
}

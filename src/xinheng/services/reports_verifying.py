"""Says of a report that somebody holds whether this platform made it, and whether what it says still holds.

Nothing of its content is told, neither then nor now: after any change the answer is that there is news (legal guard G9).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from xinheng.core.policy import Policy
from xinheng.core.reports import Head, facts_digest, twin_of, typed_number
from xinheng.core.special_reports import Scope
from xinheng.documents.reports import check_file
from xinheng.documents.signing import Sm2
from xinheng.documents.time_stamps import Stamp
from xinheng.services.reports_content import gather
from xinheng.services.review_content import facts_now, reviews
from xinheng.services.signing_keys import authorities, certificates
from xinheng.store.reports import MadeReport
from xinheng.store.review_reports import ReviewReport

_NOBODY = Head(number="", issuer="", issued_at=datetime(2000, 1, 1, tzinfo=UTC), purpose="", policy="")
"""A head is no part of what is compared."""


class State(StrEnum):
    """CHANGED: anything of what a report made now would say differs, more or less; ENDED: no longer kept."""

    CURRENT = "current"
    CHANGED = "changed"
    ENDED = "ended"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {"current": "一致", "changed": "有变化", "ended": "已停止核验", "unknown": "查无此号"}[
            self.value
        ]


@dataclass(frozen=True, slots=True)
class Answer:
    """``report`` or ``review`` is what the number was given to; neither for one that was never given."""

    state: State
    report: MadeReport | None
    review: ReviewReport | None = None

    @property
    def number(self) -> str:
        """Of what was made; empty where nothing was."""
        made = self.report or self.review
        return made.number if made is not None else ""

    @property
    def digest(self) -> str:
        made = self.report or self.review
        return made.digest if made is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    """``genuine``: signed by this platform and unaltered; ``cause`` says why not. ``answer``: how its number stands;
    ``sm2``: what was found of the signature of SM2; ``stamp``: the time stamp of a PDF."""

    genuine: bool
    cause: str = ""
    answer: Answer | None = None
    sm2: Sm2 = Sm2.NONE
    stamp: Stamp | None = None


def verify_number(number: str, *, policy: Policy, today: date) -> Answer:
    """How the report of a number stands, as ``core.reports.typed_number`` reads it."""
    wanted = typed_number(number)
    known = MadeReport.objects.select_related("subject", "content")
    if not wanted:
        return Answer(State.UNKNOWN, None)
    found = known.filter(number=wanted).first()
    if found is not None:
        return Answer(state_of(found, policy=policy, today=today), found)
    review = reviews().filter(number=wanted).first()
    if review is None:
        return Answer(State.UNKNOWN, None)
    return Answer(state_of_review(review, policy=policy, today=today), None, review)


def verify_file(content: bytes, *, policy: Policy, today: date, signature: bytes = b"") -> FileAnswer:
    """A PDF or a data file: forged, cut and stale ones are told apart. ``signature``: of SM2, detached. Refusal SG4 where it
    cannot be checked here."""
    seen = check_file(content, certificates(), signature=signature, authorities=authorities())
    if not seen.genuine:
        return FileAnswer(genuine=False, cause=seen.cause)
    answer = verify_number(seen.number, policy=policy, today=today)
    if answer.number and answer.digest != seen.digest:
        return FileAnswer(genuine=False, cause="内容与本平台留存的这一编号的报告不一致。")
    return FileAnswer(genuine=True, answer=answer, sm2=seen.sm2, stamp=seen.stamp)


def state_of(made: MadeReport, *, policy: Policy, today: date) -> State:
    """Composed again as of now and compared by what it states."""
    return states_of([made], policy=policy, today=today)[0]


def state_of_review(made: ReviewReport, *, policy: Policy, today: date) -> State:
    """Of a review of many: what was in force on its day and still stands, compared with what it states."""
    if made.content.destroyed_at is not None:
        return State.ENDED
    same = made.facts_digest == facts_now(made, policy=policy, today=today)
    return State.CURRENT if same else State.CHANGED


def states_of(reports: Iterable[MadeReport], *, policy: Policy, today: date) -> list[State]:
    """Of each; a kind of report on a subject, of the same scope, is composed once."""
    now: dict[tuple[int, str, str], str] = {}
    states = []
    for made in reports:
        key = (made.subject_id, made.kind, str(made.scope))
        if made.content.destroyed_at is not None:
            states.append(State.ENDED)
        elif made.subject.merged_into_id is not None:
            states.append(State.CHANGED)
        else:
            now[key] = now.get(key) or _facts_now(made, policy, today)
            states.append(State.CURRENT if made.facts_digest == now[key] else State.CHANGED)
    return states


def _facts_now(made: MadeReport, policy: Policy, today: date) -> str:
    gathered = gather(made.subject, policy=policy, today=today)
    scope = Scope.of(made.scope) if made.scope else None
    return facts_digest(twin_of(gathered.composed(made.kind, head=_NOBODY, policy=policy, scope=scope)))

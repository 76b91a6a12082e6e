"""Answers of a key for trying out (沙箱): made-up enterprises alone, by the rules of a real check, entered nowhere as one.

It opens no file: whoever holds such a key reads of nobody, and may not deliver or share (core.check_samples).
"""

from collections.abc import Sequence
from datetime import date, datetime

from xinheng.core.canonical import digest_of
from xinheng.core.check_decisions import CheckOutcome, refuse_decision
from xinheng.core.check_samples import SAMPLES, WORDS, Sample
from xinheng.core.ids import normalise_code
from xinheng.core.policy import Policy
from xinheng.core.sharing import refuse_use
from xinheng.services.checks_admitted import Check, words_of_check
from xinheng.services.checks_by_key import Checked
from xinheng.services.measures_applying import PARTS, Applies, Line, content_of
from xinheng.services.sharing import granted_of
from xinheng.services.sharing_reads import unknown_code
from xinheng.services.time import day_of
from xinheng.store.checked_lines import Known
from xinheng.store.senders import SenderKey

_NUMBER = "沙箱样例〔{year}〕{part}号"
_CHECK = "sandbox{number:09d}"


def sample_check(key: SenderKey, code: str, check: Check, *, policy: Policy, now: datetime) -> Checked:
    """Refusals as of a real check; GX17 for every code that is no sample."""
    today = day_of(now)
    assert key.grant is not None
    grant = key.grant
    refuse_use(granted_of(grant), purpose=check.purpose, items=(), fields=(), today=today)
    occasion, _, _ = words_of_check(key, check, policy=policy, today=today)
    sample = SAMPLES.get(normalise_code(code))
    if sample is None:
        raise unknown_code()
    applies = Applies(
        subject=Known(-sample.number, _CHECK.format(number=sample.number), sample.code, sample.name, 1),
        occasion=occasion,
        on=check.as_of or today,
        commitments=_lines(sample, "commitments", today),
        lists=_lines(sample, "lists", today),
        measures=_lines(sample, "measures", today),
        bans=_lines(sample, "bans", today),
        incentives=_lines(sample, "incentives", today),
        subject_version=1,
        policy_digest=policy.digest,
    )
    return Checked(applies, digest_of(content_of(applies)), applies.subject.public_id)


def _lines(sample: Sample, part: str, today: date) -> tuple[Line, ...]:
    if part not in sample.parts:
        return ()
    line = Line(
        title=WORDS[part],
        basis="沙箱样例，没有法律依据",
        ground="沙箱样例记录",
        from_on=date(today.year, 1, 1),
        until_on=date(today.year + 2, 1, 1),
        body="沙箱样例单位",
        number=_NUMBER.format(year=today.year, part=PARTS.index(part) + 1),
    )
    return (line,)


def sample_decision(
    number: str, outcome: CheckOutcome, *, grounds: Sequence[str], decided_on: date | None, now: datetime
) -> date:
    """The day decided on, as ``services.check_outcomes`` would keep it; nothing is kept. Refusals CX1 to CX3."""
    today = day_of(now)
    sample = next((one for one in SAMPLES.values() if _CHECK.format(number=one.number) == number), None)
    parts = [part for part in ("measures", "bans", "incentives") if sample and part in sample.parts]
    applied = {_NUMBER.format(year=today.year, part=PARTS.index(part) + 1) for part in parts}
    day = decided_on or today
    refuse_decision(
        outcome, grounds=list(grounds), applied=applied, decided_on=day, checked_on=today, today=today
    )
    return day

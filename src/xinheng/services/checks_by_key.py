"""A check from within an approval or tender system, by the reading key of its department (应查必查).

The answer is what applies, each line with ground, basis and days, as of one version of the file; there is no verdict in
it (legal guards G14, G16). Every check counts against the grant and stands in register and ledger, refused ones in the
statistics.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xinheng.core.canonical import digest_of
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.checks_admitted import Check, admit_checks
from xinheng.services.checks_entering import Entry, enter_checks, numbered
from xinheng.services.measures_applying import Applies, Line, content_of, lines_of, what_applies_to
from xinheng.services.sharing_reads import Asked, unknown_code, write_refused
from xinheng.services.time import day_of, end_of
from xinheng.store.checked_lines import Known, known_by
from xinheng.store.senders import SenderKey
from xinheng.store.subjects import SubjectName

ABOUT = "只列事实、依据和期限，不是准入结论；由承办单位依法决定。"
ABOUT_PAST = (
    f"{ABOUT}所列为该日已经生效、当时已经收到并且今天仍然有效的内容；此后修复、撤销或者期满的不再提供。"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """``snapshot`` names the answer: the digest over subject, version of its file, policy and every line; ``number``
    the check, by which what was decided is told later."""

    applies: Applies
    snapshot: str
    number: str
    past: bool = False


def check_by_key(key: SenderKey, code: str, check: Check, *, policy: Policy, now: datetime) -> Checked:
    """Refusals as ``admit_checks``; GX17 no such code, CX6 nobody known on that day, K09 the same just being answered. A
    refused check stands in the statistics and names nobody."""
    try:
        entry = admit_checks(key, check, [code], policy=policy, now=now)
        subject = known_by([code]).get(code)
        if subject is None:
            raise unknown_code()
        if entry.as_of is not None and unknown_on([subject], entry.as_of):
            raise not_known_then(entry.as_of)
    except Refusal as refusal:
        write_refused(key, Asked(purpose=check.purpose), refusal, now=now)
        raise
    (applies,) = answered([subject], entry, policy=policy, now=now)
    snapshot = digest_of(content_of(applies))
    numbers = numbered(entry, [subject])
    enter_checks(entry, numbers, named=subject.public_id, snapshot=snapshot, now=now)
    return Checked(applies, snapshot, numbers.get(subject.pk, ""), past=entry.as_of is not None)


def answered(subjects: Sequence[Known], entry: Entry, *, policy: Policy, now: datetime) -> list[Applies]:
    """What applies to each, on the day asked for."""
    today, body = day_of(now), entry.key.organisation
    on = entry.as_of or today
    return what_applies_to(subjects, entry.occasion, body, policy=policy, on=on, today=today)


def lines_on(
    subjects: Sequence[Known], entry: Entry, *, policy: Policy, now: datetime
) -> Mapping[int, Mapping[str, Sequence[Line]]]:
    """The same as lines alone, by enterprise and part."""
    today, body = day_of(now), entry.key.organisation
    on = entry.as_of or today
    return lines_of(subjects, entry.occasion, body, policy=policy, on=on, today=today)


def unknown_on(subjects: Sequence[Known], day: date) -> set[int]:
    """Those of whom the platform knew nothing on a past day."""
    names = SubjectName.objects.filter(subject__in=[one.pk for one in subjects], known_at__lt=end_of(day))
    return {one.pk for one in subjects} - set(names.values_list("subject", flat=True))


def not_known_then(day: date) -> Refusal:
    return Refusal(
        "CX6", f"{day} 时本平台还没有收到这个主体的信息。", advice="请核查较晚的日子，或者不填 as_of。"
    )

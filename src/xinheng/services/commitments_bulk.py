"""Commitments that come with something else: of the members of an association at once, and with a repair.

An association speaks for its living members alone; the unit above it keeps the register (requirements M4-11, M4-12).
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.commitment_letters import PromiseLetter, checked
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.commitments import refuse_gone, unsigned
from xinheng.services.commitments_lists import Letter, letters_in_force
from xinheng.services.commitments_records import register
from xinheng.services.members import members_on
from xinheng.services.organisations import city
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.commitments import Commitment
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject

BULK, REPAIR = "self_discipline", "repair"


@transaction.atomic
def take_of_members(
    association: Organisation,
    members: Collection[str],
    *,
    letter: str,
    answers: Mapping[str, str],
    actor: User,
    policy: Policy,
    now: datetime,
) -> list[Commitment]:
    """Register what these members signed, named by public id. Refusals CM40 nobody, CM41 not of the association, CM42 the
    letter is no self-discipline, CM43 no code, CM44 promised already, CM24 one has ended."""
    held = _letter(letter, BULK, policy=policy, now=now)
    if not members:
        raise Refusal("CM40", "没有选择会员。", advice="请勾选已经签署承诺书的会员。")
    living = Subject.objects.filter(pk__in=members_on(association, day_of(now)).values("subject"))
    subjects = list(living.filter(public_id__in=members).order_by("pk"))
    if len(subjects) != len(set(members)):
        raise Refusal(
            "CM41", "选择的企业中有的不是本协会现在的会员。", advice="请核对会员名册；没有登记任何一份。"
        )
    _refuse_unfit(subjects, held)
    given = checked(held.letter, answers)
    made = []
    for subject in subjects:
        one = unsigned(subject, held, given, _keeper(association), source="association", now=now)
        one.association = association
        one.save()
        made.append(one)
    return register(made, actor=actor, policy=policy, now=now)


def _refuse_unfit(subjects: list[Subject], held: Letter) -> None:
    refuse_gone(subjects)
    without = [subject.name for subject in subjects if not subject.code]
    if without:
        raise Refusal(
            "CM43",
            f"{'、'.join(without[:5])}没有统一社会信用代码。",
            advice="请先登记代码，或者取消勾选；没有登记任何一份。",
        )
    again = Commitment.objects.filter(
        subject__in=subjects, letter_digest=held.digest, source="association", outcome=""
    ).values_list("subject__name", flat=True)
    if again:
        raise Refusal(
            "CM44",
            f"{'、'.join(again[:5])}已经作出过同一份承诺。",
            advice="请取消勾选；没有登记任何一份。",
        )


def _keeper(association: Organisation) -> Organisation:
    return association.parent or city()


def _letter(key: str, kind: str, *, policy: Policy, now: datetime) -> Letter:
    found = letters_in_force(policy=policy, on=day_of(now)).get(key)
    if found is None or found.letter.kind != kind:
        title = policy.commitments.types[kind].title
        raise Refusal("CM42", f"没有这份{title}承诺书。", advice="请从公布的承诺书中选择。")
    return found


@transaction.atomic
def take_with_repair(
    subject: Subject,
    *,
    document: str,
    unit: Organisation,
    actor: User | None,
    policy: Policy,
    now: datetime,
) -> Commitment:
    """The public commitment that goes with an application for repair (《信用修复管理办法》), registered at once in the words that
    the enterprise confirmed. ``document``: the decision concerned; ``actor`` None where a system brought it. Refusal CM45."""
    if not subject.code:
        raise Refusal("CM45", "主体没有统一社会信用代码，不能登记承诺。", advice="请先登记代码。")
    pledge = policy.repair.commitment
    words = PromiseLetter(
        key="repair-pledge",
        title=pledge.title,
        kind=REPAIR,
        content=pledge.text,
        liability=pledge.liability,
        sign="在企业空间确认，或者在窗口签字",
    )
    held = Letter(words, digest_of(words.model_dump(mode="json")), 0)
    made = unsigned(subject, held, {}, unit, source="repair", now=now)
    made.reason = f"申请信用修复：{document}"[:512]
    made.save()
    [done] = register([made], actor=actor, policy=policy, now=now)
    return done

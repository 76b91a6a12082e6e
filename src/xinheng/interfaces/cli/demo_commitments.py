"""Sample commitments of the demonstration: one list published by two persons, one commitment with material to come."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from xinheng.core.commitment_items import PROMISE_LIST, Item, ItemList, Material, Variant
from xinheng.core.policy import Policy
from xinheng.services.commitments import AtWindow, Promise, take_at_window
from xinheng.services.commitments_lists import approve_draft, begin_draft, submit_draft
from xinheng.services.time import day_of
from xinheng.store.models import Organisation, PolicyVersion, Subject, User

KEY, SHOP, PROOF = "food-sample", "food-shop", "food-place-proof"
_BASIS = ("样例依据，正式清单请写明文件和条款（待核）",)
SAMPLE = ItemList(
    key=KEY,
    sector="food",
    title="食品领域（样例）",
    items=(
        Item(
            key=SHOP,
            title="食品经营许可新办",
            kind="substitution",
            basis=_BASIS,
            conditions=("有与经营品种、数量相适应的场所", "有保证食品安全的制度"),
            materials=(
                Material(name="申请表"),
                Material(name="设备布局图", later=True),
                Material(name="营业执照复印件", promised=True),
            ),
            letter="approval-standard",
            check_workdays=20,
            check_way="随日常检查一并核查",
        ),
        Item(
            key=PROOF,
            title="经营场所使用证明",
            kind="notification",
            variant=Variant.PROOF,
            basis=_BASIS,
            conditions=("对经营场所有合法的使用权",),
            materials=(Material(name="申请表"), Material(name="场所使用证明", promised=True)),
            letter="proof-standard",
        ),
    ),
)


def publish_and_take(
    firm: Subject | None,
    *,
    organisation: Organisation,
    people: Mapping[str, User],
    policy: Policy,
    now: datetime,
) -> None:
    """Once: a later run of the demonstration finds the list."""
    if PolicyVersion.objects.filter(kind=PROMISE_LIST, key=KEY).exists():
        return
    drafter, decider = people["zhangmin"], people["liqiang"]
    case = begin_draft(SAMPLE, organisation=organisation, actor=drafter, policy=policy, now=now)
    submit_draft(case.public_id, actor=drafter, policy=policy, now=now)
    approve_draft(case.public_id, actor=decider, policy=policy, now=now)
    if firm is None:
        return
    promise = Promise(
        subject=firm,
        list_key=KEY,
        item=SHOP,
        answers={"matter": "食品经营许可新办", "place": "样例街 1 号"},
        handed_in=frozenset({"申请表"}),
    )
    promised_on = policy.calendar.next_workday(day_of(now) + timedelta(days=5)).on
    decided = AtWindow(promised_on=promised_on, reason="申请表齐全，设备布局图承诺后补。")
    take_at_window(promise, decided, actor=people["sunli"], policy=policy, now=now)

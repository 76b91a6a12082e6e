"""A model officer of the market regulator with a small city of food enterprises, for the tests of model governance."""

from datetime import timedelta
from pathlib import Path

from tests.people import NOW, People, make_user
from tests.services.deliveries import REGISTER, penalty, registration, write

from xinheng.core.model_draft import Tree
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.services.collect import Delivery, import_file
from xinheng.services.models import next_tree
from xinheng.store.models import Organisation, User

MODEL = "food/food-operators"


def make_city(people: People, policy: Policy, folder: Path) -> None:
    """Five enterprises; the first was fined twice last winter, the second once in spring."""
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2)
    )
    rows = [registration(number) for number in range(1, 6)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    fines = [
        penalty(1, fine="60", decided="2025-12-20"),
        penalty(1, document="汴市监罚〔2026〕8号", fine="60", decided="2026-01-20"),
        penalty(2, decided="2026-04-02"),
    ]
    import_file(write(folder, *fines), delivery)


def officer(organisation: Organisation, *, username: str = "he", role: Role = Role.MODEL_OFFICER) -> User:
    return make_user(username, "何模型", organisation, role)


def harder(policy: Policy) -> Tree:
    """The next version of the food model: a general penalty takes 40 points more."""
    tree = next_tree(policy.models[MODEL])
    for indicator in tree["indicators"]:
        if indicator["id"] == "penalty_general":
            indicator["by_amount"] = [
                {**step, "points": str(int(step["points"]) + 40)} for step in indicator["by_amount"]
            ]
    return tree

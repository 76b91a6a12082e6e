"""A delivered list outside the registry stays outside; older names of lists are read."""

from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import code, name, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.store.models import Batch, Record

HEADER = (
    "失信主体名称,统一社会信用代码,列入决定文书号,列入名单名称,列入事由,列入日期,列入期限至,认定单位,在列状态"
)


def _row(number: int, called: str) -> str:
    return f"{name(number)},{code(number)},列〔2026〕{number}号,{called},事故,2026-03-02,2029-03-02,市局,列入"


def _import(people: People, policy: Policy, path: Path) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    return import_file(path, delivery)


@pytest.mark.row("M9-01")
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("called", ["安全生产严重失信主体名单", "黑名单", "失信联合惩戒对象名单"])
def test_registered_lists_and_older_names_are_read(
    people: People, policy: Policy, tmp_path: Path, called: str
) -> None:
    path = write(tmp_path, _row(1, called), header=HEADER, called="严重失信主体名单.csv")
    assert _import(people, policy, path).accepted == 1


@pytest.mark.row("M9-01")
@pytest.mark.usefixtures("home")
def test_a_list_that_nobody_provides_for_is_refused_with_its_file(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    rows = (_row(1, "安全生产严重失信主体名单"), _row(2, "不诚信商户榜"))
    path = write(tmp_path, *rows, header=HEADER, called="严重失信主体名单.csv")
    with pytest.raises(Refusal, match="不诚信商户榜") as refused:
        _import(people, policy, path)
    assert refused.value.code == "LI9"
    assert not Record.objects.exists()
    assert not Batch.objects.exists()

"""The page on which an officer of a draw is replaced: two persons, the order of the seed, and the public record of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import portal_reads_default
from tests.people import People, make_user
from tests.services.real_draws import RealDraw, make_real_draw
from tests.services.trips import make_trips
from typer.testing import CliRunner

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.interfaces.cli import app
from xinheng.services.draw_substitutes import team_now
from xinheng.services.pools import publish_pool, whole_record
from xinheng.store.models import DrawSubstitute

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M8-03"), pytest.mark.guard("G7")]
WHY = "与该企业有利害关系，本人申请回避"


@pytest.fixture
def made(people: People, policy: Policy, home: object) -> RealDraw:
    return make_real_draw(make_trips(people, policy))


def _url(made: RealDraw, name: str = "draw_officers", **more: object) -> str:
    return reverse(f"office:{name}", kwargs={"draw": made.draw.public_id, **more})


def _propose(made: RealDraw, client: Client, **fields: str) -> str:
    drawn = made.objects[0]
    given = {"who": f"{drawn.pk}:{team_now(drawn)[0]}", "cause": "recused", "reason": WHY}
    response = post(client, _url(made, "propose_substitute"), given | fields)
    return text(client.get(_url(made)) if response.status_code == 302 else response)


def test_one_proposes_another_agrees_and_the_page_of_the_draw_shows_who_goes(made: RealDraw) -> None:
    wang, zhao = signed_in(made.trips.people.wang), signed_in(made.trips.people.zhao)
    before = team_now(made.objects[0])
    assert "另一名有权批准" in _propose(made, wang)
    change = DrawSubstitute.objects.get()
    agreeing = _url(made, "agree_substitute", number=change.pk)
    assert agreeing not in text(wang.get(_url(made))), "who proposed is not offered to agree"
    assert agreeing in text(zhao.get(_url(made)))
    post(zhao, agreeing, {})
    change.refresh_from_db()
    page = text(zhao.get(_url(made)))
    assert before[0] in page and change.substitute_no in page and WHY in page
    shown = text(wang.get(reverse("office:draw", kwargs={"draw": made.draw.public_id})))
    assert change.substitute_no in shown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reason": ""}, "请写明更换的理由"),
        ({"reason": "有事"}, "没有写明更换的理由"),
        ({"who": ""}, "请选择检查人员"),
        ({"who": "999999:4102"}, "请从名单中选择"),
        ({"cause": "ill"}, "请选择原因"),
    ],
)
def test_what_is_filled_in_wrongly_is_said_at_the_field(
    made: RealDraw, wrong: dict[str, str], words: str
) -> None:
    assert words in _propose(made, signed_in(made.trips.people.wang), **wrong)
    assert not DrawSubstitute.objects.exists()


def test_an_inspector_replaces_nobody(made: RealDraw) -> None:
    li = signed_in(made.trips.li)
    assert post(li, _url(made, "propose_substitute"), {}).status_code == 403
    other = make_user("other", "外单位", made.trips.people.city, Role.INSPECTOR)
    assert "提出，交另一人同意" not in text(signed_in(other).get(_url(made)))


@pytest.fixture
def portal(made: RealDraw) -> Iterator[None]:
    with portal_reads_default():
        yield


@pytest.mark.usefixtures("portal")
def test_the_public_reads_the_change_and_checks_it_with_the_command(
    made: RealDraw, tmp_path: Path, client: Client
) -> None:
    publish_pool(made.draw.announcement)
    _propose(made, signed_in(made.trips.people.wang))
    address = f"/draw/{made.draw.public_id}/substitutes.json"
    assert json.loads(client.get(address).content) == [], "nothing is public before the second person agreed"
    change = DrawSubstitute.objects.get()
    post(signed_in(made.trips.people.zhao), _url(made, "agree_substitute", number=change.pk), {})
    page = client.get(f"/draw/{made.draw.public_id}").content.decode()
    assert WHY in page and "--substitutes" in page and "重新计算一致" in page
    assert change.absent_no not in page
    record, changes = tmp_path / "record.json", tmp_path / "substitutes.json"
    record.write_text(json.dumps(whole_record(made.draw)), encoding="utf-8")
    changes.write_bytes(client.get(address).content)
    command = ["draw", "verify", str(record), "--substitutes", str(changes)]
    good = CliRunner().invoke(app, command)
    assert good.exit_code == 0 and "更换检查人员1次" in good.output
    forged = json.loads(changes.read_text(encoding="utf-8"))
    forged[0]["reason"] = "另有任务，不能执行"
    changes.write_text(json.dumps(forged), encoding="utf-8")
    assert CliRunner().invoke(app, command).exit_code == 1

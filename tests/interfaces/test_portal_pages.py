"""Front page, law, machine addresses; and the whole portal over its own database role."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connections
from django.db.utils import ProgrammingError
from django.http import HttpResponse
from django.test import Client
from tests.interfaces.portal_city import (
    FOOD,
    a_batch,
    a_draw,
    a_permit,
    a_run,
    a_score,
    a_subject,
    an_act,
    policy,
    portal_reads_default,
)
from tests.people import NOW, make_people

from xinheng.core.policy import load_policy
from xinheng.interfaces.web.place import INKS, Accent, nearest_accent
from xinheng.store.models import Publication

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.urls("tests.interfaces.portal_urls")]
MISSING = "‼"


@pytest.fixture
def strict_templates(settings: Any) -> None:
    """A name that a template uses and a view does not give shows itself."""
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "OPTIONS": {**engine["OPTIONS"], "string_if_invalid": MISSING}}]


@pytest.fixture
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def a_city() -> list[str]:
    """One of everything that is public; the addresses of its pages."""
    people = make_people()
    subject = a_subject("样例全景食品有限公司", former="样例旧名")
    an_act(subject, people, batch=a_batch(people))
    an_act(subject, people, item=14, seriousness=3, title="严重失信主体")
    an_act(subject, people, item=12, seriousness=0, title="监督检查", fields={"检查结果": "合格"})
    an_act(subject, people, item=16, seriousness=0, title="承诺", fields={"承诺类型": "主动型"})
    a_permit(subject, people)
    model = policy().models[FOOD]
    run = a_run(model)
    a_score(run, subject, model, points={"penalty_general": -100})
    draw = a_draw(people)
    acts = [f"/act/{act.pk}" for act in Publication.objects.order_by("id")]
    return [
        *(
            "/",
            "/search",
            "/search?q=样例全景",
            "/search?q=9141",
            "/acts",
            "/acts?kind=penalty&district=410202",
        ),
        *("/acts.csv", "/draws", "/about", "/rules", "/catalogue", "/catalogue.json", "/robots.txt"),
        *(f"/subject/{subject.public_id}", f"/subject/{subject.public_id}/grade/{run.public_id}", *acts),
        *(f"/draw/{draw.public_id}", f"/draw/{draw.public_id}/record.json"),
        f"/announcement/{draw.announcement.public_id}",
    ]


@pytest.mark.row("M5-03")
@pytest.mark.usefixtures("committed", "on_the_day")
def test_every_page_is_made_by_a_role_that_can_read_public_views_alone(client: Client) -> None:
    for address in a_city():
        answer = client.get(address)
        assert answer.status_code == 200, address
    with connections["portal"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("xinheng_portal",)


@pytest.mark.guard("G9")
@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FROM store_record",
        "SELECT 1 FROM store_subject",
        "SELECT 1 FROM store_score",
        "SELECT 1 FROM store_user",
        "UPDATE public_subject SET name = ''",
        "DELETE FROM public_subject",
    ],
)
def test_the_role_of_the_portal_reaches_nothing_else(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), connections["portal"].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_day", "strict_templates")
def test_no_page_lacks_a_value(client: Client) -> None:
    with portal_reads_default():
        for address in a_city():
            answer = client.get(address)
            text = answer.getvalue().decode()
            assert MISSING not in text, (
                address,
                text[max(0, text.find(MISSING) - 200) : text.find(MISSING) + 20],
            )


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_day", "strict_templates")
def test_an_empty_city_has_pages_too(client: Client) -> None:
    with portal_reads_default():
        for address in ("/", "/search", "/search?q=样例", "/acts", "/draws", "/about", "/rules"):
            html = client.get(address).content.decode()
            assert "<h1>" in html
            assert MISSING not in html


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_day")
def test_the_front_page_leads_to_newest_acts_and_draws(client: Client) -> None:
    with portal_reads_default():
        a_city()
        html = client.get("/").content.decode()
    assert "信用开封" in html
    assert 'data-accent="umber"' in html
    assert "样例全景食品有限公司" in html
    assert "名录 40 户，抽 4 户" in html


@pytest.mark.row("M5-09")
@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_day")
def test_the_first_page_with_all_its_files_weighs_less_than_100_kilobytes(client: Client) -> None:
    with portal_reads_default():
        a_city()
        page = client.get("/").content
    files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page.decode()))
    contents = [Path(str(finders.find(file))).read_bytes() for file in files]
    assert {Path(file).suffix for file in files} == {".css", ".svg"}, "the page runs no script"
    assert not [file for file in contents if b"url(" in file or b"@import" in file], (
        "files fetch nothing more"
    )
    assert len(page) + sum(map(len, contents)) < 100_000


@pytest.mark.guard("G9")
@pytest.mark.guard("G1")
@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_day")
def test_machines_are_told_of_services_and_of_organisations_without_adverse_acts_alone(
    client: Client,
) -> None:
    people = make_people()
    clean, trader, punished = (
        a_subject("样例清白食品有限公司"),
        a_subject("样例小吃店", kind="sole_trader"),
        a_subject("样例受罚食品有限公司"),
    )
    for one in (clean, trader):
        a_permit(one, people)
    an_act(punished, people)
    with portal_reads_default():
        front = client.get("/")
        told = {one.name: client.get(f"/subject/{one.public_id}") for one in (clean, trader, punished)}
    assert front.headers["X-Robots-Tag"] == "noarchive"
    kinds = [one["@type"] for one in _structured(front)["@graph"]]
    assert kinds[0] == "WebSite"
    assert "GovernmentService" in kinds
    named = _structured(told[clean.name])
    assert (named["@type"], named["name"], named["identifier"]["value"]) == (
        "Organization",
        clean.name,
        clean.code,
    )
    assert f'<link rel="canonical" href="http://testserver/subject/{clean.public_id}">' in _html(
        told[clean.name]
    )
    assert '<meta name="description" content="样例清白食品有限公司' in _html(told[clean.name])
    for hidden in (trader, punished):
        assert "ld+json" not in _html(told[hidden.name]), hidden.name
    assert "canonical" not in _html(told[punished.name])
    assert "noindex" in told[punished.name].headers["X-Robots-Tag"]


def _html(answer: HttpResponse) -> str:
    return answer.content.decode()


def _structured(answer: HttpResponse) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', _html(answer))
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


@pytest.mark.guard("G15")
def test_the_law_page_lists_every_clock_with_source_and_doubt(client: Client) -> None:
    html = client.get("/about").content.decode()
    for words in ("行政处罚决定上网公示", "7个工作日", "发改办财金〔2018〕424号", "依据待核", "待确认"):
        assert words in html
    assert 'id="objection"' in html
    assert 'id="repair"' in html
    assert "信用中国" in html


@pytest.mark.django_db
@pytest.mark.parametrize("city", ["kaifeng", "shijiazhuang", "huaian", "nanyang", "pingdingshan"])
def test_every_city_pack_has_its_own_portal(client: Client, settings: Any, city: str) -> None:
    settings.CITY = city
    place = load_policy(settings.POLICY_ROOT, city=city)
    with portal_reads_default():
        for address in ("/", "/about", "/rules", "/acts"):
            html = client.get(address).content.decode()
            assert place.city.portal_name in html
            assert "<h1>" in html


def test_health_and_robots_ask_no_database(client: Client) -> None:
    assert client.get("/health").content == b"ok\n"
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /search" in robots
    assert "Disallow: /subject" not in robots, "a page must be read for its noindex to be seen"


def test_accents_are_those_of_the_style_sheet_and_every_colour_finds_one() -> None:
    sheet = Path(__file__).parents[2] / "src/xinheng/interfaces/web/static/web/tokens.css"
    text = sheet.read_text(encoding="utf-8")
    for accent in Accent:
        rule = (
            f"--blue:{INKS[accent]}"
            if accent is Accent.BLUE
            else f"[data-accent={accent}]{{--accent:{INKS[accent]}}}"
        )
        assert rule in text
        assert nearest_accent(INKS[accent]) is accent

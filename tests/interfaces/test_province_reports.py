"""An enterprise asks the province for its special report: sent once, fetched when it is there, and nothing lost on the way."""

import importlib.util
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.clamd_stub import scanner
from tests.interfaces.office_people import text
from tests.interfaces.own_space import visitor_of
from tests.interfaces.portal_city import a_subject
from tests.people import NOW, TODAY, People

from xinheng.core.attachments import Checked
from xinheng.core.policy import Policy
from xinheng.interfaces.exchange.province_calls import go_round
from xinheng.interfaces.jobs.clamd import check_waiting
from xinheng.services.province_reports import note_report_checked
from xinheng.store.models import LedgerEvent, ProvinceRequest, Record, Subject

pytestmark = [
    pytest.mark.usefixtures("office_clock", "home"),
    pytest.mark.row("X-05"),
    pytest.mark.row("M6-05"),
    pytest.mark.guard("G10"),
]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "province_simulator.py"


@pytest.fixture(scope="module")
def simulator() -> Iterator[tuple[Any, str]]:
    spec = importlib.util.spec_from_file_location("province_simulator", EXAMPLE)
    assert spec and spec.loader
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    server = ThreadingHTTPServer(("127.0.0.1", 0), example.Province)
    Thread(target=server.serve_forever, daemon=True).start()
    yield example, f"http://127.0.0.1:{server.server_port} 127.0.0.0/8"
    server.shutdown()
    server.server_close()


def _firm(ending: str) -> Subject:
    """An enterprise whose code the simulator answers in a certain way."""
    for number in range(100):
        firm = a_subject(f"开封样例{number}号食品有限公司")
        if (firm.code or "")[-1] in ending:
            return firm
    raise AssertionError(ending)


def _asked(firm: Subject, people: People, **changed: str) -> tuple[Client, str, Any]:
    visitor = visitor_of(firm, people.wang)
    url = reverse("counter:own_province_reports", args=[firm.public_id])
    given = {"from_on": "2024-01-01", "until_on": str(TODAY), "purpose": "bidding", "agreed": "1"}
    return visitor, url, visitor.post(url, {key: value for key, value in (given | changed).items() if value})


def test_a_report_comes_back_sealed_for_its_enterprise_alone(
    simulator: tuple[Any, str], people: People, policy: Policy, settings: Any
) -> None:
    settings.PROVINCE = simulator[1]
    firm = _firm("1")
    visitor, url, _ = _asked(firm, people, agreed="")
    assert not ProvinceRequest.objects.exists()
    _, _, answer = _asked(firm, people)
    assert answer.status_code == 302 and "待发往省平台" in text(visitor.get(url))
    assert "同样的申请正在办理" in text(_asked(firm, people)[2])
    for minutes in (0, 10, 20):
        go_round(policy=policy, now=NOW + timedelta(minutes=minutes))
    row = ProvinceRequest.objects.get()
    assert (row.state, row.simulated) == ("done", True) and not Record.objects.exists()
    page = text(visitor.get(url))
    assert "省平台出具" in page and "模拟，不具有效力" in page
    paper = reverse("counter:own_province_report_pdf", args=[firm.public_id, row.public_id])
    content = b"".join(visitor.get(paper).streaming_content)  # type: ignore[attr-defined]
    assert content == simulator[0].paper(row.number)
    other = visitor_of(a_subject("另一家公司"), people.wang)
    assert other.get(paper).status_code in {403, 404}


def test_a_province_that_is_silent_or_refuses_is_told_in_words_and_nothing_is_lost(
    simulator: tuple[Any, str], people: People, policy: Policy, settings: Any
) -> None:
    settings.PROVINCE = "http://127.0.0.1:9 127.0.0.0/8"
    firm = _firm("0")
    visitor, url, _ = _asked(firm, people)
    assert go_round(policy=policy, now=NOW) == 0
    assert "已试 1 次" in text(visitor.get(url))
    assert go_round(policy=policy, now=NOW) == 0
    assert ProvinceRequest.objects.get().tries == 1
    settings.PROVINCE = simulator[1]
    assert go_round(policy=policy, now=NOW + timedelta(days=1)) == 1
    page = text(visitor.get(url))
    assert "省平台未出具" in page and "模拟：省平台没有这家企业" in page


def test_a_report_stays_closed_until_the_virus_scanner_has_spoken(
    simulator: tuple[Any, str], people: People, policy: Policy, settings: Any, tmp_path: Path
) -> None:
    settings.PROVINCE, settings.CLAMD = simulator[1], f"{tmp_path}/clamd.sock"
    firm = _firm("1")
    visitor, url, _ = _asked(firm, people)
    for minutes in (0, 10, 20):
        go_round(policy=policy, now=NOW + timedelta(minutes=minutes))
    row = ProvinceRequest.objects.get()
    paper = reverse("counter:own_province_report_pdf", args=[firm.public_id, row.public_id])
    assert "已取得，正在查毒" in text(visitor.get(url)) and visitor.get(paper).status_code == 409
    with scanner(settings.CLAMD, b"stream: OK\0"):
        assert check_waiting(settings.CLAMD, now=NOW) == 1
    assert visitor.get(paper).status_code == 200 and check_waiting(settings.CLAMD, now=NOW) == 0
    note_report_checked(row, Checked.INFECTED, now=NOW)
    assert "查出病毒" in text(visitor.get(url)) and visitor.get(paper).status_code == 409
    assert LedgerEvent.objects.filter(kind="province_report.infected").count() == 1


def test_without_a_declared_interface_nothing_is_taken_in(
    people: People, policy: Policy, settings: Any
) -> None:
    settings.PROVINCE = ""
    visitor, url, answer = _asked(a_subject("开封样例食品有限公司"), people)
    assert "还没有接通省平台" in text(answer) and not ProvinceRequest.objects.exists()
    assert go_round(policy=policy, now=NOW) == 0
    assert "专项信用报告（限本平台归集范围）" in text(visitor.get(url))

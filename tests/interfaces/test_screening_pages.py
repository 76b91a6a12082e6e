"""Names looked for on every active list, by a desk on its page and by whoever runs commands on the server."""

import csv
from pathlib import Path

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.services.deliveries import code
from tests.services.measure_cases import make_measures
from typer.testing import CliRunner

from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.interfaces.cli import app
from xinheng.store.models import CheckMade, LedgerEvent, Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M9-08")]
FIRM = "开封市样例食品有限公司"


@pytest.fixture
def listed(people: People, policy: Policy, home: Path) -> Subject:
    rows = make_measures(people, policy).rows
    batch = rows.batch(state="loaded", item=14, loaded_at=NOW)
    record = rows.record(item=14, seriousness=Seriousness.SERIOUS, batch=batch)
    rows.detail(record=record, document_no="列〔2026〕71号", authority="省厅", title="严重失信主体名单")
    Subject.objects.filter(pk=record.subject_id).update(name=FIRM, code=code(1))
    return record.subject


@pytest.mark.guard("G2")
def test_a_desk_reads_who_is_listed_what_needs_a_look_and_what_is_wrong(
    listed: Subject, people: People
) -> None:
    wang, url = signed_in(people.wang), reverse("office:screen_names")
    asked = {
        "occasion": "honours",
        "reference": "函〔2026〕9号",
        "names": f"{FIRM},{code(1)}\n张三\n另一家公司",
    }
    assert "请填写来函文号或者项目编号" in text(post(wang, url, asked | {"reference": ""}))
    page = text(post(wang, url, asked))
    assert "列〔2026〕71号" in page and "共 3 行，名单上没有的 1 行" in page and "不是准入结论" in page
    assert CheckMade.objects.get().subject_id == listed.pk
    table = post(wang, url, asked | {"table": "on"})
    assert table.headers["Content-Type"].startswith("text/csv") and "列〔2026〕71号" in text(table)
    assert "请填写要核查的名称" in text(post(wang, url, asked | {"names": " \n"}))


def test_the_command_writes_each_line_and_notes_why_it_was_run(
    listed: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.interfaces.cli.ready.ready", lambda **_: None)
    names, out = tmp_path / "names.csv", tmp_path / "out.csv"
    names.write_text(f"名称,统一社会信用代码\n{FIRM},{code(1)}\n另一家公司,\n", encoding="utf-8")
    words = ["screen", "--names", str(names), "--out", str(out), "--reason"]
    refused = CliRunner().invoke(app, [*words, " "])
    assert (
        refused.exit_code != 0
        and not out.exists()
        and not LedgerEvent.objects.filter(reason="函1号").exists()
    )
    done = CliRunner().invoke(app, [*words, "函1号"])
    assert done.exit_code == 0 and "共 2 行" in done.output
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["文号"] for row in rows] == ["列〔2026〕71号", ""]
    assert LedgerEvent.objects.filter(reason="函1号").exists()

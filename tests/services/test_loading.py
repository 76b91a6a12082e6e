"""Loading of prepared rows: words arrive as they were, known time never goes back, conflicts stay out."""

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import md5
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection
from tests.people import NOW, People

from xinheng.core.ids import uscc_check_character
from xinheng.intake.handover import hand_over, write_row
from xinheng.matching.tokens import search_tokens
from xinheng.services.loading import Loaded, Register, cut_names_again, load, load_single, refresh_search
from xinheng.store.models import Batch, Record, RecordDetail, Subject, SubjectCode, SubjectName, SubjectSearch

SCHEMA = pa.schema(
    [
        ("row_no", pa.int32()),
        *((name, pa.string()) for name in ("code", "other_kind", "other_code", "name")),
        ("item", pa.int16()),
        ("document_no", pa.string()),
        *((name, pa.date32()) for name in ("decided_on", "valid_from", "valid_to")),
        *((name, pa.string()) for name in ("authority", "authority_code")),
        ("amount_fen", pa.int64()),
        ("headcount", pa.int32()),
        ("result", pa.string()),
        *((name, pa.int16()) for name in ("seriousness", "finality")),
        *((name, pa.string()) for name in ("title", "details", "flags")),
        *((name, pa.binary()) for name in ("content_hash", "natural_hash")),
    ]
)
Row = dict[str, Any]
Load = Callable[..., Loaded]


def code(number: int) -> str:
    body = f"91410202MA{number:07d}"
    return body + uscc_check_character(body)


def row(number: int, **changes: Any) -> Row:
    """The permit that row ``number`` tells of, of a subject of its own unless ``changes`` says otherwise."""
    values = dict.fromkeys(SCHEMA.names) | {
        "row_no": number,
        "code": code(number),
        "name": f"汴京试验第{number}商贸有限公司",
        "item": 3,
        "document_no": f"汴许〔2026〕{number}号",
        "decided_on": date(2026, 10, 12),
        "authority": "开封市市场监督管理局",
        "result": "granted",
        "title": "食品经营许可",
        "details": '{"许可类别": "普通"}',
        "flags": "",
        **changes,
    }
    natural = md5(f"{values['document_no']}|{values['code']}".encode()).digest()
    content = md5(f"{values['title']}|{values['amount_fen']}|{values['details']}".encode()).digest()
    return values | {"natural_hash": natural, "content_hash": content}


@pytest.fixture
def loading(people: People, tmp_path: Path) -> Load:
    """Loads rows as a batch of their own."""

    def run(*rows: Row, now: Any = NOW, register: Register | None = None) -> Loaded:
        batch = Batch.objects.create(
            organisation=people.market, received_at=now, file_name="许可.csv", state="preview"
        )
        work = tmp_path / f"{batch.pk}"
        work.mkdir()
        pq.write_table(pa.Table.from_pylist(list(rows), schema=SCHEMA), work / "accepted.parquet")
        with hand_over(work / "accepted.parquet", work) as parcel:
            return load(parcel, batch=batch.pk, now=now, register=register)

    return run


def test_words_arrive_as_they_were(loading: Load) -> None:
    odd = 'a\tb\\n c\nd\r\n"e",\\. \x1f \\N 汉字'
    details = '{"许可内容":"a\\tb \\"引号\\" \\\\ 反斜线"}'
    loading(row(2, title=odd, document_no="\\N", authority=None, details=details))
    detail = RecordDetail.objects.get()
    assert (detail.title, detail.document_no, detail.authority) == (odd, "\\N", "")
    assert detail.fields == {"许可内容": 'a\tb "引号" \\ 反斜线'}


def test_what_is_not_told_stays_empty_and_what_is_told_keeps_its_kind(loading: Load) -> None:
    loading(
        row(2, result=None, details=None),
        row(3, amount_fen=9_000_000_000, headcount=7, valid_to=date(2031, 1, 2)),
    )
    bare, full = Record.objects.order_by("row_no")
    assert (bare.amount_fen, bare.headcount, bare.valid_to, bare.result) == (None, None, None, "")
    assert (bare.seriousness, bare.finality, bare.state, bare.detail.fields) == (0, 0, 1, {})
    assert (full.amount_fen, full.headcount, full.valid_to) == (9_000_000_000, 7, date(2031, 1, 2))
    assert bytes(full.natural_hash) == row(3)["natural_hash"]
    assert (bare.known_at, bare.record_key) == (NOW, bare.pk)


def test_records_are_numbered_in_the_order_of_the_file(loading: Load) -> None:
    loading(row(9), row(4), row(5))
    assert list(Record.objects.order_by("pk").values_list("row_no", flat=True)) == [4, 5, 9]
    loading(row(2, document_no="汴许〔2026〕90号"))
    assert Record.objects.order_by("pk").last().row_no == 2  # type: ignore[union-attr]


def test_a_later_file_of_the_same_moment_is_known_later_and_makes_derived_things_stale(loading: Load) -> None:
    loading(row(2))
    again = loading(row(3, code=code(2), name=row(2)["name"]), row(4))
    subject = Subject.objects.get(code=code(2))
    later = NOW + timedelta(microseconds=1)
    assert (again.accepted, subject.version, subject.last_known_at) == (2, 2, later)
    assert Record.objects.get(row_no=3).known_at == later
    assert (Record.objects.get(row_no=4).known_at, Subject.objects.get(code=code(4)).version) == (NOW, 1)


def test_a_subject_with_nothing_new_is_left_alone(loading: Load) -> None:
    loading(row(2))
    assert loading(row(2)) == Loaded(0, 1, ())
    assert (Subject.objects.get().version, Subject.objects.get().last_known_at) == (1, NOW)


def test_known_contradicting_and_foreign_rows_stay_out_each_for_its_reason(loading: Load) -> None:
    loading(row(2), row(3), row(4))
    found = loading(row(2), row(3, title="另一内容"), row(4, name="改名有限公司", document_no="新"), row(5))
    assert (found.accepted, found.duplicates) == (1, 1)
    assert [(number, problem) for number, problem, _ in found.conflicts] == [(3, "E08"), (4, "E17")]
    assert "汴京试验第4商贸有限公司" in found.conflicts[1][2]
    assert Record.objects.count() == 4


@pytest.mark.parametrize("mark", ["", "\\x"])
def test_an_adopted_row_keeps_the_identity_of_its_act(loading: Load, mark: str) -> None:
    loading(row(2))
    adopted = row(3, code=code(2), name=row(2)["name"])
    told = adopted | {name: mark + adopted[name].hex() for name in ("natural_hash", "content_hash")}
    told["decided_on"] = "2026-10-12"
    batch = Batch.objects.get().pk
    assert load_single(told, batch=batch, now=NOW)
    assert bytes(Record.objects.get(row_no=3).natural_hash) == adopted["natural_hash"]
    assert not load_single(told, batch=batch, now=NOW)


def test_an_adopted_row_goes_back_into_the_form_of_accepted_rows(tmp_path: Path) -> None:
    told = row(3, amount_fen=5) | {
        "natural_hash": "\\x0a0b",
        "content_hash": "0c0d",
        "decided_on": "2026-10-12",
    }
    write_row(told, tmp_path / "row.parquet")
    (back,) = pq.read_table(tmp_path / "row.parquet").to_pylist()
    assert (back["natural_hash"], back["content_hash"]) == (b"\x0a\x0b", b"\x0c\x0d")
    assert (back["decided_on"], back["amount_fen"], back["valid_to"]) == (date(2026, 10, 12), 5, None)


def test_a_subject_is_found_by_an_older_code_the_second_time(loading: Load) -> None:
    older = {"code": None, "other_kind": "registration", "other_code": "410202000000001"}
    loading(row(2, **older))
    loading(row(3, **older, name=row(2)["name"]))
    assert Subject.objects.count() == 1
    assert Record.objects.count() == 2


@pytest.mark.row("M1-01")
@pytest.mark.row("M1-02")
@pytest.mark.parametrize(
    ("held", "joined"),
    [
        ({}, True),
        ({"from_on": date(2026, 10, 12)}, True),
        ({"from_on": date(2026, 10, 13)}, False),
        ({"to_on": date(2026, 10, 13)}, True),
        ({"to_on": date(2026, 10, 12)}, False),
    ],
)
def test_an_older_code_leads_to_its_subject_on_the_days_on_which_it_held(
    loading: Load, held: dict[str, date], joined: bool
) -> None:
    older = {"code": None, "other_kind": "registration", "other_code": "410202000000001"}
    loading(row(2, **older))
    SubjectCode.objects.update(**held)
    found = loading(row(3, **older, name=row(2)["name"]))
    assert found.accepted == int(joined)
    assert [one[1] for one in found.conflicts] == ([] if joined else ["E13"])
    assert Record.objects.count() == 1 + joined
    again = loading(row(2, **older))
    assert (again.accepted, again.conflicts) == (0, ()), "what is known already is not asked about again"


def test_the_registrar_renames_and_sets_master_data_by_the_last_row(loading: Load) -> None:
    loading(row(2))
    words = '{"行业":"食品","登记机关":"龙亭区市场监督管理局","住所":"样例路1号","行政区划代码":"410202"}'
    first = row(3, code=code(2), name="旧名有限公司", item=1, result="active", details=words)
    last = row(4, code=code(2), name="新名有限公司", item=1, result="suspended", details=words)
    found = loading(first, last, register=Register(lambda word: "food" if word == "食品" else None))
    subject = Subject.objects.get()
    assert (found.accepted, found.conflicts) == (2, ())
    assert (subject.name, subject.status, subject.sector) == ("新名有限公司", "suspended", "food")
    assert (subject.registrar, subject.division_code) == ("龙亭区市场监督管理局", "410202")
    assert SubjectName.objects.filter(subject=subject).count() == 3
    assert {"旧名", "新名", "汴京"} <= set(SubjectSearch.objects.get().tokens)


def test_search_words_of_all_names_are_made_anew(loading: Load) -> None:
    loading(row(2), row(3))
    for subject in Subject.objects.all():
        SubjectName.objects.create(subject=subject, name="祥符茶庄", normalised="祥符茶庄", known_at=NOW)
    refresh_search(list(Subject.objects.values_list("pk", flat=True)))
    assert all({"祥符", "汴京"} <= set(found.tokens) for found in SubjectSearch.objects.all())


def test_names_that_were_cut_in_another_way_are_cut_anew_once(loading: Load) -> None:
    loading(row(2), row(3))
    SubjectSearch.objects.update(tokens=["旧"], cut=0)
    assert cut_names_again() == 2
    assert all(
        set(search_tokens(found.subject.name)) <= set(found.tokens) for found in SubjectSearch.objects.all()
    )
    assert cut_names_again() == 0


def test_rows_that_hold_pairs_of_letters_alone_are_cut_by_threes_once(loading: Load) -> None:
    loading(row(2), row(3))
    for found in SubjectSearch.objects.all():
        found.tokens = [
            one for one in found.tokens if "'" in one or not (one.startswith("py:") and len(one) > 5)
        ]
        found.save()
    cut_by_threes = import_module("xinheng.store.migrations.0595_letters_by_threes").cut_by_threes
    cut_by_threes(None, connection.schema_editor())
    cut = dict(SubjectSearch.objects.values_list("subject__name", "tokens"))
    assert len(cut) == 2 and all(set(search_tokens(name)) <= set(tokens) for name, tokens in cut.items())
    assert all(len(tokens) == len(set(tokens)) for tokens in cut.values())
    cut_by_threes(None, connection.schema_editor())
    assert dict(SubjectSearch.objects.values_list("subject__name", "tokens")) == cut

"""Two rows that are one subject: merged by two persons, filed together, split back to what it was."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.interfaces.portal_city import portal_reads_default
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.services.publication import publish_batch
from xinheng.services.records import Change, change_state, delete
from xinheng.services.refresh import refresh_grades
from xinheng.services.subject_merge import (
    compared,
    decide_merge,
    decide_split,
    propose_merge,
    propose_split,
)
from xinheng.services.subjects import holder_of_code, subject_of_code
from xinheng.store.models import (
    Batch,
    EvaluationRun,
    LedgerEvent,
    PublicAct,
    Publication,
    PublicMoved,
    PublicName,
    PublicSubject,
    Record,
    RecordDetail,
    RecordNote,
    Subject,
    SubjectMerge,
    SubjectSearch,
)
from xinheng.store.scores import scores_of

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M1-02")]
MODEL = "food/food-operators"
SAME = "汴市监罚〔2026〕77号"


def _deliver(
    people: People, policy: Policy, folder: Path, *rows: str, called: str = "处罚.csv", **words: str
) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    return import_file(write(folder, *rows, called=called, **words), delivery)


def _subject(number: int) -> Subject:
    return Subject.objects.get(code=code(number))


def _merge(people: People, policy: Policy, gone: int, kept: int, *, hour: int = 1) -> SubjectMerge:
    moment = NOW + timedelta(hours=hour)
    proposed = propose_merge(
        _subject(gone),
        _subject(kept),
        keep=_subject(kept),
        reason="换发代码，实为同一企业",
        ground="登记底册第3页",
        actor=people.wang,
        now=moment,
    )
    return decide_merge(
        proposed.public_id, agree=True, reason="已核对底册", actor=people.zhao, policy=policy, now=moment
    )


def _split(merge: SubjectMerge, people: People, policy: Policy, *, hour: int = 2) -> None:
    moment = NOW + timedelta(hours=hour)
    propose_split(merge.public_id, reason="查明是两家企业", actor=people.wang, now=moment)
    decide_split(merge.public_id, agree=True, reason="底册有误", actor=people.zhao, policy=policy, now=moment)


def _filed() -> set[tuple[Any, ...]]:
    """All that stands, without the moments at which it came to be known."""
    rows = Record.objects.filter(known_until__isnull=True).select_related("detail")
    return {
        (
            *(row.record_key, row.subject_id, row.state, bytes(row.content_hash), row.batch_id, row.row_no),
            *(row.detail.document_no, row.amount_fen, row.decided_on, str(row.detail.fields)),
        )
        for row in rows
    }


def _shown() -> set[tuple[Any, ...]]:
    living = Publication.objects.filter(stopped_at__isnull=True)
    return set(living.values_list("record_key", "subject_id", "due_on", "stop_on", "reviewed_by"))


def _found() -> dict[int, set[str]]:
    return {pk: set(tokens) for pk, tokens in SubjectSearch.objects.values_list("pk", "tokens")}


def _masters() -> set[tuple[Any, ...]]:
    names = ("pk", "public_id", "code", "name", "status", "address", "merged_into")
    return set(Subject.objects.values_list(*names))


@pytest.fixture
def two(people: People, policy: Policy, tmp_path: Path) -> People:
    batch = _deliver(people, policy, tmp_path, penalty(1), penalty(2), penalty(2, document=SAME), penalty(3))
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    return people


def test_records_are_filed_with_the_one_that_stays_and_keep_their_source(two: People, policy: Policy) -> None:
    _merge(two, policy, 2, 1)
    kept, gone = _subject(1), _subject(2)
    assert gone.merged_into == kept
    assert holder_of_code(code(2)) == holder_of_code(f" {code(1).lower()} ") == kept
    assert (subject_of_code(code(2)), subject_of_code(code(1)), holder_of_code("")) == (None, kept, None)
    filed = Record.objects.filter(subject=kept, known_until__isnull=True)
    assert filed.count() == 3
    assert not Record.objects.filter(subject=gone, known_until__isnull=True).exists()
    assert {record.batch_id for record in filed} == {Batch.objects.get().pk}
    came = filed.exclude(pk__in=filed.filter(note=None)).latest("pk")
    assert Record.objects.get(pk=came.record_key).subject == gone
    note = RecordNote.objects.get(record=came)
    assert (note.deed, note.actor) == ("refile", two.zhao)
    assert "登记底册" in note.ground


def test_what_was_known_before_the_merge_is_read_as_it_was(two: People, policy: Policy) -> None:
    from xinheng.services.subjects import versions_of

    _merge(two, policy, 2, 1, hour=48)
    before = versions_of(_subject(2), as_of=None, known_on=TODAY)
    assert before.count() == 2
    assert versions_of(_subject(2), as_of=None, known_on=None).count() == 0
    assert versions_of(_subject(1), as_of=None, known_on=TODAY).count() == 1


def test_the_public_finds_both_under_the_one_that_stays(two: People, policy: Policy) -> None:
    gone = _subject(2)
    _merge(two, policy, 2, 1)
    kept = _subject(1)
    assert not PublicSubject.objects.filter(pk=gone.pk).exists()
    assert PublicMoved.objects.get(public_id=gone.public_id).leads_to == kept.public_id
    assert PublicName.objects.filter(subject_id=kept.pk).count() == 2
    assert PublicAct.objects.filter(subject_id=kept.pk).count() == 3
    assert _found()[kept.pk] > set(SubjectSearch.objects.get(pk=gone.pk).tokens) & {"号食"}


def test_the_old_address_leads_to_the_one_that_stays(two: People, policy: Policy) -> None:
    gone = _subject(2)
    page, by_code = (
        reverse("portal:subject", args=[gone.public_id]),
        reverse("portal:by_code", args=[gone.code]),
    )
    with portal_reads_default():
        assert Client().get(page).status_code == 200
        _merge(two, policy, 2, 1)
        for address in (page, by_code):
            led = Client().get(address)
            assert led.status_code == 302
            assert led.headers["Location"] == reverse("portal:subject", args=[_subject(1).public_id])


def test_what_comes_later_under_the_old_code_follows_and_goes_back_with_a_split(
    two: People, policy: Policy, tmp_path: Path
) -> None:
    merge = _merge(two, policy, 2, 1)
    _deliver(two, policy, tmp_path, penalty(2, document="汴市监罚〔2026〕99号"), called="后来.csv")
    assert Record.objects.filter(subject=_subject(1), known_until__isnull=True).count() == 4
    _split(merge, two, policy)
    assert Record.objects.filter(subject=_subject(2), known_until__isnull=True).count() == 3
    assert Record.objects.filter(subject=_subject(1), known_until__isnull=True).count() == 1


def test_sending_again_what_was_filed_elsewhere_adds_nothing(
    two: People, policy: Policy, tmp_path: Path
) -> None:
    _merge(two, policy, 2, 1)
    batch = _deliver(two, policy, tmp_path, penalty(2), penalty(4), called="再报.csv")
    assert (batch.accepted, batch.duplicates) == (1, 1)


def test_an_act_told_under_both_codes_counts_once(two: People, policy: Policy, tmp_path: Path) -> None:
    batch = _deliver(two, policy, tmp_path, penalty(1, document=SAME), called="双报.csv")
    publish_batch(batch.public_id, reviewer=two.zhou, policy=policy, now=NOW)
    before = (_filed(), _shown())
    merge = _merge(two, policy, 2, 1)
    twin = Record.objects.get(known_until__isnull=True, note__deed="twin")
    assert RecordState(twin.state) is RecordState.SHIELDED
    assert PublicAct.objects.filter(subject_id=_subject(1).pk, document_no=SAME).count() == 1
    _deliver(two, policy, tmp_path, penalty(1, document="汴市监罚〔2026〕2号"), called="又报.csv")
    assert Record.objects.filter(known_until__isnull=True, note__deed="twin").count() == 2
    _split(merge, two, policy)
    assert before[0] < _filed()
    assert before[1] == _shown()
    assert not Record.objects.filter(known_until__isnull=True, state=RecordState.SHIELDED).exists()


def test_one_person_does_not_do_it_alone(two: People, policy: Policy) -> None:
    given = {"reason": "同一企业", "ground": "底册", "now": NOW}
    proposed = propose_merge(_subject(1), _subject(2), actor=two.zhao, **given)
    decision = {"agree": True, "reason": "对", "policy": policy, "now": NOW}
    with pytest.raises(Refusal) as told:
        decide_merge(proposed.public_id, actor=two.zhao, **decision)
    assert told.value.code == "ME07"
    with pytest.raises(Refusal) as told:
        propose_merge(_subject(2), _subject(1), actor=two.wang, **given)
    assert told.value.code == "ID01"
    decide_merge(proposed.public_id, actor=two.wang, **decision)
    propose_split(proposed.public_id, reason="错了", actor=two.zhao, now=NOW)
    with pytest.raises(Refusal) as told:
        decide_split(proposed.public_id, actor=two.zhao, **decision)
    assert told.value.code == "ME07"
    assert LedgerEvent.objects.filter(kind="subject.merged").count() == 2


def test_a_proposal_refused_leaves_all_as_it_was(two: People, policy: Policy) -> None:
    before = (_filed(), _shown(), _masters(), _found())
    proposed = propose_merge(
        _subject(1), _subject(2), reason="名称相近", ground="无", actor=two.wang, now=NOW
    )
    decide_merge(proposed.public_id, agree=False, reason="两家企业", actor=two.zhao, policy=policy, now=NOW)
    assert before == (_filed(), _shown(), _masters(), _found())
    assert any(line.differs for line in compared(_subject(1), _subject(2)))


def test_a_wrong_merge_undone_gives_what_never_merged_gives(two: People, policy: Policy) -> None:
    before = (_filed(), _shown(), _masters(), _found())
    _split(_merge(two, policy, 2, 1), two, policy)
    assert before == (_filed(), _shown(), _masters(), _found())


steps = st.lists(
    st.tuples(st.sampled_from(["merge", "split", "load", "withdraw"]), st.integers(1, 3), st.integers(1, 3)),
    max_size=7,
)


@settings(
    max_examples=12,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps)
def test_whatever_is_merged_and_split_every_record_ends_where_it_came(
    two: People, policy: Policy, tmp_path: Path, course: list[tuple[str, int, int]]
) -> None:
    """After all merges are undone, the files are those of a city in which the same came and nothing was merged."""
    from django.db import transaction

    with transaction.atomic():
        loads: dict[int, int] = {}
        for hour, (deed, one, other) in enumerate(course, start=1):
            _act(deed, one, other, hour, two, policy, tmp_path, loads)
        for hour, merge in enumerate(SubjectMerge.objects.filter(state="merged"), start=50):
            _split(merge, two, policy, hour=hour)
        origins = dict(
            Record.objects.filter(known_until__isnull=True).values_list("record_key", "subject_id")
        )
        for key, held in origins.items():
            assert Record.objects.get(pk=key).subject_id == held
        shielded = Record.objects.filter(known_until__isnull=True, state=RecordState.SHIELDED)
        assert not shielded.exists()
        assert not Subject.objects.filter(merged_into__isnull=False).exists()
        assert Record.objects.filter(known_until__isnull=True).count() == 4 + sum(loads.values())
        transaction.set_rollback(True)


def _act(
    deed: str,
    one: int,
    other: int,
    hour: int,
    people: People,
    policy: Policy,
    folder: Path,
    loads: dict[int, int],
) -> None:
    if deed == "load":
        document = f"汴市监罚〔2026〕5{hour}号"
        _deliver(people, policy, folder, penalty(one, document=document), called=f"{hour}.csv")
        loads[hour] = 1
    elif deed == "withdraw":
        open_ones = Record.objects.filter(known_until__isnull=True, state=RecordState.ACTIVE)
        record = open_ones.order_by("record_key").first()
        change = Change(deed="withdraw", reason="决定被撤销", ground="复议决定")
        moment = NOW + timedelta(hours=hour)
        if record is not None:
            change_state(
                record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=moment
            )
    else:
        try:
            if deed == "merge":
                _merge(people, policy, one, other, hour=hour)
            elif merge := SubjectMerge.objects.filter(state="merged").order_by("pk").first():
                _split(merge, people, policy, hour=hour)
        except Refusal as refusal:
            assert refusal.code in {"ME01", "ME02", "ME03"}


def test_grades_are_stale_at_once_and_made_anew(
    committed_people: People, policy: Policy, tmp_path: Path
) -> None:
    people = committed_people
    rows = [registration(number) for number in range(1, 5)]
    _deliver(people, policy, tmp_path, *rows, called="登记.csv", header=REGISTER)
    _deliver(people, policy, tmp_path, penalty(1, fine="1"), penalty(2, fine="9"))
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=NOW, publish=True)
    before = _points()
    merge = _merge(people, policy, 2, 1)
    refresh_grades(now=NOW + timedelta(hours=3))
    merged = _points()
    assert code(2) not in merged
    assert merged[code(1)] < before[code(1)]
    again = NOW + timedelta(hours=4)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=again, publish=True)
    assert _points() == merged
    _split(merge, people, policy, hour=5)
    refresh_grades(now=NOW + timedelta(hours=6))
    assert _points() == before
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=NOW + timedelta(hours=7), publish=True)
    assert _points() == before


def _points() -> dict[str, int]:
    run = EvaluationRun.objects.get(model=MODEL, current=True)
    return {
        score.subject.code or "": score.points_milli for score in scores_of(run).select_related("subject")
    }


@pytest.mark.guard("G1")
def test_a_sole_trader_is_never_one_with_an_enterprise(two: People, policy: Policy) -> None:
    Subject.objects.filter(pk=_subject(2).pk).update(kind="sole_trader")
    with pytest.raises(Refusal, match="个体工商户与企业不能合并") as caught:
        _merge(two, policy, 2, 1)
    assert caught.value.advice
    Subject.objects.filter(pk=_subject(3).pk).update(kind="sole_trader")
    with pytest.raises(Refusal, match="各有统一社会信用代码"):
        _merge(two, policy, 2, 3)
    assert not SubjectMerge.objects.exists()


@pytest.mark.guard("G9")
def test_words_of_a_deleted_record_go_from_the_versions_under_both(two: People, policy: Policy) -> None:
    _merge(two, policy, 2, 1)
    record = Record.objects.get(subject=_subject(1), known_until__isnull=True, detail__document_no=SAME)
    delete(
        record_key=record.record_key,
        change=Change(deed="delete", reason="法院判决删除", ground="（2026）豫02行终9号"),
        proposed_by=two.wang,
        actor=two.zhao,
        policy=policy,
        now=NOW + timedelta(hours=3),
        with_original=False,
    )
    details = RecordDetail.objects.filter(record__record_key=record.record_key)
    assert details.count() > 2
    assert not details.exclude(document_no="", title="", fields={}).exists()

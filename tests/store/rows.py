"""One valid row of every table, to be broken in one place by the tests of constraints."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import Any

from tests.people import NOW, TODAY, People

from xinheng.store import models as store

YESTERDAY = TODAY - timedelta(days=1)
DIGEST = "sha256:" + "0" * 64


@dataclass
class Rows:
    """Makes rows; what a test does not name is filled with something valid of its own."""

    people: People
    numbers: Any = field(default_factory=lambda: count(1))

    def grant(self, **given: Any) -> store.RoleGrant:
        held = {"user": self.people.wang, "role": "any", "organisation": self.people.city, "from_on": TODAY}
        return store.RoleGrant.objects.create(**held | given)

    def file(self, **given: Any) -> store.StoredFile:
        kept = {"digest": DIGEST, "size": 1, "name": "a.csv", "stored_at": NOW, "wrapped_key": b"k"}
        return store.StoredFile.objects.create(**kept | given)

    def batch(self, **given: Any) -> store.Batch:
        sent = {
            "organisation": self.people.market,
            "received_at": NOW,
            "file_name": "a.csv",
            "file_digest": f"sha256:{next(self.numbers)}",
            "policy_digest": DIGEST,
            "state": "preview",
        }
        return store.Batch.objects.create(**sent | given)

    def flag(self, **given: Any) -> store.SubjectFlag:
        marked = {
            "kind": "state_owned",
            "superior": "市国资委",
            "audit_contact": "市审计局",
            "source": "国有企业名录",
            "from_on": TODAY,
            "set_by": self.people.wang,
            "set_at": NOW,
        }
        if "subject" not in given:
            marked["subject"] = self.subject()
        return store.SubjectFlag.objects.create(**marked | given)

    def deletion(self, **given: Any) -> store.DeletionProposal:
        ground = self.record()
        proposed = {
            "record_key": ground.record_key,
            "subject": ground.subject,
            "organisation": self.people.market,
            "reason": "含个人信息",
            "ground": "汴信函〔2026〕9号",
            "proposed_by": self.people.wang,
            "proposed_at": NOW,
        }
        return store.DeletionProposal.objects.create(**proposed | given)

    def member(self, **given: Any) -> store.Member:
        entered = {
            "association": self.people.market,
            "subject": self.subject(),
            "from_on": TODAY,
            "source": "会员名册",
            "entered_by": self.people.wang,
            "entered_at": NOW,
        }
        return store.Member.objects.create(**entered | given)

    def letter(self, **given: Any) -> store.SuperiorLetter:
        ground = self.record()
        written = {
            "flag": self.flag(subject=ground.subject),
            "ground": ground,
            "record_key": ground.record_key,
            "addressee": "superior",
            "addressed_to": "市国资委",
            "title": "函",
            "text": "函",
            "reason": "汴政办〔2020〕46号第17项",
            "written_by": self.people.wang,
            "written_at": NOW,
        }
        return store.SuperiorLetter.objects.create(**written | given)

    def relation(self, **given: Any) -> store.Relation:
        ground = self.record()
        named = {
            "subject": ground.subject,
            "ground": ground,
            "record_key": ground.record_key,
            "kind": "legal_representative",
            "sealed": b"s",
            "wrapped_key": b"k",
            "source": "列入决定书",
            "from_on": TODAY,
            "entered_by": self.people.wang,
            "entered_at": NOW,
        }
        return store.Relation.objects.create(**named | given)

    def returned(self, **given: Any) -> store.ReturnedRow:
        row = {"row_no": next(self.numbers), "codes": ["E17"], "problems": [], "state": "waiting"}
        if "batch" not in given:
            row["batch"] = self.batch()
        return store.ReturnedRow.objects.create(**row | given)

    @cached_property
    def loaded(self) -> store.Batch:
        return self.batch(state="loaded", loaded_at=NOW)

    def count_of(self, **given: Any) -> store.BatchCount:
        counted = {"batch": given.get("batch") or self.loaded, "division": "410202"}
        return store.BatchCount.objects.create(**counted | given)

    def conflict(self, **given: Any) -> store.Conflict:
        found = {
            "kind": "document",
            "subject": self.subject(),
            "item": 4,
            "record_key": next(self.numbers),
            "other_key": next(self.numbers),
            "first_sender": self.people.market,
            "second_sender": self.people.city,
            "found_at": NOW,
        }
        return store.Conflict.objects.create(**found | given)

    def nothing(self, **given: Any) -> store.NothingStatement:
        said = {
            "organisation": self.people.market,
            "item": 4,
            "start_on": YESTERDAY,
            "end_on": TODAY,
            "text": "本期没有数据",
            "signed_by": self.people.li,
            "signed_at": NOW,
            "digest": DIGEST,
        }
        return store.NothingStatement.objects.create(**said | given)

    def spot_check(self, **given: Any) -> store.SpotCheck:
        made = {
            "organisation": self.people.market,
            "item": 4,
            "checked_on": TODAY,
            "place": "部门网站",
            "sampled": 10,
            "checked_by": self.people.wang,
            "entered_at": NOW,
        }
        return store.SpotCheck.objects.create(**made | given)

    def finding(self, made: store.SpotCheck, **given: Any) -> store.SpotFinding:
        return store.SpotFinding.objects.create(
            **{"check_made": made, "kind": "wrong", "document_no": "1号"} | given
        )

    def subject_count(self, **given: Any) -> store.SubjectCount:
        counted = {"item": 0, "division": "410202", "kind": "enterprise", "subjects": 1, "counted_at": NOW}
        return store.SubjectCount.objects.create(**counted | given)

    def case(self, **given: Any) -> store.Case:
        opened = {
            "number": f"SP-{next(self.numbers)}",
            "kind": "feed",
            "flow": "approval",
            "flow_version": 1,
            "state": "drafted",
            "organisation": self.people.city,
            "title": "一件事",
            "opened_at": NOW,
        }
        return store.Case.objects.create(**opened | given)

    def event(self, case: store.Case, **given: Any) -> store.CaseEvent:
        step = {"sequence": 1, "at": NOW, "verb": "draft", "from_state": "new", "to_state": "drafted"}
        return store.CaseEvent.objects.create(case=case, **step | given)

    def deadline(self, case: store.Case, **given: Any) -> store.CaseDeadline:
        term = {"key": "k", "started_on": TODAY, "calendar_version": DIGEST}
        return store.CaseDeadline.objects.create(case=case, **term | given)

    def series(self, **given: Any) -> store.NumberSeries:
        return store.NumberSeries.objects.create(**{"series": "SP", "year": 2026} | given)

    def subject(self, **given: Any) -> store.Subject:
        known = {"name": "甲公司", "kind": "enterprise", "last_known_at": NOW}
        return store.Subject.objects.create(**known | given)

    def name(self, subject: store.Subject, **given: Any) -> store.SubjectName:
        borne = {"name": "甲公司", "normalised": "甲公司", "known_at": NOW}
        return store.SubjectName.objects.create(subject=subject, **borne | given)

    def code(self, **given: Any) -> store.SubjectCode:
        return store.SubjectCode.objects.create(
            **{"subject": self.subject(), "kind": "tax", "value": "4102"} | given
        )

    def code_issue(self, **given: Any) -> store.CodeIssue:
        found = {
            "kind": "check",
            "key": f"{next(self.numbers)}",
            "registrar": "market_regulation",
            "organisation": self.people.market,
            "found_at": NOW,
            "seen_at": NOW,
        }
        return store.CodeIssue.objects.create(**found | given)

    def merge(self, **given: Any) -> store.SubjectMerge:
        said = {
            "reason": "同一企业",
            "ground": "登记底册",
            "proposed_by": self.people.wang,
            "proposed_at": NOW,
        }
        for side in ("absorbed", "survivor"):
            if side not in given:
                said[side] = self.subject()
        return store.SubjectMerge.objects.create(**said | given)

    def alias(self, **given: Any) -> store.NameAlias:
        said = {
            "name": "甲公司",
            "normalised": f"甲{next(self.numbers)}",
            "reason": "核对过",
            "remembered_by": self.people.zhao,
            "remembered_at": NOW,
        }
        if "subject" not in given:
            said["subject"] = self.subject()
        return store.NameAlias.objects.create(**said | given)

    def identity(self, **given: Any) -> store.RowIdentity:
        said = {"verdict": "unknown", "reason": "查不到", "decided_by": self.people.zhao, "decided_at": NOW}
        if "row" not in given:
            said["row"] = self.returned()
        return store.RowIdentity.objects.create(**said | given)

    def record(self, **given: Any) -> store.Record:
        number = next(self.numbers)
        fact = {
            "record_key": number,
            "item": 4,
            "row_no": number,
            "known_at": NOW,
            "natural_hash": number.to_bytes(16, "big"),
            "content_hash": number.to_bytes(16, "big"),
        }
        if "subject" not in given:
            fact["subject"] = self.subject()
        return store.Record.objects.create(**fact | given)

    def detail(self, **given: Any) -> store.RecordDetail:
        return store.RecordDetail.objects.create(**{"record": given.get("record") or self.record()} | given)

    def note(self, **given: Any) -> store.RecordNote:
        why = {
            "record": given.get("record") or self.record(),
            "deed": "correct",
            "reason": "录入错误",
            "ground": "更正函1号",
        }
        return store.RecordNote.objects.create(**why | given)

    def publication(self, **given: Any) -> store.Publication:
        record = given.get("ground") or self.record()
        shown = {
            "record_key": record.record_key,
            "ground": record,
            "subject": record.subject,
            "item": 4,
            "reviewed_by": self.people.zhou,
            "published_at": NOW,
            "calendar_version": DIGEST,
        }
        return store.Publication.objects.create(**shown | given)

    def run(self, **given: Any) -> store.EvaluationRun:
        digests = dict.fromkeys(("model_digest", "policy_digest", "snapshot_digest", "result_digest"), DIGEST)
        done = {
            "model": "food/food-operators",
            "model_version": 1,
            "as_of": TODAY,
            "known_at": NOW,
            "subjects": 1,
            "distribution": {},
            "trial": False,
            "current": False,
        }
        return store.EvaluationRun.objects.create(**digests | done | given)

    def score(self, **given: Any) -> store.Score:
        reached = {"subject_version": 1, "points_milli": 800_000, "grade": "B", "contributions": []}
        made = {"run": self.run(), "subject": self.subject()} if "run" not in given else {}
        line = {"line": made.get("run") or given["run"]}
        return store.Score.objects.create(**reached | made | line | given)

    def given_grade(self, **given: Any) -> store.GivenGrade:
        number = (store.GivenGrade.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        fact = {
            "id": number,
            "model": "food/food-operators",
            "grade": "D",
            "decided_on": TODAY,
            "cycle_on": TODAY.replace(month=1, day=1),
            "cycle_to": TODAY.replace(year=TODAY.year + 1, month=1, day=1),
        }
        made = {
            key: make() for key, make in (("run", self.run), ("subject", self.subject)) if key not in given
        }
        return store.GivenGrade.objects.create(**fact | made | given)

    def plan(self, **given: Any) -> store.Plan:
        meant = {"title": "计划", "matter": "检查", "basis": "年度计划", "year": 2026, "case": self.case()}
        return store.Plan.objects.create(organisation=self.people.market, **meant | given)

    def announcement(self, **given: Any) -> store.DrawAnnouncement:
        made = {"plan": self.plan(), "run": self.run()} if "plan" not in given else {}
        fixed = {
            "attempt": 1,
            "announced_at": NOW,
            "announced_by": self.people.wang,
            "policy_digest": DIGEST,
            "secret": b"s",
            "digest": DIGEST,
            "content": {},
            "inspectors": [],
        }
        return store.DrawAnnouncement.objects.create(**fixed | made | given)

    def draw(self, **given: Any) -> store.Draw:
        made = {
            "announcement": self.announcement(),
            "drawn_at": NOW,
            "drawn_by": self.people.wang,
            "population": 1,
            "drawn": 1,
            "seed": "0",
            "digest": DIGEST,
            "record": {},
        }
        return store.Draw.objects.create(**made | given)

    def drawn(self, draw: store.Draw, **given: Any) -> store.DrawnObject:
        one = {"band": "b", "position": 1, "inspectors": []}
        if "subject" not in given:
            one["subject"] = self.subject()
        return store.DrawnObject.objects.create(draw=draw, **one | given)

    def ledger_event(self, **given: Any) -> store.LedgerEvent:
        return store.LedgerEvent.objects.create(**{"at": NOW, "kind": "test"} | given)

    def ledger_batch(self, **given: Any) -> store.LedgerBatch:
        number = next(self.numbers)
        sealed = {
            "number": number,
            "sealed_at": NOW,
            "below_transaction": 1,
            "size": 1,
            "root": DIGEST,
            "previous": f"sha256:{number}",
            "chain": DIGEST,
        }
        return store.LedgerBatch.objects.create(**sealed | given)

    def leaf(self, **given: Any) -> store.LedgerLeaf:
        placed = {"event": self.ledger_event(), "position": 0, "digest": b"d"}
        if "batch" not in given:
            placed["batch"] = self.ledger_batch()
        return store.LedgerLeaf.objects.create(**placed | given)

    def organisation(self, **given: Any) -> store.Organisation:
        body = {"key": f"unit.{next(self.numbers)}", "kind": "department"}
        return store.Organisation.objects.create(**body | given)

    def called(self, organisation: store.Organisation, **given: Any) -> store.OrganisationName:
        return store.OrganisationName.objects.create(organisation=organisation, **{"name": "甲局"} | given)

    def trial(self, **given: Any) -> store.ModelTrial:
        tried = {"digest": DIGEST, "as_of": TODAY, "history_on": TODAY, "ordered_at": NOW}
        tried |= {"case": given.get("case") or self.case(), "ordered_by": self.people.li}
        return store.ModelTrial.objects.create(**tried | given)

    def notice(self, **given: Any) -> store.ResultNotice:
        said = {
            "source": "model:m",
            "reasons_digest": DIGEST,
            "title": "提示信息",
            "text": "评价为 E",
            "written_at": NOW,
        }
        said |= {"subject": given.get("subject") or self.subject()}
        if not {"run", "record"} & set(given):
            said["run"] = self.run()
        return store.ResultNotice.objects.create(**said | given)

    def notice_step(self, **given: Any) -> store.NoticeStep:
        step = {"kind": "served", "on": TODAY, "method": "直接送达", "at": NOW}
        step |= {"notice": given.get("notice") or self.notice()}
        return store.NoticeStep.objects.create(**step | given)

    def subscription(self, **given: Any) -> store.ResultSubscription:
        asked = {"recipient": "某银行", "kind": "bank", "model": "m", "purpose": "贷前参考", "from_on": TODAY}
        return store.ResultSubscription.objects.create(**asked | {"created_by": self.people.li} | given)

    def push(self, **given: Any) -> store.ResultPush:
        sent = {"digest": DIGEST, "rows": 0, "withdrawn": 0, "shown": [], "pushed_at": NOW}
        sent |= {"subscription": self.subscription(), "run": self.run(), "file": self.file()}
        return store.ResultPush.objects.create(**sent | given)

    def feedback(self, **given: Any) -> store.ModelFeedback:
        said = {"model": "food/food-operators", "version": 1, "digest": DIGEST, "written_at": NOW}
        said |= {"organisation": self.organisation(), "written_by": self.people.li}
        said |= {"use": "抽查", "verdict": "fits", "text": "与现场情况相符"}
        return store.ModelFeedback.objects.create(**said | given)

    def version(self, **given: Any) -> store.PolicyVersion:
        published = {
            "kind": "feed",
            "key": "local",
            "digest": DIGEST,
            "body": {},
            "from_on": TODAY,
            "drafted_by": self.people.li,
            "approved_by": self.people.zhao,
            "approved_at": NOW,
        }
        return store.PolicyVersion.objects.create(**published | given)

    def sender_key(self, **given: Any) -> store.SenderKey:
        made = {
            "organisation": self.people.market,
            "name": "执法系统",
            "prefix": f"k{next(self.numbers)}",
            "digest": DIGEST,
            "feeds": ["penalty-dual-publicity"],
            "per_minute": 60,
            "created_by": self.people.wang,
            "created_at": NOW,
            "expires_on": TODAY,
        }
        return store.SenderKey.objects.create(**made | given)

    def sender_place(self, **given: Any) -> store.SenderPlace:
        seen = {"place": "10.8.1.0/24", "first_at": NOW, "last_at": NOW}
        if "key" not in given:
            seen["key"] = self.sender_key()
        return store.SenderPlace.objects.create(**seen | given)

    def sender_call(self, **given: Any) -> store.SenderCall:
        made = {"idempotency_key": "one", "body_digest": DIGEST, "called_at": NOW}
        if "key" not in given:
            made["key"] = self.sender_key()
        return store.SenderCall.objects.create(**made | given)

    def connector(self, **given: Any) -> store.Connector:
        declared = {
            "organisation": self.people.market,
            "name": "许可库",
            "kind": "database",
            "feed": "permit-dual-publicity",
            "url": "postgresql://reader@db.example:5432/permits",
            "networks": ["10.8.1.0/24"],
            "every_minutes": 60,
            "next_at": NOW,
            "max_rows": 1000,
            "max_seconds": 30,
            "created_by": self.people.wang,
            "created_at": NOW,
        }
        return store.Connector.objects.create(**declared | given)

    def pull(self, **given: Any) -> store.ConnectorPull:
        if "connector" not in given:
            given["connector"] = self.connector()
        return store.ConnectorPull.objects.create(**{"started_at": NOW} | given)

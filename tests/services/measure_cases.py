"""Penalised enterprises, and measures on them at every stage."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from tests.people import NOW, TODAY, People, make_organisation, make_user
from tests.services.letter_cases import draft_of
from tests.store.rows import Rows

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.core.roles import Role
from xinheng.core.service_proof import Try, Way
from xinheng.services.cases import take_step
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.services.measures import Choice, Proposal, decide, grant, propose, start
from xinheng.services.measures_reviews import Review, confirm_review, enter_review
from xinheng.store.models import (
    Case,
    MeasureApplied,
    Organisation,
    OrganisationKind,
    Record,
    RoleGrant,
    User,
)

HONOURS = Choice(measure="limit_honours", source="henan-credit-regulation", clause="第三十二条")
SUPERVISION = Choice(measure="key_supervision")
BAN = Choice(measure="bar_entry", ban="procurement", months=24)
LIST_OF_BANNED = "政府采购严重违法失信行为记录名单"
CHANNEL = Choice(measure="green_channel")


@dataclass
class Measures:
    """Wang proposes for the department, Zhao decides; Sun works beside Wang, the housing office is asked to respond."""

    people: People
    policy: Policy
    rows: Rows
    housing: Organisation
    sun: User

    def record(self, **given: object) -> Record:
        """A final penalty of a general class, sent by the market regulator."""
        if "batch" not in given:
            given["batch"] = self.rows.batch(state="loaded", item=4, loaded_at=NOW)
        values = {
            "seriousness": Seriousness.GENERAL,
            "finality": Finality.FINAL,
            "decided_on": date(2026, 6, 1),
        }
        fields = given.pop("fields", {})
        record = self.rows.record(**values | given)
        self.rows.detail(
            record=record,
            document_no="汴市监罚〔2026〕7号",
            authority="市市场监管局",
            title="处罚决定",
            fields=fields,
        )
        return record

    def listed(self) -> Record:
        """An entry on the list of those who may not take part in procurement."""
        return self.record(
            item=14, valid_to=TODAY.replace(year=2029), fields={"列入名单名称": LIST_OF_BANNED}
        )

    def proposal(self, record: Record, *choices: Choice, **given: object) -> Proposal:
        wanted = Proposal(
            subject=record.subject,
            ground=Ground(GroundKind.RECORD, record.record_key),
            body=self.finance() if any(one.ban for one in choices) else self.people.market,
            choices=choices or (HONOURS,),
            reason="与失信行为相当",
        )
        return replace(wanted, **given)  # type: ignore[arg-type]

    def finance(self) -> Organisation:
        """The body of bans from procurement, for which Wang proposes and Zhao decides too."""
        known = Organisation.objects.filter(key="kaifeng.finance").first()
        if known is not None:
            return known
        made = make_organisation("kaifeng.finance", OrganisationKind.DEPARTMENT, "市财政局", self.people.city)
        for user, role in ((self.people.wang, Role.REVIEWER), (self.people.zhao, Role.DECIDER)):
            RoleGrant.objects.create(user=user, role=role, organisation=made, from_on=date(2026, 1, 1))
        return made

    def proposed(self, record: Record | None = None, *choices: Choice) -> Case:
        record = record or self.record()
        return propose(self.proposal(record, *choices), actor=self.people.wang, policy=self.policy, now=NOW)

    def decided(self, record: Record | None = None, *choices: Choice, now: datetime = NOW) -> Case:
        case = self.proposed(record, *choices)
        return decide(
            case, actor=self.people.zhao, policy=self.policy, now=now, reason="事实清楚", seen=case.version
        )

    def served(self, case: Case, kind: str = "decision", *, now: datetime = NOW) -> Case:
        """The letter of the last step goes out."""
        call = {"actor": self.people.wang, "policy": self.policy, "now": now}
        letter = issue_letter(case.public_id, draft_of(kind), **call)  # type: ignore[arg-type]
        by_hand = Try(way=Way.DIRECT, on=TODAY, proof="送达回证1号")
        serve(letter.public_id, by_hand, **call)  # type: ignore[arg-type]
        case.refresh_from_db()
        return case

    def in_force(self, record: Record | None = None, *choices: Choice) -> MeasureApplied:
        case = self.served(self.decided(record, *choices))
        return self.started(case)[0]

    def started(self, case: Case) -> tuple[MeasureApplied, ...]:
        return start(
            case,
            responders=[self.housing],
            actor=self.people.wang,
            policy=self.policy,
            now=NOW,
            reason="已送达",
            seen=case.version,
        )

    def step(self, case: Case, verb: str, actor: User | None, **more: object) -> Case:
        return take_step(
            case.public_id,
            verb,
            actor=actor,
            policy=self.policy,
            now=NOW,
            reason="理由",
            **more,  # type: ignore[arg-type]
        )

    def reviewed(self, result: str = "clean") -> None:
        review = Review(
            measure="green_channel",
            document_no="汴公竞审〔2026〕1号",
            reviewed_on=TODAY,
            result=result,
            opinion="无排除限制竞争效果",
        )
        made = enter_review(
            review, body=self.people.market, actor=self.people.wang, policy=self.policy, now=NOW
        )
        confirm_review(made.public_id, actor=self.people.zhao, now=NOW)

    def honour(self) -> Record:
        return self.record(item=19, seriousness=Seriousness.NONE)

    def granted(self) -> MeasureApplied:
        case = self.proposed(self.honour(), CHANNEL)
        return grant(
            case,
            responders=[self.housing],
            actor=self.people.zhao,
            policy=self.policy,
            now=NOW,
            reason="守信",
            seen=case.version,
        )[0]


def make_measures(people: People, policy: Policy) -> Measures:
    housing = make_organisation(
        "kaifeng.housing", OrganisationKind.DEPARTMENT, "市住房城乡建设局", people.city
    )
    sun = make_user("sun", "孙审核", people.city, Role.REVIEWER)
    return Measures(people, policy, Rows(people), housing, sun)

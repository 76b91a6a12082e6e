"""The steps of the demonstration: each person does what the office's pages let that person do."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from rich.progress import track

from xinheng.core.code_issues import Registrar
from xinheng.core.inspection_objects import ObjectParts
from xinheng.core.mandates import Matter, Proof
from xinheng.core.models import SubjectKind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import SECOND_FACTOR, Role
from xinheng.interfaces.cli.demo_cases import Scene, leave_cases
from xinheng.interfaces.cli.demo_codes import leave_codes
from xinheng.interfaces.cli.demo_commitments import publish_and_take
from xinheng.interfaces.cli.demo_joint import Organ, Together, leave_joint
from xinheng.interfaces.cli.demo_people import ENTERPRISE, ENTERPRISE_NAME, PASSWORD, SECRET, STAFF
from xinheng.interfaces.cli.demo_visits import Oversight, leave_visits
from xinheng.interfaces.cli.sample import generate
from xinheng.services.collect import Delivery, import_file
from xinheng.services.draw_secrets import reveal_secret
from xinheng.services.enterprises import MandateOrder, activate
from xinheng.services.enterprises import open_account as open_space
from xinheng.services.evaluate import run_model
from xinheng.services.inspection_plans import BatchDraft, PlanDraft, approve_plan, draft_plan
from xinheng.services.inspections import announce_draw, commit_to, make_draw
from xinheng.services.ledger import seal_events
from xinheng.services.open_tables import newest, publish_snapshot
from xinheng.services.organisations import organisation_for, set_up_organisations
from xinheng.services.people import Account, enter_inspectors, grant_role, open_account
from xinheng.services.publication import publish_batch
from xinheng.services.time import day_of
from xinheng.store.models import (
    Batch,
    BatchState,
    Draw,
    EnterpriseAccount,
    EvaluationRun,
    Inspector,
    LedgerBatch,
    Organisation,
    Plan,
    Publication,
    Record,
    ReturnedRow,
    Subject,
    User,
)

MODEL = "food/food-operators"
TRIAL = "general/trial"


@dataclass
class Demonstration:
    """One run of the demonstration for the city of ``policy``."""

    policy: Policy
    now: datetime
    size: str
    seed: int
    people: dict[str, User] = field(default_factory=dict)

    @property
    def market(self) -> Organisation:
        """The department that supervises food: it makes the plan of checks."""
        keys = self.policy.agencies.of_sector("food") or self.policy.city.lead
        return organisation_for(self.policy, keys[0])

    @property
    def emergency(self) -> Organisation:
        """The department that supervises safety at work: it goes along with others."""
        keys = self.policy.agencies.of_sector("emergency") or self.policy.city.lead
        return organisation_for(self.policy, keys[0])

    @property
    def registrar(self) -> Organisation:
        """The department that registers enterprises: it puts their codes right."""
        keys = self.policy.agencies.of_sector(Registrar.MARKET.value) or self.policy.city.lead
        return organisation_for(self.policy, keys[0])

    @property
    def firm(self) -> Subject | None:
        """The enterprise whose account the demonstration shows."""
        named = Subject.objects.filter(name__endswith=ENTERPRISE_NAME, code__isnull=False)
        return named.order_by("pk").first()

    def run(self) -> None:
        self._set_up_people()
        if not EvaluationRun.objects.filter(model=TRIAL, current=True).exists():
            self._import()
            self._publish()
            self._evaluate()
        if not Draw.objects.exists():
            self._draw()
        self._leave_joint()
        if not EnterpriseAccount.objects.filter(number=ENTERPRISE).exists():
            self._open_space()
        self._take_commitments()
        self._leave_cases()
        self._leave_visits()
        leave_codes(
            registrar=self.registrar, office=self.people["zhangmin"], policy=self.policy, now=self.now
        )
        if newest() is None:
            publish_snapshot(policy=self.policy, now=self.now)
        seal_events(now=self.now)

    def _set_up_people(self) -> None:
        root = set_up_organisations(self.policy, on=day_of(self.now))
        places = {"root": root, "lead": organisation_for(self.policy, None), "market": self.market}
        places |= {"registrar": self.registrar, "emergency": self.emergency}
        today = day_of(self.now)
        for username, name, place, scope, roles in STAFF:
            account = Account(username=username, display_name=name, organisation=places[place], roles=())
            user = open_account(account, password=PASSWORD, actor=None, now=self.now, today=today)
            for role in roles:
                grant_role(user, role, organisation=places[scope], actor=None, now=self.now, today=today)
            self.people[username] = user
            if SECOND_FACTOR & set(roles) and not Authenticator.objects.filter(user=user).exists():
                TOTP.activate(user, SECRET)
        enter_inspectors(
            Inspector(
                organisation=self.market,
                certificate_no=f"{self.policy.city.code}{number:06d}",
                name=f"执法员{number:02d}",
                lines=["food"],
                certified_until=day_of(self.now) + timedelta(days=700),
                user=self.people["sunwei"] if number == 1 else None,
            )
            for number in range(1, 13)
        )

    def _leave_joint(self) -> None:
        counties = self.policy.city_file.counties.items()
        town = [code for code, county in counties if county.until is None and county.name.endswith("区")]
        quality, safety = (
            Organ(
                organisation=unit,
                planner=planner,
                inspector=inspector,
                matter=matter,
                line=line,
                title=f"{day_of(self.now).year}年{title}双随机抽查",
                scope=scope,
                offsite="现场状况须当场查看，书面材料不能代替",
            )
            for unit, planner, inspector, matter, line, title, scope in (
                (
                    *(self.market, "liufang", "malin", "product_quality", "market_regulation", "产品质量"),
                    ObjectParts(districts=tuple(town)),
                ),
                (
                    *(self.emergency, "guobin", "songyang", "work_safety", "emergency", "安全生产"),
                    ObjectParts(kinds=(SubjectKind.ENTERPRISE,)),
                ),
            )
        )
        scene = Together(model=MODEL, people=self.people, policy=self.policy, now=self.now)
        try:
            leave_joint((quality, safety), scene)
        except Refusal as refused:
            print(f"没有留下联合检查的样例：{refused}")

    def _open_space(self) -> None:
        """The own space of one enterprise, as the window opens it."""
        firm = self.firm
        if firm is None:
            return
        order = MandateOrder(
            code=firm.code or "",
            role=Role.ENTERPRISE_OWNER,
            matters=tuple(Matter),
            proof=Proof.LICENCE,
            from_on=day_of(self.now),
            to_on=None,
        )
        slip = open_space(order, holder="样本经办", actor=self.people["sunli"], now=self.now)
        EnterpriseAccount.objects.filter(pk=slip.account.pk).update(number=ENTERPRISE)
        activate(ENTERPRISE, slip.code, PASSWORD, now=self.now)

    def _take_commitments(self) -> None:
        root = organisation_for(self.policy, None)
        publish_and_take(self.firm, organisation=root, people=self.people, policy=self.policy, now=self.now)

    def _leave_cases(self) -> None:
        firm, account = self.firm, EnterpriseAccount.objects.filter(number=ENTERPRISE).first()
        if firm is None or account is None:
            return
        scene = Scene(
            firm=firm,
            account=account,
            department=self.market,
            office=organisation_for(self.policy, None),
            people=self.people,
            policy=self.policy,
            now=self.now,
        )
        for refused in leave_cases(scene):
            print(f"没有留下一件样例事项：{refused}")

    def _leave_visits(self) -> None:
        firm = self.firm
        if firm is None:
            return
        scene = Oversight(
            firm=firm,
            organ=self.emergency,
            planner=self.people["guobin"],
            inspector=self.people["songyang"],
            decider=self.people["liqiang"],
            office=self.people["zhangmin"],
            policy=self.policy,
            now=self.now,
        )
        try:
            leave_visits(scene)
        except Refusal as refused:
            print(f"没有留下检查的样例：{refused}")

    def _import(self) -> None:
        folder: Path = settings.HOME / "sample" / f"{self.policy.city.slug}-{self.size}-{self.seed}"
        if not (folder / "planted.json").exists():
            generate(size=self.size, seed=self.seed, out=folder, policy=self.policy, as_of=day_of(self.now))
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder)
        registration_first = sorted(files, key=lambda path: ("登记" not in path.name, str(path)))
        for path in track(registration_first, description="导入部门报送"):
            delivery = Delivery(
                policy=self.policy,
                organisation=self._sender(path),
                actor=self.people["chenjie"],
                now=self.now,
            )
            import_file(path, delivery)

    def _sender(self, path: Path) -> Organisation:
        key = self.policy.agencies.named(path.parent.name)
        return organisation_for(self.policy, key)

    def _publish(self) -> None:
        waiting = list(Batch.objects.filter(state=BatchState.LOADED, published_at__isnull=True))
        for batch in track(waiting, description="审查并公示"):
            publish_batch(batch.public_id, reviewer=self.people["zhouyan"], policy=self.policy, now=self.now)

    def _evaluate(self) -> None:
        for model, publish in track(((MODEL, True), (TRIAL, False)), description="信用评价"):
            run_model(
                model,
                policy=self.policy,
                as_of=day_of(self.now),
                actor=self.people["heping"],
                now=self.now,
                publish=publish,
            )

    def _draw(self) -> None:
        year = day_of(self.now).year
        draft = PlanDraft(
            organisation=self.market,
            title=f"{year}年第四批食品生产经营双随机抽查",
            matter="food_operation",
            basis="年度双随机抽查计划",
            line="food",
            year=year,
            batches=(
                BatchDraft(
                    scope="全市食品经营者，按信用等级抽取",
                    planned=200,
                    from_on=date(year, 10, 1),
                    until_on=date(year, 12, 31),
                ),
            ),
        )
        plan = Plan.objects.filter(title=draft.title).first() or draft_plan(
            draft, actor=self.people["liufang"], policy=self.policy, now=self.now
        )
        if plan.approved_at is None:
            plan = approve_plan(
                plan.public_id, actor=self.people["liqiang"], policy=self.policy, now=self.now
            )
        reveals = {
            self.policy.city.government: f"demonstration {self.seed} of the city government",
            "市场监管部门": f"demonstration {self.seed} of the market regulator",
        }
        announcement = plan.announcements.filter(drawn__isnull=True).first() or announce_draw(
            plan.public_id,
            model=MODEL,
            parties={name: commit_to(plan, party=name, reveal=text) for name, text in reveals.items()},
            actor=self.people["liufang"],
            policy=self.policy,
            now=self.now,
        )
        later = self.now + timedelta(seconds=1)
        government, regulator = reveals
        reveal_secret(
            announcement,
            party=government,
            words=reveals[government],
            actor=self.people["hejun"],
            now=later,
        )
        make_draw(
            announcement.public_id,
            reveals={regulator: reveals[regulator]},
            actor=self.people["liufang"],
            now=later,
        )

    def print_summary(self) -> None:
        run = EvaluationRun.objects.filter(model=MODEL, current=True).first()
        graded = "、".join(f"{g or '信息不足'} {n}" for g, n in run.distribution.items()) if run else "无"
        draw = Draw.objects.order_by("-pk").first()
        opened = newest()
        lines = (
            f"{self.policy.city.name} · {self.policy.city.portal_name}",
            f"  主体 {Subject.objects.count()} 户，记录 {Record.objects.count()} 条，"
            f"批次 {Batch.objects.count()} 个，退回 {ReturnedRow.objects.count()} 行",
            f"  公示中 {Publication.objects.filter(stopped_at__isnull=True).count()} 条",
            f"  食品行业评价：{graded}",
            f"  抽取：{draw.population} 户中抽 {draw.drawn} 户，记录摘要 {draw.digest[:23]}…" if draw else "",
            f"  开放数据：{opened.day} 的快照，{len(opened.manifest['content']['datasets'])} 张表"
            if opened
            else "",
            f"  账本：{LedgerBatch.objects.count()} 批已封存",
        )
        print("\n".join(line for line in lines if line))

"""Announces and makes a draw: enterprises by stratum, inspectors in teams, from a seed nobody could know before.

``announce`` fixes pool, ratios, inspectors and rule, and refuses what cannot be drawn lawfully; ``draw`` takes the values
revealed afterwards. What comes out is verified by ``core.draw_verify`` alone. Serves 双随机、一公开 in 《优化营商环境条例》
第五十四条, two certified inspectors in 《行政处罚法》第四十二条 and 国办发〔2024〕54号 (legal guard G7).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from xinheng.core.canonical import canonical, digest_of
from xinheng.core.draw_record import AnnouncementShape, PoolShape, RecordShape
from xinheng.core.draw_rule import (
    RULE,
    Dealer,
    NoTeam,
    commitment,
    deal,
    pool_digest,
    sample_size,
    seed_of,
    select,
)
from xinheng.core.inspection_matters import ENTERPRISE_CHECKS
from xinheng.core.ledger import instant
from xinheng.core.refusal import Refusal

CERTIFICATES = "《行政处罚法》第四十二条"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A band (and area) to draw from. ``objects`` are the blinded keys of all who may be visited."""

    key: str
    name: str
    ratio: int
    population: int
    objects: Sequence[str]
    area: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sample_size(population=self.population, ratio=self.ratio, eligible=len(self.objects))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """An entry of the inspector library by his blinded key; ``barred`` are objects from which he is recused."""

    key: str
    lines: frozenset[str]
    certified_until: date | None
    max_load: int
    areas: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organ that has committed to a secret text (``draw_rule.commitment``). Never a person's name."""

    name: str
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What is drawn for, as the public reads it. ``line`` is the business line that inspectors must hold; everybody in the
    pool fits all ``pool_rules`` (core.inspection_objects)."""

    draw: str
    title: str
    organ: str
    plan: str
    matter: str
    basis: str
    line: str
    policy: str = ""
    evaluation: str = ""
    pool_rules: Sequence[Mapping[str, Any]] = ()
    attempt: int = 1
    repeated: str = ""
    repeat_reason: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement and what it commits to: to be published (``content``) and kept (the rest) until the draw."""

    content: Mapping[str, Any]
    objects: Mapping[str, Sequence[str]]
    inspectors: Sequence[Mapping[str, Any]]

    @property
    def digest(self) -> str:
        return digest_of(self.content)


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """The public record. ``content`` is JSON-ready; ``head`` is it without the pool."""

    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return str(self.content["digest"])

    @property
    def seed(self) -> str:
        return str(self.content["seed"])

    @property
    def drawn(self) -> Sequence[Mapping[str, Any]]:
        """Stratum, key and team of each selected object, in the order of drawing."""
        return list(self.content["drawn"])

    @property
    def head(self) -> dict[str, Any]:
        return {key: value for key, value in self.content.items() if key != "objects"}

    def to_json(self) -> bytes:
        return canonical(self.content)


def record_digest(content: Mapping[str, Any]) -> str:
    """Over the record without pool (bound by its own digest) and without the digest itself."""
    return digest_of({key: value for key, value in content.items() if key not in ("objects", "digest")})


def announce(
    occasion: Occasion,
    *,
    strata: Sequence[Stratum],
    inspectors: Sequence[Inspector],
    team: int,
    parties: Sequence[Party],
    sources: Sequence[str] = (),
    now: datetime,
    today: date,
) -> Announced:
    """Fixes a draw before its seed is known. Refused by name if it cannot be made lawfully.

    ``sources`` name public values that will be known later, e.g. the numbers of a lottery on a day to come.
    """
    _check_occasion(occasion, team=team, parties=parties)
    _check_strata(strata)
    _check_inspectors(inspectors, line=occasion.line, today=today)
    _check_capacity(strata, inspectors, team=team)
    objects = {stratum.key: sorted(stratum.objects) for stratum in strata}
    people = [_public_inspector(inspector) for inspector in sorted(inspectors, key=lambda one: one.key)]
    content = {
        "rule": RULE,
        "draw": occasion.draw,
        "attempt": occasion.attempt,
        "repeats": _repeats(occasion),
        "title": occasion.title,
        "organ": occasion.organ,
        "plan": occasion.plan,
        "matter": occasion.matter,
        "basis": occasion.basis,
        "policy": occasion.policy,
        "evaluation": occasion.evaluation,
        "announced_at": instant(now),
        "strata": [_public_stratum(stratum) for stratum in strata],
        "pool": pool_digest(objects.items()),
        **({"pool_rules": [dict(rule) for rule in occasion.pool_rules]} if occasion.pool_rules else {}),
        "inspectors": digest_of(people),
        "team": team,
        "parties": [{"name": party.name, "commitment": party.commitment} for party in parties],
        "sources": list(sources),
    }
    _fits(AnnouncementShape, content)
    _fits(PoolShape, {"objects": objects, "inspectors": people})
    return Announced(content, objects, people)


def _fits(shape: type[BaseModel], content: Mapping[str, Any]) -> None:
    try:
        shape.model_validate(content)
    except ValidationError as error:
        place = "、".join(".".join(str(part) for part in item["loc"]) for item in error.errors()[:5])
        raise Refusal(
            "draw_form", f"抽取公告的内容不合格式：{place}", advice="请按 docs/draw.md 的格式填写"
        ) from error


def _repeats(occasion: Occasion) -> dict[str, str] | None:
    if not occasion.repeated:
        return None
    return {"announcement": occasion.repeated, "reason": occasion.repeat_reason}


def _public_stratum(stratum: Stratum) -> dict[str, Any]:
    return {
        "key": stratum.key,
        "name": stratum.name,
        "area": stratum.area,
        "ratio": stratum.ratio,
        "population": stratum.population,
        "excluded": dict(stratum.excluded),
        "eligible": len(stratum.objects),
        "size": stratum.size,
    }


def _public_inspector(inspector: Inspector) -> dict[str, Any]:
    return {
        "key": inspector.key,
        "areas": sorted(inspector.areas),
        "max_load": inspector.max_load,
        "barred": sorted(inspector.barred),
    }


def _check_occasion(occasion: Occasion, *, team: int, parties: Sequence[Party]) -> None:
    if team < 2:
        raise Refusal(
            "draw_team",
            "每次检查至少两名执法检查人员",
            citation=CERTIFICATES,
            advice="请把每组人数改为两人以上",
        )
    if not parties:
        raise Refusal(
            "draw_party", "没有任何一方对随机数作出承诺", advice="请至少由一个单位先提交承诺值再公告"
        )
    if len({party.name for party in parties}) != len(parties):
        raise Refusal("draw_party", "同一单位提交了两个承诺值", advice="每个单位只能提交一个承诺值")
    again = occasion.attempt > 1
    if again != bool(occasion.repeated) or again != bool(occasion.repeat_reason.strip()):
        raise Refusal(
            "draw_repeat",
            "重新抽取必须注明前一次公告的摘要和公开的理由",
            advice="请写明前一次为何未完成；第一次抽取不写",
        )


def _check_strata(strata: Sequence[Stratum]) -> None:
    if len({stratum.key for stratum in strata}) != len(strata):
        raise Refusal("draw_stratum_twice", "同一层出现两次", advice="请合并后再公告")
    for stratum in strata:
        if stratum.population == 0:
            raise Refusal("draw_stratum_empty", f"“{stratum.name}”没有任何对象", advice="请去掉这一层")
        if stratum.population != len(stratum.objects) + sum(stratum.excluded.values()):
            raise Refusal(
                "draw_count",
                f"“{stratum.name}”的总数{stratum.population}不等于可抽对象与排除对象之和",
                advice="请逐类说明排除的原因和数量",
            )
    twice = _first_repeated([key for stratum in strata for key in stratum.objects])
    if twice is not None:
        raise Refusal(
            "draw_object_twice", f"对象“{twice}”在名录中出现两次", advice="一个对象只能在一层中出现一次"
        )
    if not any(stratum.size for stratum in strata):
        raise Refusal("draw_nothing", "按现行比例没有可抽的对象", advice="请核对各档比例和可抽对象")


def _first_repeated(keys: Sequence[str]) -> str | None:
    if len(set(keys)) == len(keys):
        return None
    return next(key for key, count in Counter(keys).items() if count > 1)


def _check_inspectors(inspectors: Sequence[Inspector], *, line: str, today: date) -> None:
    if len({inspector.key for inspector in inspectors}) != len(inspectors):
        raise Refusal(
            "draw_inspector_twice", "同一执法检查人员在名录中出现两次", advice="请核对执法检查人员名录库"
        )
    for inspector in inspectors:
        if inspector.certified_until is None or inspector.certified_until < today:
            raise Refusal(
                "draw_uncertified",
                f"执法检查人员“{inspector.key}”没有有效的执法证件，不得参加抽取",
                citation=CERTIFICATES,
                advice="请更新名录库中的执法证件有效期，或去掉该人员",
            )
        if line not in inspector.lines:
            raise Refusal(
                "draw_line",
                f"执法检查人员“{inspector.key}”不具备“{line}”业务条线的执法资格",
                advice="请只选本业务条线的执法检查人员",
            )


def _check_capacity(strata: Sequence[Stratum], inspectors: Sequence[Inspector], *, team: int) -> None:
    """What can be known before the seed: enough people, enough load, nobody from whom all are recused."""
    visits = sum(stratum.size for stratum in strata)
    if visits * team > sum(inspector.max_load for inspector in inspectors):
        raise Refusal(
            "draw_load",
            f"{visits}次检查需{visits * team}人次，超过执法检查人员的承担上限",
            advice="请增加执法检查人员、提高个人上限或分批抽取",
        )
    for stratum in strata:
        serving = [one for one in inspectors if _dealer(_public_inspector(one)).serves(stratum.area)]
        if len(serving) < team:
            raise Refusal(
                "draw_area",
                f"“{stratum.name}”所在区域只有{len(serving)}名执法检查人员，不足{team}人",
                citation=ENTERPRISE_CHECKS,
                advice="不得跨区域派人，请补充本区域的执法检查人员",
            )
        barred = Counter(key for inspector in serving for key in inspector.barred)
        recused = [key for key, count in barred.items() if len(serving) - count < team]
        if recused and (stuck := sorted(set(recused) & set(stratum.objects))):
            raise Refusal(
                "draw_recused",
                f"对象“{stuck[0]}”可派的执法检查人员不足{team}人，其余均须回避",
                advice="请补充无须回避的执法检查人员，或把该对象交上级机关检查",
            )


def _dealer(person: Mapping[str, Any]) -> Dealer:
    return Dealer(person["key"], frozenset(person["areas"]), person["max_load"], frozenset(person["barred"]))


def draw(
    announced: Announced,
    *,
    reveals: Sequence[str],
    public_values: Sequence[str] = (),
    now: datetime,
) -> DrawRecord:
    """Draws as announced. Refused if pool, inspectors, reveals or time do not fit the announcement."""
    content = announced.content
    _check_unchanged(announced)
    _check_reveals(content, reveals=reveals, public_values=public_values)
    if instant(now) < content["announced_at"]:
        raise Refusal("draw_early", "抽取时间早于公告时间", advice="请核对系统时间")
    seed = seed_of(announcement=announced.digest, reveals=reveals, public_values=public_values)
    record: dict[str, Any] = {
        "format": 1,
        "announcement": dict(content),
        "announcement_digest": announced.digest,
        "reveals": list(reveals),
        "public_values": list(public_values),
        "drawn_at": instant(now),
        "seed": seed.hex(),
        "objects": {key: list(keys) for key, keys in announced.objects.items()},
        "inspectors": [dict(person) for person in announced.inspectors],
        "drawn": _drawn(announced, seed),
    }
    record["digest"] = record_digest(record)
    _fits(RecordShape, record | {"objects": {}})
    return DrawRecord(record)


def _check_unchanged(announced: Announced) -> None:
    if pool_digest(announced.objects.items()) != announced.content["pool"]:
        raise Refusal(
            "draw_pool_changed",
            "检查对象名录在公告之后被改动，不能抽取",
            advice="请恢复公告时的名录；确需变更的，注明理由后重新公告",
        )
    if digest_of(announced.inspectors) != announced.content["inspectors"]:
        raise Refusal(
            "draw_inspectors_changed",
            "执法检查人员名录在公告之后被改动，不能抽取",
            advice="请恢复公告时的名录；确需变更的，注明理由后重新公告",
        )


def _check_reveals(
    content: Mapping[str, Any], *, reveals: Sequence[str], public_values: Sequence[str]
) -> None:
    if len(reveals) != len(content["parties"]):
        raise Refusal("draw_reveal", "各方公开的值与承诺的份数不符", advice="请等全部承诺方公开后再抽取")
    for party, reveal in zip(content["parties"], reveals, strict=True):
        check_reveal(content, party=party["name"], reveal=reveal)
    if len(public_values) != len(content["sources"]):
        raise Refusal(
            "draw_source", "公共随机值的份数与公告不符", advice="请等公告所列的公共随机值全部公布后再抽取"
        )


def check_reveal(content: Mapping[str, Any], *, party: str, reveal: str) -> None:
    """Refusal draw_reveal for words to which the party of an announcement did not commit."""
    committed = {one["name"]: one["commitment"] for one in content["parties"]}
    if commitment(draw=content["draw"], party=party, reveal=reveal) != committed.get(party):
        raise Refusal(
            "draw_reveal",
            f"“{party}”公开的值与其承诺不符",
            advice="请该单位核对所提交的原值；无法提供的，注明理由后重新公告",
        )


def _drawn(announced: Announced, seed: bytes) -> list[dict[str, Any]]:
    chosen = [
        (stratum, key)
        for stratum in announced.content["strata"]
        for key in select(
            seed, stratum=stratum["key"], keys=announced.objects[stratum["key"]], count=stratum["size"]
        )
    ]
    try:
        teams = deal(
            seed,
            objects=[(stratum["area"], key) for stratum, key in chosen],
            inspectors=[_dealer(person) for person in announced.inspectors],
            team=announced.content["team"],
        )
    except NoTeam as stuck:
        raise Refusal(
            "draw_no_team",
            f"对象“{stuck.object_key}”分派不出检查组：可派人员均已满额或须回避",
            advice="请增加执法检查人员或提高个人上限，注明理由后重新公告",
        ) from stuck
    return [
        {"stratum": stratum["key"], "key": key, "team": list(members)}
        for (stratum, key), members in zip(chosen, teams, strict=True)
    ]

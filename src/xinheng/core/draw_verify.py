"""Checks the public record of a draw without trusting whoever made it.

Needs the file alone, and for certainty the digest of the announcement as it was published before the draw. Never fails
on malformed input: everything wrong is a Chinese sentence, and no sentence means that the draw is right.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from xinheng.core.canonical import digest_of
from xinheng.core.draw import record_digest
from xinheng.core.draw_record import RecordShape, StratumShape
from xinheng.core.draw_rule import Dealer, NoTeam, commitment, deal, pool_digest, sample_size, seed_of, select
from xinheng.core.parameters import percentage

SHOWN = 20
_SHAPE_WORDS = {"missing": "缺少", "extra_forbidden": "不应有"}


def verify(record: Mapping[str, Any], *, announced: str | None = None) -> tuple[str, ...]:
    """What is wrong with a record; empty when it is right.

    ``announced`` is the digest of the announcement as noted from its publication: with it a record that was made up as a
    whole afterwards is found as well.
    """
    try:
        shape = RecordShape.model_validate(record)
    except ValidationError as error:
        return tuple(_misshapen(error))
    return (
        *_announcement(shape, record, announced),
        *_pool(shape),
        *_seed(shape),
        *_selection(shape),
        *_teams(shape),
        *_whole(shape, record),
    )


def _misshapen(error: ValidationError) -> Iterator[str]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    for item in found[:SHOWN]:
        place = ".".join(str(part)[:40] for part in item["loc"]) or "整个文件"
        yield f"记录格式：{_SHAPE_WORDS.get(item['type'], '内容不合格式：')}{place}"
    if len(found) > SHOWN:
        yield f"记录格式：另有{len(found) - SHOWN}处不合格式"


def _announcement(shape: RecordShape, record: Mapping[str, Any], announced: str | None) -> Iterator[str]:
    content = shape.announcement
    if digest_of(record["announcement"]) != shape.announcement_digest:
        yield "公告：内容与所记摘要不符，公告被改动"
    if announced is not None and announced != shape.announcement_digest:
        yield "公告：摘要与抽取前公布的摘要不一致"
    if (content.attempt > 1) != (content.repeats is not None):
        yield "公告：重新抽取须注明前一次公告和理由，首次抽取不应注明"
    if len({party.name for party in content.parties}) != len(content.parties):
        yield "公告：同一单位提交了两个承诺值"
    for rule in content.pool_rules:
        if digest_of(rule.parts) != rule.version:
            yield f"名录规则：“{rule.name}”的内容与所记版本不符"
    if shape.drawn_at < content.announced_at:
        yield "时间：抽取早于公告"


def _pool(shape: RecordShape) -> Iterator[str]:
    strata, objects = shape.announcement.strata, shape.objects
    keys = [stratum.key for stratum in strata]
    if len(set(keys)) != len(keys) or set(keys) != set(objects):
        yield "名录：各层与公告不一致"
        return
    if pool_digest((key, objects[key]) for key in keys) != shape.announcement.pool:
        yield "名录：检查对象名录与公告的摘要不符，名录被改动"
    if digest_of([person.model_dump() for person in shape.inspectors]) != shape.announcement.inspectors:
        yield "名录：执法检查人员名录与公告的摘要不符，名录被改动"
    if len({key for own in objects.values() for key in own}) != sum(map(len, objects.values())):
        yield "名录：有对象出现两次"
    if len({person.key for person in shape.inspectors}) != len(shape.inspectors):
        yield "名录：有执法检查人员出现两次"
    for stratum in strata:
        yield from _counts(stratum, len(objects[stratum.key]))


def _counts(stratum: StratumShape, present: int) -> Iterator[str]:
    if stratum.eligible != present:
        yield f"“{stratum.name}”：公告可抽{stratum.eligible}个，名录有{present}个"
    if stratum.population != stratum.eligible + sum(stratum.excluded.values()):
        yield f"“{stratum.name}”：总数不等于可抽对象与排除对象之和"
    due = sample_size(population=stratum.population, ratio=stratum.ratio, eligible=stratum.eligible)
    if stratum.size != due:
        yield f"“{stratum.name}”：按比例{percentage(stratum.ratio)}应抽{due}个，公告为{stratum.size}个"


def _seed(shape: RecordShape) -> Iterator[str]:
    content = shape.announcement
    if len(shape.reveals) != len(content.parties):
        yield "随机数：公开的值与承诺的份数不符"
    for party, reveal in zip(content.parties, shape.reveals, strict=False):
        if commitment(draw=content.draw, party=party.name, reveal=reveal) != party.commitment:
            yield f"随机数：“{party.name}”公开的值与其承诺不符"
    if len(shape.public_values) != len(content.sources):
        yield "随机数：公共随机值的份数与公告不符"
    expected = seed_of(
        announcement=shape.announcement_digest, reveals=shape.reveals, public_values=shape.public_values
    )
    if expected.hex() != shape.seed:
        yield "随机数：种子不是由公告和公开的值算出的"


def _selection(shape: RecordShape) -> Iterator[str]:
    seed, drawn = bytes.fromhex(shape.seed), [(one.stratum, one.key) for one in shape.drawn]
    due = [
        (stratum.key, key)
        for stratum in shape.announcement.strata
        for key in select(
            seed, stratum=stratum.key, keys=shape.objects.get(stratum.key, []), count=stratum.size
        )
    ]
    names = {stratum.key: stratum.name for stratum in shape.announcement.strata}
    missing, extra = Counter(due) - Counter(drawn), Counter(drawn) - Counter(due)
    for word, found in (("应抽未抽", missing), ("不应抽中", extra)):
        for stratum, count in Counter(key for key, _ in found.elements()).items():
            example = next(key for own, key in found if own == stratum)
            yield f"抽取结果：“{names.get(stratum, stratum)}”{word}{count}个（如{example}）"
    if not missing and not extra and due != drawn:
        yield "抽取结果：先后顺序与算法不符"


def _teams(shape: RecordShape) -> Iterator[str]:
    areas = {stratum.key: stratum.area for stratum in shape.announcement.strata}
    dealers = [
        Dealer(person.key, frozenset(person.areas), person.max_load, frozenset(person.barred))
        for person in shape.inspectors
    ]
    objects = [(areas.get(one.stratum, ""), one.key) for one in shape.drawn]
    try:
        due = deal(
            bytes.fromhex(shape.seed), objects=objects, inspectors=dealers, team=shape.announcement.team
        )
    except NoTeam as stuck:
        yield f"检查人员：对象“{stuck.object_key}”按算法分派不出检查组"
        return
    wrong = [one.key for one, team in zip(shape.drawn, due, strict=True) if tuple(one.team) != team]
    if wrong:
        yield f"检查人员：{len(wrong)}个对象的检查组与算法不符（如{wrong[0]}）"


def _whole(shape: RecordShape, record: Mapping[str, Any]) -> Iterator[str]:
    if record_digest(record) != shape.digest:
        yield "全文：记录与所记摘要不符，记录被改动"


def remarks(record: Mapping[str, Any]) -> tuple[str, ...]:
    """What the reader of a right record still has to take on trust, as Chinese sentences."""
    content = RecordShape.model_validate(record).announcement
    notes = []
    if len(content.parties) == 1 and not content.sources:
        notes.append(f"种子只由“{content.parties[0].name}”一方提供，该方可能事先知道结果")
    if content.repeats is not None:
        notes.append(f"这是第{content.attempt}次抽取，理由：{content.repeats.reason}")
    notes += [f"名录按“{rule.name}”组成，由组织单位保证：{rule.words}" for rule in content.pool_rules]
    short = [
        stratum.name for stratum in content.strata if stratum.size * 1000 < stratum.population * stratum.ratio
    ]
    notes += [f"“{name}”可抽对象不足，未达到比例" for name in short]
    return tuple(notes)

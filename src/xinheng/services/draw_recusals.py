"""Says by its name for which enterprise no team is left, to whoever announces or draws; the rule of the draw knows blinded keys.

The public record goes on naming nobody (legal guards G1, G13); 回避 stands in 《行政处罚法》第四十三条.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from xinheng.core.draw_rule import NoTeam
from xinheng.core.refusal import Refusal
from xinheng.services.pools import behind
from xinheng.store.inspections import DrawAnnouncement, Inspector
from xinheng.store.subjects import Subject

LAW = "《中华人民共和国行政处罚法》第四十三条"


def refuse_recused(
    library: Sequence[Inspector], pool: Mapping[str, Sequence[tuple[int, str]]], *, team: int
) -> None:
    """Refusal I19 for enterprises of the pool from whom so many are recused that no team is left. ``pool``: subject and
    identity by band."""
    recused = Counter(code for one in library for code in set(one.recused_from))
    stuck = {code for code, count in recused.items() if len(library) - count < team}
    found = [subject for own in pool.values() for subject, code in own if code in stuck] if stuck else []
    if not found:
        return
    names = _named(found[:3])
    more = f"等{len(found)}户" if len(found) > 3 else ""
    raise Refusal(
        "I19",
        f"{names}{more}可派的执法检查人员不足{team}人，其余均须回避，不能公告抽取。",
        citation=LAW,
        advice="请补充无须回避的执法检查人员，核对名录库中的回避登记，或者把该企业交上级机关检查。",
    )


@contextmanager
def naming_objects(announcement: DrawAnnouncement) -> Iterator[None]:
    """Refusal I20 in place of the blinded key of an object for which the draw found no team."""
    try:
        yield
    except Refusal as refusal:
        stuck = refusal.__cause__
        if not isinstance(stuck, NoTeam):
            raise
        subjects, _ = behind(announcement, [stuck.object_key])
        raise Refusal(
            "I20",
            f"{_named([subjects[stuck.object_key]])}分派不出检查组：可派人员均已满额或须回避。",
            citation=LAW,
            advice="请写明“分派不出检查组”作未完成处理，补充执法检查人员或者提高个人上限后重新公告。",
        ) from stuck


def _named(subjects: Sequence[int]) -> str:
    known = Subject.objects.in_bulk(list(subjects))
    return "、".join(f"“{known[one].name}”" for one in subjects)

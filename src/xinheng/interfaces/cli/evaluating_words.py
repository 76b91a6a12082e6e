"""What the terminal says of a run over files, and lines in which Chinese and Latin signs stand one below the other."""

from typing import TYPE_CHECKING

from xinheng.core.models import ScoringModel
from xinheng.interfaces.cli.models_open import Place

if TYPE_CHECKING:
    from xinheng.scoring.exchange_run import FileRun

SET_ASIDE = 3
"""Exit code where everything is written, but some records belong to nobody or to days yet to come."""
BAR = 30
"""Signs of the longest bar."""


def say_run(model: ScoringModel, done: "FileRun", *, place: Place, engine: str) -> None:
    from xinheng.scoring.exchange_run import set_aside

    summary, delivered = done.summary, done.delivered
    trial = "，试算，不发布" if model.trial else ""
    print(f"{model.title}（{model.id} 第 {model.version} 版{trial}）")
    print(f"评价日 {summary.as_of}，按{place.name}的记录处理规则，引擎 {engine}")
    print(
        f"快照：主体 {delivered.subject_count:,} 户，记录 {delivered.record_count:,} 条；"
        f"没有任何记录的主体 {delivered.bare:,} 户"
    )
    print(f"评价对象 {summary.rows:,} 户：")
    most = max(summary.distribution.values(), default=0) or 1
    for grade, count in summary.distribution.items():
        label = f"{grade} {model.label_of(grade)}" if grade else "信息不足"
        share = f"{100 * count / summary.rows:.1f}%" if summary.rows else "—"
        bar = "█" * -(-count * BAR // most)
        print(f"  {padded(label, 12)}{count:>12,}{share:>8}  {bar}".rstrip())
    print(f"  因否决、限制或降档而低于分数等级：{summary.vetoed:,} 户")
    aside = set_aside(delivered, as_of=summary.as_of)
    if aside:
        print("没有使用的记录：")
        for sentence in aside:
            print(f"  {sentence}")
    print(f"结果：{done.result}")
    print(f"清单：{done.manifest}")
    print(f"结果摘要 {summary.digest}")


def padded(text: str, width: int) -> str:
    """Padded to a width in which a Chinese sign takes two places."""
    taken = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)
    return text + " " * max(1, width - taken)

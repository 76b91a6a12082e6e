"""Finds what a command on models was told: the policy of a place, and a model by its id or as a file."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.core.sources import NATION
from xinheng.interfaces.cli.options import city_wanted, policy_folder
from xinheng.interfaces.cli.targets import check_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xinheng.core.evaluation import Fact
    from xinheng.core.models import ScoringModel
    from xinheng.core.policy import Policy
    from xinheng.core.treatment import Treatment

MODEL_ID = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*")

City = Annotated[
    str | None, typer.Option("--city", help="按哪个城市的规则，代号或代码；缺省为 XINHENG_CITY 或 kaifeng")
]
Province = Annotated[
    str | None, typer.Option("--province", help="按哪个省的规则，如 410000；与 --city 选用一个")
]
Root = Annotated[Path | None, typer.Option("--policy", help="政策文件夹，缺省为 policy")]
AsOf = Annotated[str, typer.Option("--as-of", help="评价日，如 2026-11-20")]
On = Annotated[str | None, typer.Option("--on", help="按哪一天的规则检查，如 2026-11-20；缺省为今天")]
SnapshotFolder = Annotated[
    Path, typer.Option("--snapshot", help="快照文件夹，含 subjects.parquet 和 records.parquet")
]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose rules hold: the policy of a city, or of any city of a province where only that was named."""

    code: str
    name: str
    area: tuple[str, ...]
    policy: "Policy"

    def treatment(self, day: date) -> "Treatment":
        return self.policy.treatment(on=day)


def open_place(*, city: str | None, province: str | None, root: Path | None) -> Place:
    """Raises Refusal MODEL-PLACE where no pack fits; PolicyError where the policy itself is wrong."""
    from xinheng.core.policy import known_cities, load_policy

    folder = policy_root(root)
    if city and province:
        raise Refusal("MODEL-PLACE", "--city 和 --province 只能选用一个", advice="请去掉其中一个")
    cities = known_cities(folder)
    if province is None:
        chosen = city_wanted(city)
        if chosen not in cities and chosen not in cities.values():
            listed = "、".join(f"{slug}（{code}）" for slug, code in cities.items())
            raise Refusal("MODEL-PLACE", f"没有城市“{chosen}”的政策包", advice=f"可用的有：{listed}")
        policy = load_policy(folder, city=chosen)
        return Place(policy.city.code, policy.city.name, policy.city.area, policy)
    found = sorted(slug for slug, code in cities.items() if f"{code[:2]}0000" == province)
    if not found:
        known = "、".join(sorted({f"{code[:2]}0000" for code in cities.values()}))
        raise Refusal("MODEL-PLACE", f"没有省“{province}”的政策文件", advice=f"可用的有：{known}")
    policy = load_policy(folder, city=found[0])
    return Place(province, f"省 {province}", (NATION, province), policy)


def policy_root(chosen: Path | None) -> Path:
    root = chosen or policy_folder()
    if not root.is_dir():
        raise PolicyError([f"{root}：(文件夹)：没有这个政策文件夹；用 --policy 或 XINHENG_POLICY 指明"])
    return root


def open_model(named: str, *, place: Place, on: date) -> "ScoringModel":
    """A model in force by its id, or the file of one, which must hold what every model must, ``on`` the day whose rules
    say how long facts may be used.

    Raises Refusal for a model that is not there, PolicyError for a file that is no model, one line a cause.
    """
    if MODEL_ID.fullmatch(named) and not Path(named).exists():
        model = place.policy.models.get(named)
        if model is None:
            known = "、".join(sorted(place.policy.models))
            raise Refusal(
                "MODEL-UNKNOWN", f"没有模型“{named}”", advice=f"可用的模型：{known}；也可以写文件路径"
            )
        return model
    from xinheng.core.models import read_model

    path = existing(Path(named))
    model = read_model(path)
    causes = [f"{path.name}：{where}：{cause}" for where, cause in causes_of(model, place=place, on=on)]
    causes += [f"{path.name}：{where}：{cause}" for _, where, cause in composed_causes([model], place=place)]
    if causes:
        raise PolicyError(causes)
    return model


def existing(path: Path) -> Path:
    if not path.is_file():
        raise Refusal(
            "MODEL-FILE", f"没有模型文件“{path}”", advice="请检查路径；已发布的模型写标识，如 general/trial"
        )
    return path


def causes_of(
    model: "ScoringModel", *, place: Place, on: date, cited_on: date | None = None
) -> tuple[tuple[str, str], ...]:
    """(place in the file, cause) of everything that forbids the use of a model in a place on a day.

    With ``cited_on`` the documents it cites must be in force on that day too.
    """
    from xinheng.core.model_check import model_causes

    policy = place.policy
    return model_causes(
        model,
        sources=policy.sources,
        sectors=frozenset(policy.sectors.sectors),
        treatment=place.treatment(on),
        area=place.area,
        on=cited_on,
    )


def composed_causes(models: "Iterable[ScoringModel]", *, place: Place) -> "tuple[tuple[str, str, str], ...]":
    """(model, place in the file, cause) of what does not hold together once these models join those in force."""
    from xinheng.core.composition import composition_causes

    return tuple(composition_causes({**place.policy.models, **{model.id: model for model in models}}))


def unheard(model: "ScoringModel", *, place: Place) -> tuple[tuple[str, str], ...]:
    """(place in the file, hint) of facts that no feed of the place delivers. Grades of models come from runs."""
    from xinheng.core.composition import readings
    from xinheng.core.model_feeds import undelivered

    grades = {f"{where}.facts" for where, _ in readings(model)}
    found = undelivered({model.id: model}, place.policy.feeds)
    return tuple((where, hint) for _, where, hint in found if where not in grades)


def repair_day(policy: "Policy", *, sector: str | None) -> "Callable[[Fact], date | None]":
    """First day on which repair of a penalty may be applied for; None for what policy gives no known term.

    Where the sector of the subject has terms of its own, the later of the two days: the sector of the deciding
    organ is not in a snapshot.
    """

    def first_day(fact: "Fact") -> date | None:
        days = [policy.first_repair_day(fact, sector=each) for each in (None, sector)]
        known = [day for day in days if day is not None]
        return max(known) if len(known) == len(days) else None

    return first_day


def day_of(text: str | None) -> date:
    """A day as written, or today in China."""
    if text is None:
        return datetime.now(ZoneInfo("Asia/Shanghai")).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("MODEL-DAY", f"“{text}”不是日期", advice="评价日写作 2026-11-20") from error


def may_write(out: Path, *, suffixes: tuple[str, ...], inputs: tuple[Path, ...] = ()) -> None:
    """Refuse before any work a name of unknown format and a place that cannot be written."""
    if out.suffix.lower() not in suffixes:
        raise Refusal(
            "MODEL-OUT", f"不知道“{out.name}”是什么格式", advice=f"文件名请以 {'、'.join(suffixes)} 结尾"
        )
    check_file(out, option="--out", sources=inputs)


def memory_checked(memory: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)?\s*([KMGT]i?B)", memory, re.IGNORECASE):
        raise Refusal("EVALUATE-MEMORY", f"“{memory}”不是内存大小", advice="写作 512MB 或 4GB")
    return memory

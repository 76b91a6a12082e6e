"""`xinheng policy`: check the policy files and read one figure. Needs neither database nor network."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from xinheng.core.clauses import Document, citation_cause, documents_of
from xinheng.core.model_feeds import undelivered
from xinheng.core.parameters import Reading, Status
from xinheng.core.policy import Policy, known_cities, load_policy
from xinheng.core.policy_cases import case_causes, load_cases
from xinheng.core.policy_checks import citations
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.options import CityOption, city_wanted, policy_folder

DOCUMENT_SUFFIXES = {".txt", ".md"}
LARGEST_DOCUMENT = 4 * 1024 * 1024


def _root(chosen: Path | None) -> Path:
    root = chosen or policy_folder()
    if not root.is_dir():
        raise PolicyError([f"{root}：(文件夹)：没有这个政策文件夹；用 --policy 或 XINHENG_POLICY 指明"])
    return root


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(ZoneInfo("Asia/Shanghai")).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("DAY01", f"“{text}”不是日期。", advice="写作 2026-11-20。") from error


Root = Annotated[
    Path | None,
    typer.Option("--policy", metavar="文件夹", help="政策文件夹，缺省为 XINHENG_POLICY，再缺省为 policy"),
]
On = Annotated[str | None, typer.Option("--on", metavar="日期", help="哪一天，写作 2026-11-20，缺省为今天")]


def _check(
    policy: Root = None,
    city: Annotated[
        str | None, typer.Option("--city", metavar="城市", help="只检查这座城市，缺省检查全部")
    ] = None,
    documents: Annotated[
        Path | None,
        typer.Option("--documents", metavar="文件夹", help="存有文件原文（TXT、MD），逐条核对条款引用"),
    ] = None,
    on: On = None,
) -> None:
    """检查全部政策文件：格式、依据、下级不得越权、引用是否存在。"""
    root, day = _root(policy), _day(on)
    texts = _texts(documents) if documents else None
    causes: list[str] = []
    for slug in [city] if city else list(known_cities(root)):
        try:
            loaded = load_policy(root, city=slug)
        except PolicyError as error:
            causes += error.causes
            continue
        _summary(loaded, day=day)
        causes += [
            f"policy/models/{model}.yml：{place}：{cause}"
            for model, place, cause in undelivered(loaded.models, loaded.feeds)
        ]
        if texts is not None:
            causes += _compare(loaded, documents_of(texts, loaded.sources))
    causes = causes or _run_cases(root)
    if causes:
        raise PolicyError(list(dict.fromkeys(causes)))


def _run_cases(root: Path) -> list[str]:
    cases = load_cases(root)
    causes = list(case_causes(cases, lambda city: load_policy(root, city=city)))
    print(f"案例 {len(cases)} 个：不符 {len(causes)}")
    return causes


def _texts(folder: Path) -> list[str]:
    if not folder.is_dir():
        print(f"没有文件夹 {folder.name}，不核对条款引用。")
        return []
    files = (file for file in sorted(folder.iterdir()) if file.suffix in DOCUMENT_SUFFIXES)
    return [
        file.read_text(encoding="utf-8", errors="replace")
        for file in files
        if file.stat().st_size <= LARGEST_DOCUMENT
    ]


def _summary(policy: Policy, *, day: date) -> None:
    readings = [series.on(day) for series in policy.parameters.values()]
    counts = Counter(reading.status for reading in readings)
    cited = [citation for _, citation in citations(policy)]
    print(f"{policy.city.name}（{policy.city.code}）：可用")
    print(
        f"  参数 {len(readings)} 个：{day}有数值 {counts[Status.KNOWN]}，"
        f"待确认 {counts[Status.UNCONFIRMED]}，没有规定 {counts[Status.NO_RULE]}"
    )
    print(
        f"  依据 {len(cited)} 处：已与原文核对 {sum(one.verified for one in cited)}；来源 {len(policy.sources)} 份"
    )
    for reading in policy.unconfirmed(on=day):
        print(f"  待确认：{reading.key} {reading.title}")
    print(f"  {policy.digest}")


def _compare(policy: Policy, documents: dict[str, Document]) -> list[str]:
    causes, found, absent = [], 0, 0
    for place, citation in citations(policy):
        document = documents.get(citation.source)
        if document is None:
            absent += 1
        elif cause := citation_cause(citation, document):
            causes.append(f"{policy.city.name}：{place}：{cause}")
        else:
            found += 1
    print(f"  条款核对：{found} 处找到，{len(causes)} 处找不到；{absent} 处的文件不在手边，略过")
    return causes


def _show(
    key: Annotated[str, typer.Argument(metavar="参数", help="如 objections.total_workdays")],
    on: On = None,
    city: CityOption = None,
    policy: Root = None,
) -> None:
    """显示一个参数在某一天的数值、来源、条款和核对情况。"""
    loaded = load_policy(_root(policy), city=city_wanted(city))
    day = _day(on)
    reading = loaded.parameter(key, on=day)
    print(f"{reading.title}（{reading.key}，{loaded.city.name}，{day}）：{reading}")
    if reading.status is not Status.NO_RULE:
        for line in _grounds(reading):
            print(f"  {line}")


def _grounds(reading: Reading) -> list[str]:
    level = reading.level.label if reading.level else ""
    checked = "已与原文核对" if reading.verified else "未与原文核对"
    lines = [
        f"自{reading.since}起",
        f"依据：{reading.citation}（{level}层，{checked}，{reading.checked_on}查看）",
    ]
    return [*lines, f"说明：{reading.note}"] if reading.note else lines


def register(app: typer.Typer) -> None:
    """Adds `policy check` and `policy show`."""
    group = typer.Typer(help="政策：检查政策文件，查看参数。", no_args_is_help=True)
    group.command("check")(_check)
    group.command("show")(_show)
    app.add_typer(group, name="policy")

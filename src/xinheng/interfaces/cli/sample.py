"""`xinheng sample-city`: makes up a city and writes the files that its departments would send.

The place comes from the city's policy pack; enterprises, codes and histories are made up. The day of the sample
is an option with a fixed default, so that the same command gives the same bytes on any day.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.options import CityOption, city_wanted, policy_folder
from xinheng.interfaces.cli.targets import make_folder

if TYPE_CHECKING:
    from xinheng.core.policy import Policy
    from xinheng.sample.places import City

AS_OF = "2026-11-20"
SIZES = ("s", "m", "l")
URBAN_WEIGHT, RURAL_WEIGHT = 14, 10


def register(app: typer.Typer) -> None:
    app.command("sample-city")(sample_city)


def check_size(size: str) -> None:
    if size not in SIZES:
        raise Refusal("SMP01", f"没有规模“{size}”。", advice="可选 s、m、l。")


def place_of(policy: "Policy", *, day: date) -> "City":
    """The city of a policy pack as the sample room knows it."""
    from xinheng.sample.departments import FIELDS
    from xinheng.sample.places import MARKS, PROVINCES, City, County

    city = policy.city
    departments = {}
    for key, field in FIELDS.items():
        if found := policy.agencies.of_sector(field):
            departments[key] = policy.agencies.agencies[found[0]].name
    counties = tuple(
        County(code, county.name, URBAN_WEIGHT if county.name.endswith("区") else RURAL_WEIGHT)
        for code, county in sorted(policy.counties.items())
        if county.holds_in(day.year)
    )
    return City(
        key=city.slug,
        code=city.code,
        name=city.name,
        short_name=city.portal_name.removeprefix("信用"),
        mark=MARKS.get(city.code, city.name[0]),
        province=PROVINCES.get(city.province, city.name),
        counties=counties,
        departments=departments,
    )


def sample_city(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="文件夹", help="写到这个文件夹，须为空或不存在")
    ] = None,
    size: Annotated[
        str, typer.Option("--size", metavar="规模", help="s 约2千户，m 约10万户，l 约130万户")
    ] = "s",
    seed: Annotated[int, typer.Option("--seed", metavar="整数", help="种子；相同种子得到相同文件")] = 1,
    city: CityOption = None,
    as_of: Annotated[str, typer.Option("--as-of", metavar="日期", help="样例的截止日期")] = AS_OF,
    dirt: Annotated[
        int, typer.Option("--dirt", metavar="倍数", min=0, max=5, help="问题数据的倍数，0 至 5，0 为没有")
    ] = 1,
    tables: Annotated[
        bool, typer.Option("--tables", help="只写干净的 Parquet 表（供批量入库和测速）")
    ] = False,
    into_database: Annotated[
        bool, typer.Option("--into-database", help="不写文件，把干净的样例直接装入空数据库（供测速）")
    ] = False,
) -> None:
    """生成样例城市：部门报送的文件和 planted.json（埋入的问题清单）。"""
    from xinheng.core.policy import load_policy

    day = _day(as_of)
    check_size(size)
    if into_database == (out is not None):
        raise Refusal(
            "SMP06",
            "请在 --out 和 --into-database 中选用一个。",
            advice="写文件用 --out，直接装入空数据库用 --into-database。",
        )
    if out is None:
        print(into_own_database(size=size, seed=seed, city=city_wanted(city), as_of=day))
        return
    policy = load_policy(policy_folder(), city=city_wanted(city))
    made = generate(
        size=size, seed=seed, out=out, policy=policy, as_of=day, dirt=dirt, tables=tables, heard=_heard
    )
    print(f"{policy.city.name}：{made}")


def generate(
    *,
    size: str,
    seed: int,
    out: Path,
    policy: "Policy",
    as_of: date,
    dirt: int = 1,
    tables: bool = False,
    heard: Callable[[str, int], None] | None = None,
) -> str:
    """Make the city of ``policy`` in folder ``out``, which appears when it is complete; says what was made.

    ``tables`` writes clean Parquet tables (sample.tables) instead of departments' files. Raises Refusal where
    ``out`` has content.
    """
    from xinheng.sample.city import found_city, write_files
    from xinheng.sample.tables import write_tables

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refusal("SMP02", f"{out}已有内容。", advice="请换一个空文件夹，或先移走其中的文件。")
    make_folder(out.parent, option="--out")
    with TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as work:
        place, stage = place_of(policy, day=as_of), Path(work) / out.name
        made = found_city(city=place, size=size, seed=seed, as_of=as_of, scratch=Path(work), dirt=dirt)
        try:
            if tables:
                written = write_tables(made, out=stage, heard=heard)
                said = f"{written.subject_count}户，{written.record_count}条记录"
            else:
                said = _said(write_files(made, out=stage, heard=heard))
        finally:
            made.connection.close()
        if out.exists():
            out.rmdir()
        stage.rename(out)
    return said


def into_own_database(*, size: str, seed: int, city: str, as_of: date) -> str:
    """Load the clean city into this installation's database, which must be empty; says what was loaded."""
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.sample.city import found_city
    from xinheng.services.bulk import load_city
    from xinheng.services.collect import workshop
    from xinheng.services.organisations import organisation_for, set_up_organisations
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    policy = policy_in_force(on=day_of(now))
    set_up_organisations(policy, on=day_of(now))
    with workshop() as work:
        place = place_of(policy, day=as_of)
        made = found_city(city=place, size=size, seed=seed, as_of=as_of, scratch=work, dirt=0)
        try:
            lead = organisation_for(policy, None)
            copied = load_city(made, policy=policy, organisation=lead, now=now, work=work, heard=_heard)
        finally:
            made.connection.close()
    return f"{policy.city.name}：{copied.subjects}户，{copied.records}条记录"


def _said(planted: Mapping[str, Any]) -> str:
    dirt = "、".join(f"{code} {count}" for code, count in planted["planted"].items()) or "无"
    return (
        f"{planted['subjects']}户，{len(planted['files'])}个文件，{planted['rows']}行；"
        f"重复 {planted['duplicates']} 行，埋入的问题：{dirt}"
    )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("SMP03", f"“{text}”不是日期。", advice="写作 2026-11-20。") from error
    if not 2022 <= day.year <= 2098:
        raise Refusal("SMP03", "样例截止日期须在2022年至2098年之间。", advice="写作 2026-11-20。")
    return day


def _heard(path: str, rows: int) -> None:
    print(f"  {path}  {rows}行" if rows else f"  {path}", flush=True)

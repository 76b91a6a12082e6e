"""The enterprises of the sample city: code, name, place, trade, state and a hidden tier of conduct.

One table ``enterprise``, ordered by credit code and numbered from 1 in that order. About 70 in 100 hold a
code of the market registrar for enterprises (91), 25 for sole traders (92), 3 for cooperatives (93) and
2 for social organisations (51–53).
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from xinheng.sample import words
from xinheng.sample.chance import below, draw, listed, pick, quoted, weighted
from xinheng.sample.codes import coded
from xinheng.sample.places import City
from xinheng.sample.rates import TIERS


class Flagship(NamedTuple):
    """An enterprise that occurs in many files; ``name`` follows the place."""

    head: str
    sector: str
    tier: int
    name: str


FLAGSHIPS = (
    Flagship("91", "food", 0, "样例甲食品有限公司"),
    Flagship("91", "housing", 1, "样例乙建筑工程有限公司"),
    Flagship("91", "market_regulation", 2, "样例丙商贸有限公司"),
    Flagship("91", "transport", 3, "样例丁物流有限公司"),
    Flagship("91", "emergency", 4, "样例戊化工有限公司"),
    Flagship("91", "science", 0, "样例己科技股份有限公司"),
    Flagship("92", "food", 1, "样例庚小吃店"),
    Flagship("93", "agriculture", 1, "样例辛果蔬种植农民专业合作社"),
)
FLAGSHIP_GAIN = 4_000


def statements(*, city: City, subjects: int, as_of: date) -> tuple[str, ...]:
    """SQL that makes table ``enterprise`` of ``subjects`` rows; needs the macros of chance and codes."""
    return (
        f"CREATE OR REPLACE TEMP TABLE drawn AS {_drawn(city=city, subjects=subjects, as_of=as_of)}",
        f"CREATE OR REPLACE TEMP TABLE named AS {_named(city=city)}",
        f"CREATE OR REPLACE TABLE enterprise AS {_ordered()}",
        "DROP TABLE drawn",
        "DROP TABLE named",
    )


def _flagship(texts: Sequence[str], otherwise: str) -> str:
    """SQL of ``otherwise``, except for the flagships."""
    arms = " ".join(f"WHEN {n} THEN {text}" for n, text in enumerate(texts))
    return f"CASE n {arms} ELSE {otherwise} END"


def _drawn(*, city: City, subjects: int, as_of: date) -> str:
    head = weighted(
        [("'91'", 700), ("'92'", 250), ("'93'", 30), ("'51'", 6), ("'52'", 12), ("'53'", 2)], "head"
    )
    sector = weighted([(quoted(sector.key), sector.weight) for sector in words.SECTORS], "sector")
    tier = weighted([(str(tier), share) for tier, share in enumerate(TIERS)], "tier")
    county = weighted([(str(n), county.weight) for n, county in enumerate(city.counties)], "county")
    style_count = len(words.STYLE_CHARACTERS)
    status = weighted(
        [("'active'", 930), ("'suspended'", 8), ("'revoked'", 17), ("'cancelled'", 45)], "status"
    )
    return f"""
        SELECT n, h,
            {_flagship([quoted(one.head) for one in FLAGSHIPS], head)} AS head,
            {_flagship([quoted(one.sector) for one in FLAGSHIPS], sector)} AS sector,
            {_flagship([str(one.tier) for one in FLAGSHIPS], tier)}::UTINYINT AS tier,
            CASE WHEN n < {len(FLAGSHIPS)} THEN 0 ELSE {county} END AS county,
            CASE WHEN n < {len(FLAGSHIPS)} THEN 'active' ELSE {status} END AS status,
            CASE WHEN n < {len(FLAGSHIPS)} THEN {FLAGSHIP_GAIN}
                ELSE list_extract([250, 500, 750, 1000, 1000, 1250, 2250], {below(7, "gain")} + 1) END AS gain,
            DATE {quoted(as_of.isoformat())} - 120 - least({below(9500, "age")}, {below(9500, "age too")}) AS established_on,
            (n::BIGINT * 733331 + 11) % {style_count**3} AS style,
            {below(style_count**2, "short style")} AS short_style
        FROM (SELECT n, seeded(n) AS h FROM range({subjects}) AS numbers(n))"""


def _style(index: str, length: int) -> str:
    characters = words.STYLE_CHARACTERS
    return " || ".join(
        f"substr('{characters}', ({index} // {len(characters) ** place}) % {len(characters)} + 1, 1)"
        for place in range(length)
    )


def _trade(attribute: str, purpose: str) -> str:
    arms = " ".join(
        f"WHEN {quoted(sector.key)} THEN {pick(getattr(sector, attribute), purpose)}"
        for sector in words.SECTORS
    )
    return f"CASE sector {arms} END"


def _tail() -> str:
    form = weighted([("'有限公司'", 86), ("'有限责任公司'", 10), ("'股份有限公司'", 4)], "form")
    return f"""CASE head
        WHEN '91' THEN {_trade("firms", "trade")} || {form}
            || CASE WHEN {below(1000, "branch")} < 40 THEN county_short || '分公司' ELSE '' END
        WHEN '92' THEN {_trade("shops", "trade")}
        WHEN '93' THEN {pick(words.CROPS, "trade")} || '农民专业合作社'
        WHEN '51' THEN {pick(words.SOCIETIES, "trade")}
        WHEN '52' THEN {pick(words.CENTRES, "trade")}
        ELSE '公益基金会' END"""


def _place(city: City) -> str:
    whole, short = quoted(city.name), quoted(city.short_name)
    firm = weighted([(whole, 45), (short, 40), (quoted(city.province), 15)], "place word")
    local = f"CASE WHEN ends_with({whole}, county_name) THEN {whole} ELSE {whole} || county_name END"
    return f"CASE WHEN head = '91' THEN {firm} WHEN head IN ('92', '93') THEN {local} ELSE {whole} END"


def _named(*, city: City) -> str:
    """Adds names. A short 字号 stands only where it keeps the name unique; the long one always does."""
    names = listed([county.name for county in city.counties], "county")
    shorts = listed([_short(county.name) for county in city.counties], "county")
    codes = listed([county.code for county in city.counties], "county")
    return f"""
        WITH placed AS (
            SELECT *, {names} AS county_name, {shorts} AS county_short, {codes} AS division_code FROM drawn),
        parted AS (SELECT *, {_place(city)} AS place_word, {_tail()} AS tail FROM placed),
        tried AS (
            SELECT *, {below(100, "length of style")} < 45
                AND row_number() OVER (PARTITION BY place_word, short_style, tail ORDER BY n) = 1 AS short_enough
            FROM parted)
        SELECT *, {_flagship([quoted(one.name) for one in FLAGSHIPS], "NULL")} AS flagship_name,
            CASE WHEN short_enough THEN {_style("short_style", 2)} ELSE {_style("style", 3)} END AS style_word
        FROM tried"""


def _short(county_name: str) -> str:
    return county_name[:-1] if len(county_name) > 2 else county_name


def _ordered() -> str:
    person = f"{pick(list(words.SURNAMES), 'surname')} || '样' || {pick(list(words.STEMS), 'given name')}"
    sector = " ".join(f"WHEN {quoted(one.key)} THEN {quoted(one.label)}" for one in words.SECTORS)
    registrar = "CASE WHEN head[1] = '5' THEN '民政局' ELSE '市场监督管理局' END"
    firm = weighted([("'微型'", 70), ("'小型'", 22), ("'中型'", 6), ("'大型'", 2)], "size")
    size = f"CASE head WHEN '91' THEN {firm} WHEN '92' THEN '微型' ELSE '' END"
    kind = """CASE head WHEN '91' THEN (CASE WHEN tail LIKE '%分公司' THEN 'branch' ELSE 'enterprise' END)
        WHEN '92' THEN 'sole_trader' WHEN '93' THEN 'cooperative' ELSE 'social_organisation' END"""
    return f"""
        WITH full_named AS (
            SELECT *, coalesce(place_word || flagship_name, place_word || style_word || tail) AS name FROM named),
        coded AS ({coded("FROM full_named", head="head || division_code", number="n")})
        SELECT row_number() OVER (ORDER BY code)::INTEGER AS sid, h, code, name, {kind} AS kind, head, sector,
            CASE sector {sector} END AS sector_label, {size} AS size, tier, gain, status, county::UTINYINT AS county, county_name,
            division_code, county_name || {registrar} AS registrar, established_on,
            county_name || {pick(words.ROADS, "road")} || ({below(900, "house")} + 1)::VARCHAR || '号' AS address,
            {person} AS person, {draw("record")} AS record_h
        FROM coded ORDER BY code"""

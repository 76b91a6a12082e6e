"""Matching of enterprise names: queries a second against 1.3 M made-up names, recall at 5 by what was done to the name, and
precision and recall on labelled pairs, each scored by coefficients that were fitted without it.

Names are put together by the order of 《企业名称登记管理规定》 from places, 字号 of two to four common characters, trades
and forms; all are distinct. Each perturbation alone is done to names of the list; found means that the very name is
among the first five. Floor: RapidFuzz over the whole list, which a smaller sample stands for.
Run: python bench/match.py [--size s|m|l] [--pairs PAIRS.csv] [--json]
"""

import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import opencc
from match_fit import calibration, cross_validated, curve, joined, read_pairs, rows_of
from measuring import parser, tell
from rapidfuzz import fuzz, process

from xinheng.matching import weights
from xinheng.matching.comparing import compare_names
from xinheng.matching.index import Candidate, NameIndex
from xinheng.sample.words import SECTORS

SIZES = {"s": 20_000, "m": 200_000, "l": 1_300_000}
QUERIES = 4_000
PLACES = ("开封市", "开封", "河南", "河南省", "开封市兰考县", "开封市尉氏县", "兰考县", "通许县", "杞县")
FORMS = ("有限公司",) * 12 + ("有限责任公司",) * 3 + ("股份有限公司", "集团有限公司")
BRANCHES = ("开封分公司", "第一分公司", "第二分公司", "兰考分公司")
SIGNS = [bytes((0xB0 + at // 94, 0xA1 + at % 94)).decode("gb2312") for at in range(3755)]
"""The common characters in the order of GB 2312 level 1, which is that of their sound."""
BRACKETS = ("()", "（）", "[]", "【】", "〔〕")

Rule = Callable[[random.Random, str], str]


def made_up(count: int, chance: random.Random) -> list[str]:
    """Distinct names, in a fixed order."""
    signs = SIGNS[:]
    chance.shuffle(signs)
    trades = [trade for sector in SECTORS for trade in sector.firms]
    found: dict[str, None] = {}
    while len(found) < count:
        width = chance.choices((2, 3, 4), (55, 25, 20))[0]
        brand = "".join(signs[int(2000 * chance.random() ** 1.5)] for _ in range(width))
        place, trade, form = chance.choice(PLACES), chance.choice(trades), chance.choice(FORMS)
        if place in ("开封", "河南") and chance.random() < 0.3:
            name = (
                f"{brand}{trade}（{place}）{form}"
                if chance.random() < 0.4
                else f"{brand}（{place}）{trade}{form}"
            )
        else:
            name = place + brand + trade + form
        if chance.random() < 0.03:
            name += chance.choice(BRANCHES)
        found[name] = None
    return list(found)


def _without_region(_: random.Random, name: str) -> str:
    for place in sorted(PLACES, key=len, reverse=True):
        if name.startswith(place):
            return name[len(place) :]
        name = name.replace(f"（{place}）", "")
    return name


def _short_form(_: random.Random, name: str) -> str:
    return (
        name.replace("有限责任公司", "有限公司")
        .replace("股份有限公司", "公司")
        .replace("有限公司", "公司", 1)
    )


def _without_form(_: random.Random, name: str) -> str:
    for form in ("有限责任公司", "股份有限公司", "有限公司"):
        name = name.replace(form, "", 1)
    return name


def _wrong_character(chance: random.Random, name: str) -> str:
    at = chance.choice([place for place, sign in enumerate(name) if sign not in "（）"])
    return name[:at] + chance.choice(SIGNS) + name[at + 1 :]


def _brackets(chance: random.Random, name: str) -> str:
    style = chance.choice(BRACKETS)
    if "（" in name:
        return name.replace("（", style[0]).replace("）", style[1])
    place = next((one for one in ("开封市", "河南省", "开封", "河南") if name.startswith(one)), "")
    return f"{style[0]}{place}{style[1]}{name[len(place) :]}" if place else name


def perturbations() -> dict[str, Rule]:
    traditional = opencc.OpenCC("s2t")
    return {
        "same": lambda _, name: name,
        "region_dropped": _without_region,
        "form_shortened": _short_form,
        "form_dropped": _without_form,
        "wrong_character": _wrong_character,
        "traditional": lambda _, name: traditional.convert(name),
        "brackets": _brackets,
    }


def measured(names: list[str], chance: random.Random) -> Iterator[tuple[str, float]]:
    begun = time.perf_counter()
    index = NameIndex.build(names)
    yield "build_s", round(time.perf_counter() - begun, 1)
    yield "index_mib", round(index.size / 2**20, 1)
    list(index.nearest_many(names[:64]))
    seconds = cpu = asked = 0.0
    for title, rule in perturbations().items():
        drawn = chance.sample(range(len(names)), min(QUERIES, len(names)))
        queries = [rule(chance, names[place]) for place in drawn]
        begun, spent = time.perf_counter(), time.process_time()
        answers = list(index.nearest_many(queries, 5))
        seconds += time.perf_counter() - begun
        cpu += time.process_time() - spent
        asked += len(queries)
        hits = [any(one.place == place for one in found) for place, found in zip(drawn, answers, strict=True)]
        yield f"recall5_{title}", round(sum(hits) / len(hits), 4)
        joins = [
            (answer[0].place == place) for place, answer in zip(drawn, answers, strict=True) if _sure(answer)
        ]
        yield f"joined_{title}", round(len(joins) / len(drawn), 4)
        yield f"wrong_{title}", round(1 - sum(joins) / len(joins), 4) if joins else 0.0
    yield "per_s", round(asked / seconds)
    yield "cpu_ms", round(1000 * cpu / asked, 3)
    sample = [rule(chance, names[chance.randrange(len(names))]) for rule in perturbations().values()]
    begun = time.perf_counter()
    for query in sample:
        process.extract(query, names, scorer=fuzz.ratio, limit=5)
    yield "rapidfuzz_per_s", round(len(sample) / (time.perf_counter() - begun), 2)


def _sure(found: list[Candidate]) -> bool:
    """Whether one name, and only one, is the same."""
    same = [one for one in found if one.verdict.same]
    return len(same) == 1


def on_pairs(path: Path) -> Iterator[tuple[str, float]]:
    pairs = read_pairs(path)
    begun = time.perf_counter()
    for pair in pairs:
        compare_names(pair.name1, pair.name2)
    yield "compared_per_s", round(len(pairs) / (time.perf_counter() - begun))
    rows = rows_of(pairs)
    labels = np.array([pair.same for pair in pairs])
    held_out = cross_validated(pairs, rows)
    kept = np.array([compare_names(pair.name1, pair.name2).score for pair in pairs])
    plain = np.array([fuzz.ratio(pair.name1, pair.name2) / 100 for pair in pairs])
    for title, score in (("held_out", held_out), ("kept", kept), ("plain_ratio", plain)):
        for name, value in curve(score, labels).items():
            yield f"{title}_{name}", value
    for title, score in (("held_out", held_out), ("kept", kept)):
        for name, value in joined(score, labels, least=weights.SAME_FROM).items():
            yield f"{title}_{name}", value
    for name, count, mean, share in calibration(kept, labels):
        print(f"{'score ' + name:>18} {count} pairs, mean {mean:.3f}, same {share:.3f}")


def main() -> None:
    options = parser(__doc__, sizes=tuple(SIZES), size="l")
    options.add_argument("--pairs", type=Path)
    given = options.parse_args()
    chance = random.Random(20261121)
    figures = dict(measured(made_up(SIZES[given.size], chance), chance))
    if given.pairs is None or not given.pairs.exists():
        print("pairs: skipped, for no file of labelled pairs was given (--pairs)")
    else:
        figures |= dict(on_pairs(given.pairs))
    figures["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    tell("match", figures, as_json=given.json)


if __name__ == "__main__":
    main()

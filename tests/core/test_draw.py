import copy
import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.refusals import code_of

from xinheng.core.canonical import canonical, digest_of
from xinheng.core.draw import (
    Announced,
    Inspector,
    Occasion,
    Party,
    Stratum,
    announce,
    draw,
    record_digest,
)
from xinheng.core.draw_rule import blind, blind_key, commitment, pool_digest, seed_of
from xinheng.core.draw_verify import remarks, verify

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
LATER = NOW + timedelta(hours=2)
PARTS = {"sectors": ["food"]}
RULE = {
    "name": "事项的对象规则",
    "words": "登记行业属食品安全",
    "parts": PARTS,
    "version": digest_of(PARTS),
}
OCCASION = Occasion(
    draw="ex-2026-001",
    title="示例抽查",
    organ="示例市市场监督管理局",
    plan="示例计划〔2026〕1号",
    matter="食品销售监督检查",
    basis="示例依据",
    line="food",
    pool_rules=[RULE],
)
REVEALS = {"示例市信用办": "an office's secret text", "示例市司法局": "another secret text"}
PARTIES = [
    Party(name=name, commitment=commitment(draw=OCCASION.draw, party=name, reveal=reveal))
    for name, reveal in REVEALS.items()
]


def keys(prefix, count):
    return [f"{prefix}{n:04d}" for n in range(count)]


def inspector(number, **changes):
    given = {"lines": frozenset({"food"}), "certified_until": date(2027, 1, 1), "max_load": 20}
    return Inspector(key=f"i{number:02d}", **(given | changes))


def stratum(key, count, ratio, **changes):
    given = {"name": f"第{key}层", "population": count, "objects": keys(key, count)}
    return Stratum(key=key, ratio=ratio, **(given | changes))


STRATA = (stratum("calm", 300, 10), stratum("usual", 100, 50), stratum("strict", 40, 500))
PEOPLE = tuple(inspector(n) for n in range(8))


def announced(strata=STRATA, people=PEOPLE, *, occasion=OCCASION, parties=PARTIES, team=2, sources=()):
    return announce(
        occasion,
        strata=strata,
        inspectors=people,
        team=team,
        parties=parties,
        sources=sources,
        now=NOW,
        today=TODAY,
    )


def drawn(*args, reveals=None, public_values=(), **more):
    values = list(REVEALS.values()) if reveals is None else reveals
    return draw(announced(*args, **more), reveals=values, public_values=public_values, now=LATER)


def as_file(record):
    return json.loads(record.to_json())


@pytest.mark.row("M8-03")
def test_each_stratum_gives_its_exact_number():
    per_stratum = Counter(one["stratum"] for one in drawn().drawn)
    assert per_stratum == {"calm": 3, "usual": 5, "strict": 20}


@pytest.mark.row("M8-03")
def test_a_draw_whose_pool_was_not_made_by_rule_is_found_right_and_says_nothing_of_one():
    record = as_file(drawn(occasion=replace(OCCASION, pool_rules=())))
    assert "pool_rules" not in record["announcement"]
    assert verify(record) == ()
    assert not any("名录" in one for one in remarks(record))


@pytest.mark.row("M8-03")
def test_a_made_draw_is_found_right():
    assert verify(as_file(drawn())) == ()
    with_source = drawn(sources=["示例彩票第1期"], public_values=["01 02 03"])
    assert verify(as_file(with_source)) == ()


def test_the_same_inputs_give_the_same_bytes_in_whatever_order_the_libraries_come():
    turned = [replace(one, objects=list(reversed(one.objects))) for one in STRATA]
    assert drawn().to_json() == drawn(strata=turned, people=PEOPLE[::-1]).to_json()


def test_another_secret_of_any_party_gives_another_draw():
    for name in REVEALS:
        other = REVEALS | {name: "quite another secret"}
        parties = [
            Party(name=n, commitment=commitment(draw=OCCASION.draw, party=n, reveal=r))
            for n, r in other.items()
        ]
        record = drawn(parties=parties, reveals=list(other.values()))
        assert record.seed != drawn().seed
        assert [one["key"] for one in record.drawn] != [one["key"] for one in drawn().drawn]


@pytest.mark.guard("G7")
@pytest.mark.row("M8-03")
def test_teams_are_of_different_inspectors_within_their_load_and_without_those_recused():
    recused = keys("strict", 40)
    people = (*(inspector(n, barred=frozenset(recused)) for n in range(3)), *PEOPLE[3:])
    record = drawn(people=people, team=3)
    for one in record.drawn:
        assert len(set(one["team"])) == 3
        if one["stratum"] == "strict":
            assert not {"i00", "i01", "i02"} & set(one["team"])
    assert max(loads(record).values()) <= 20
    assert verify(as_file(record)) == ()


@pytest.mark.guard("G7")
def test_no_inspector_goes_out_of_his_area():
    strata = (stratum("e", 30, 500, area="410202"), stratum("w", 30, 500, area="410203"))
    people = [inspector(n, areas=frozenset({"410202" if n % 2 else "410203"})) for n in range(8)]
    areas = {person.key: person.areas for person in people}
    record = drawn(strata=strata, people=people)
    for one in record.drawn:
        area = "410202" if one["stratum"] == "e" else "410203"
        assert all(area in areas[member] for member in one["team"])
    assert verify(as_file(record)) == ()


def loads(record):
    return Counter(member for one in record.drawn for member in one["team"])


def test_work_is_dealt_evenly():
    counted = loads(drawn())
    assert sorted(counted.values()) == [7] * 8


@pytest.mark.guard("G1")
def test_the_public_record_shows_blinded_keys_only():
    secret = b"s" * 32
    code, certificate = "9100000000EXAMPLE0", "示例41020001"
    mine = blind(secret, draw=OCCASION.draw, identity=code)
    his = blind(secret, draw=OCCASION.draw, identity=certificate)
    people = (*PEOPLE[:7], replace(PEOPLE[7], key=his.key))
    objects = [*keys("strict", 39), mine.key]
    record = drawn(strata=(stratum("strict", 40, 1000, objects=objects),), people=people)
    text = record.to_json().decode()
    assert code not in text
    assert certificate not in text
    assert mine.key in text
    assert blind_key(mine.opening, identity=code) == mine.key
    assert blind_key(mine.opening, identity="9100000000EXAMPLE1") != mine.key
    assert blind(secret, draw="another", identity=code).key != mine.key
    assert blind(b"t" * 32, draw=OCCASION.draw, identity=code).key != mine.key


OTHER_DRAW = replace(OCCASION, attempt=2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"team": 1}, "draw_team"),
        ({"parties": []}, "draw_party"),
        ({"parties": PARTIES[:1] * 2}, "draw_party"),
        ({"occasion": OTHER_DRAW}, "draw_repeat"),
        ({"occasion": replace(OTHER_DRAW, repeated="sha256:" + "0" * 64, repeat_reason=" ")}, "draw_repeat"),
        ({"occasion": replace(OCCASION, repeated="sha256:" + "0" * 64, repeat_reason="断电")}, "draw_repeat"),
        ({"occasion": replace(OCCASION, title="")}, "draw_form"),
        ({"strata": (STRATA[0], STRATA[0])}, "draw_stratum_twice"),
        ({"strata": (stratum("calm", 0, 10),)}, "draw_stratum_empty"),
        ({"strata": (stratum("calm", 5, 10, population=6),)}, "draw_count"),
        ({"strata": (stratum("calm", 5, 0),)}, "draw_nothing"),
        ({"strata": (stratum("calm", 2, 10, objects=["a", "a"]),)}, "draw_object_twice"),
        ({"strata": (stratum("calm", 1, 10, objects=["张三的店"]),)}, "draw_form"),
        (
            {"strata": (stratum("a", 1, 10, objects=["x"]), stratum("b", 1, 10, objects=["x"]))},
            "draw_object_twice",
        ),
        ({"people": (*PEOPLE, PEOPLE[0])}, "draw_inspector_twice"),
        ({"people": (*PEOPLE, inspector(9, certified_until=None))}, "draw_uncertified"),
        ({"people": (*PEOPLE, inspector(9, certified_until=date(2026, 11, 19)))}, "draw_uncertified"),
        ({"people": (*PEOPLE, inspector(9, lines=frozenset({"fire"})))}, "draw_line"),
        ({"people": PEOPLE[:2]}, "draw_load"),
        ({"people": ()}, "draw_load"),
        ({"strata": (stratum("e", 30, 100, area="410202"),)}, "draw_area"),
        (
            {"people": [inspector(n, barred=frozenset({"calm0007"} if n else ())) for n in range(8)]},
            "draw_recused",
        ),
    ],
)
@pytest.mark.guard("G7")
def test_what_cannot_be_drawn_lawfully_is_refused_before_the_seed(changes, code):
    assert code_of(announced, **changes) == code


def test_excluded_objects_are_counted_and_lower_the_number_only_when_too_few_are_left():
    excluded = {"本年度检查已达上限": 15, "歇业": 5}
    few = stratum("strict", 40, 600, objects=keys("strict", 20), excluded=excluded)
    record = drawn(strata=(few,))
    assert len(record.drawn) == 20
    assert verify(as_file(record)) == ()
    assert any("未达到比例" in remark for remark in remarks(as_file(record)))


@pytest.mark.parametrize(
    ("reveals", "values", "code"),
    [
        (["an office's secret text"], (), "draw_reveal"),
        (["an office's secret text", "a changed secret text"], (), "draw_reveal"),
        (["another secret text", "an office's secret text"], (), "draw_reveal"),
        (list(REVEALS.values()), ("7",), "draw_source"),
    ],
)
def test_reveals_that_do_not_fit_the_commitments_are_refused(reveals, values, code):
    assert code_of(draw, announced(), reveals=reveals, public_values=values, now=LATER) == code


def test_a_draw_before_its_announcement_is_refused():
    early = NOW - timedelta(seconds=1)
    assert code_of(draw, announced(), reveals=list(REVEALS.values()), now=early) == "draw_early"


def test_libraries_changed_after_the_announcement_are_refused():
    whole = announced()
    fewer = Announced(whole.content, whole.objects | {"calm": whole.objects["calm"][1:]}, whole.inspectors)
    without = Announced(whole.content, whole.objects, whole.inspectors[1:])
    reveals = list(REVEALS.values())
    assert code_of(draw, fewer, reveals=reveals, now=LATER) == "draw_pool_changed"
    assert code_of(draw, without, reveals=reveals, now=LATER) == "draw_inspectors_changed"


def test_a_draw_in_which_everybody_left_is_full_is_refused_by_the_object():
    people = [inspector(0, max_load=1), inspector(1, max_load=1), inspector(2, max_load=9)]
    assert code_of(drawn, strata=(stratum("s", 2, 1000),), people=people) == "draw_no_team"


def test_a_repeated_draw_says_why():
    again = replace(OCCASION, attempt=2, repeated="sha256:" + "0" * 64, repeat_reason="公告后停电，未能抽取")
    record = as_file(drawn(occasion=again))
    assert verify(record) == ()
    assert any("停电" in remark for remark in remarks(record))


def test_a_single_party_is_pointed_out():
    assert remarks(as_file(drawn(occasion=replace(OCCASION, pool_rules=())))) == ()
    alone = as_file(drawn(parties=PARTIES[:1], reveals=list(REVEALS.values())[:1]))
    assert verify(alone) == ()
    assert any("一方" in remark for remark in remarks(alone))


def paths(value, at=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*at, key))
    elif isinstance(value, list) and value:
        for index in (0, len(value) - 1):
            yield from paths(value[index], (*at, index))
    else:
        yield at


def changed_at(record, path):
    forged = copy.deepcopy(record)
    place = forged
    for part in path[:-1]:
        place = place[part]
    old = place[path[-1]]
    if isinstance(old, str) and old:
        new = ("b" if old[-1] == "a" else "a").join((old[:-1], ""))
    else:
        new = {
            int: lambda: old + 1,
            type(None): lambda: "x",
            list: lambda: ["x"],
            dict: lambda: {"x": 1},
        }.get(type(old), lambda: "x")()
    place[path[-1]] = new
    return forged


RECORD = as_file(drawn())


@pytest.mark.row("M8-03")
@pytest.mark.parametrize("path", list(paths(RECORD)), ids=lambda path: ".".join(map(str, path)))
def test_any_changed_value_is_found(path):
    assert verify(changed_at(RECORD, path))


def forged(change):
    """A record in which the forger recomputed every digest that he could."""
    record = copy.deepcopy(RECORD)
    change(record)
    record["announcement_digest"] = digest_of(record["announcement"])
    record["digest"] = record_digest(record)
    return record


def swap_object(record):
    chosen = {one["key"] for one in record["drawn"]}
    friend = next(one for one in record["drawn"] if one["stratum"] == "strict")
    friend["key"] = next(key for key in record["objects"]["strict"] if key not in chosen)


def swap_team(record):
    record["drawn"][0]["team"], record["drawn"][1]["team"] = (
        record["drawn"][1]["team"],
        record["drawn"][0]["team"],
    )


def swap_order(record):
    record["drawn"][4], record["drawn"][5] = record["drawn"][5], record["drawn"][4]


def drop_last(record):
    record["drawn"].pop()


def choose_seed(record):
    record["seed"] = hashlib.sha256(b"mine").hexdigest()


def lower_ratio(record):
    record["announcement"]["strata"][2]["ratio"] = 100


def smaller_size(record):
    record["announcement"]["strata"][2]["size"] = 19


def drop_friend_from_pool(record):
    record["objects"]["strict"].pop()
    keys_of = [(s["key"], record["objects"][s["key"]]) for s in record["announcement"]["strata"]]
    record["announcement"]["pool"] = pool_digest(keys_of)


def change_reveal(record):
    record["reveals"][0] = "a secret chosen afterwards"
    record["seed"] = seed_of(
        announcement=record["announcement_digest"], reveals=record["reveals"], public_values=[]
    ).hex()


def another_rule(record):
    record["announcement"]["pool_rules"][0]["parts"] = {"sectors": ["housing"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (another_rule, "名录规则：“事项的对象规则”"),
        (swap_object, "应抽未抽1个"),
        (swap_team, "检查组"),
        (swap_order, "先后顺序"),
        (drop_last, "应抽未抽1个"),
        (choose_seed, "种子"),
        (lower_ratio, "应抽4个"),
        (smaller_size, "应抽20个"),
        (drop_friend_from_pool, "名录有39个"),
        (change_reveal, "与其承诺不符"),
    ],
)
def test_a_forgery_that_recomputes_the_digests_is_found_and_named(change, words):
    assert any(words in problem for problem in verify(forged(change)))


def test_a_record_made_up_as_a_whole_is_found_by_the_published_announcement():
    honest = announced().digest
    other = as_file(drawn(strata=(STRATA[0], STRATA[1], stratum("strict", 39, 500))))
    assert verify(other) == ()
    assert verify(other, announced=honest) == ("公告：摘要与抽取前公布的摘要不一致",)
    assert verify(RECORD, announced=honest) == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nothing_malformed_makes_it_crash(data):
    record = copy.deepcopy(RECORD)
    for _ in range(data.draw(st.integers(1, 3))):
        place = record
        path = data.draw(st.sampled_from(list(paths(RECORD))))
        depth = data.draw(st.integers(1, len(path)))
        try:
            for part in path[: depth - 1]:
                place = place[part]
            place[path[depth - 1]] = data.draw(json_values)
        except (KeyError, IndexError, TypeError):
            continue
    problems = verify(record)
    assert isinstance(problems, tuple)
    if record != RECORD:
        assert problems


@given(json_values)
def test_what_is_no_record_is_said_to_be_none(value):
    assert verify(value)
    assert verify({"format": 1, "x": value})


def test_the_record_is_canonical_json_and_its_head_goes_without_the_pool():
    record = drawn()
    assert record.to_json() == canonical(as_file(record))
    assert "objects" not in record.head
    assert record.head | {"objects": as_file(record)["objects"]} == as_file(record)
    assert record.digest == record_digest(record.head)

"""The rule as docs/draw.md tells it, written again from the page with nothing of ours, against its vectors."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core import draw_rule
from xinheng.core.draw_substitute import order_of
from xinheng.core.draw_verify import remarks, verify

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "draw.md").read_text(encoding="utf-8")
VECTORS = json.loads(PAGE.split("```json\n")[1].split("```")[0])
RULE = "xinheng-draw-1"


def sha(content):
    return hashlib.sha256(content).digest()


def d(value):
    return "sha256:" + sha(rfc8785.dumps(value)).hex()


def commitment(draw, party, reveal):
    return d({"draw": draw, "party": party, "reveal": reveal, "rule": RULE})


def pool(strata):
    lines = b"".join(f"{stratum}\t{key}\n".encode() for stratum, keys in strata for key in sorted(keys))
    return "sha256:" + sha(lines).hex()


def size(population, ratio, eligible):
    whole, rest = divmod(population * ratio, 1000)
    return min(whole + (rest > 0), eligible)


def seed(announcement, reveals, public_values):
    return sha(
        rfc8785.dumps(
            {"announcement": announcement, "public_values": public_values, "reveals": reveals, "rule": RULE}
        )
    )


def select(start, stratum, keys, count):
    p = sha(start + b"object\n" + stratum.encode())
    return sorted(keys, key=lambda key: sha(p + key.encode()))[:count]


def deal(start, objects, inspectors, team):
    decks, turns, load, teams = {}, {}, {one["key"]: 0 for one in inspectors}, []
    people = {one["key"]: one for one in inspectors}
    for area, target in objects:
        deck, members, passed, filled = decks.setdefault(area, []), [], [], False
        while len(members) < team:
            if not deck:
                assert not filled
                filled, turns[area] = True, turns.get(area, 0) + 1
                q = sha(start + f"inspector\n{area}\n{turns[area]}".encode())
                free = [
                    key
                    for key, one in people.items()
                    if (area == "" or area in one["areas"]) and load[key] < one["max_load"]
                ]
                deck.extend(sorted(free, key=lambda key: sha(q + key.encode())))
            first = deck.pop(0)
            if load[first] >= people[first]["max_load"]:
                continue
            if first in members or target in people[first]["barred"]:
                passed.append(first)
            else:
                members.append(first)
                load[first] += 1
        deck[:0] = passed
        teams.append(members)
    return teams


def test_canonical_form():
    vector = VECTORS["canonical"]
    assert rfc8785.dumps(vector["of"]).hex() == vector["bytes_hex"]


@pytest.mark.parametrize("made", [commitment, lambda **v: draw_rule.commitment(**v)])
def test_commitment(made):
    vector = dict(VECTORS["commitment"])
    assert vector.pop("is") == made(**vector)


@pytest.mark.parametrize("made", [pool, draw_rule.pool_digest])
def test_pool_digest(made):
    assert made(VECTORS["pool"]["strata"]) == VECTORS["pool"]["is"]


@pytest.mark.parametrize("made", [size, draw_rule.sample_size])
def test_size(made):
    for vector in VECTORS["size"]:
        given = {key: vector[key] for key in ("population", "ratio", "eligible")}
        assert made(**given) == vector["is"]


@pytest.mark.parametrize("made", [seed, draw_rule.seed_of])
def test_seed(made):
    vector = dict(VECTORS["seed"])
    assert vector.pop("is") == made(**vector).hex()


@pytest.mark.parametrize(
    "made", [select, lambda s, stratum, keys, n: draw_rule.select(s, stratum=stratum, keys=keys, count=n)]
)
def test_select(made):
    vector = VECTORS["select"]
    start = bytes.fromhex(vector["seed"])
    assert made(start, vector["stratum"], vector["keys"], vector["count"]) == vector["is"]


def ours(start, objects, inspectors, team):
    dealers = [
        draw_rule.Dealer(one["key"], frozenset(one["areas"]), one["max_load"], frozenset(one["barred"]))
        for one in inspectors
    ]
    return [
        list(members) for members in draw_rule.deal(start, objects=objects, inspectors=dealers, team=team)
    ]


@pytest.mark.parametrize("made", [deal, ours])
def test_deal(made):
    vector = VECTORS["deal"]
    teams = made(bytes.fromhex(vector["seed"]), vector["objects"], vector["inspectors"], vector["team"])
    assert teams == vector["is"]


@pytest.mark.row("M8-03")
def test_the_order_of_substitutes_is_that_of_the_page():
    vector = VECTORS["substitute"]
    r = sha(bytes.fromhex(vector["seed"]) + b"substitute\n" + vector["object"].encode())
    by_page = sorted(vector["inspectors"], key=lambda key: sha(r + key.encode()))
    ours = order_of(bytes.fromhex(vector["seed"]), key=vector["object"], inspectors=vector["inspectors"])
    assert by_page == ours == vector["is"]


def test_blinded_key():
    vector = VECTORS["blind"]
    content = rfc8785.dumps({"draw": vector["draw"], "identity": vector["identity"]})
    opening = hmac.new(bytes.fromhex(vector["secret_hex"]), content, hashlib.sha256).hexdigest()
    assert opening == vector["opening"]
    raw = sha(rfc8785.dumps({"identity": vector["identity"], "opening": opening, "rule": RULE}))[:16]
    assert urlsafe_b64encode(raw).decode().rstrip("=") == vector["key"]
    ours_too = draw_rule.blind(
        bytes.fromhex(vector["secret_hex"]), draw=vector["draw"], identity=vector["identity"]
    )
    assert (ours_too.key, ours_too.opening) == (vector["key"], vector["opening"])


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(alphabet='ab"\\\n\u2028é', max_size=6)
)
def test_the_written_out_form_of_a_key_is_canonical_for_every_text(identity, draw):
    made = draw_rule.blind(b"secret", draw=draw, identity=identity)
    content = rfc8785.dumps({"draw": draw, "identity": identity})
    assert made.opening == hmac.new(b"secret", content, hashlib.sha256).hexdigest()
    raw = sha(rfc8785.dumps({"identity": identity, "opening": made.opening, "rule": RULE}))[:16]
    assert made.key == urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.row("M8-03")
def test_the_example_record_is_verified_by_both():
    record = json.loads((DOCS / "draw-example.json").read_text(encoding="utf-8"))
    published = PAGE.rsplit("`", 2)[1]
    assert verify(record, announced=published) == ()
    assert remarks(record) == ()
    head = record["announcement"]
    assert d(head) == record["announcement_digest"] == published
    assert pool([(one["key"], record["objects"][one["key"]]) for one in head["strata"]]) == head["pool"]
    assert d(record["inspectors"]) == head["inspectors"]
    start = seed(published, record["reveals"], record["public_values"])
    assert start.hex() == record["seed"]
    chosen = [
        (one, key)
        for one in head["strata"]
        for key in select(start, one["key"], record["objects"][one["key"]], one["size"])
    ]
    assert [(one["key"], key) for one, key in chosen] == [(o["stratum"], o["key"]) for o in record["drawn"]]
    teams = deal(start, [(one["area"], key) for one, key in chosen], record["inspectors"], head["team"])
    assert teams == [one["team"] for one in record["drawn"]]
    assert d({k: v for k, v in record.items() if k not in ("objects", "digest")}) == record["digest"]

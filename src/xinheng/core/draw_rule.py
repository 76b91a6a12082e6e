"""The rule ``xinheng-draw-1``: which objects a seed selects and which inspectors go there.

Nothing here but SHA-256, sorting and counting, so that anybody can write it again in another language;
``docs/draw.md`` says the same in words and gives test vectors. Serves 双随机 in 《优化营商环境条例》第五十四条.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from json import JSONEncoder

from xinheng.core.canonical import canonical, digest

RULE = "xinheng-draw-1"


def sample_size(*, population: int, ratio: int, eligible: int) -> int:
    """``ratio`` per mille of the population, rounded up to a whole object, but never more than are eligible."""
    return min(-(-population * ratio // 1000), eligible)


def pool_digest(strata: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Over one line ``stratum TAB key LF`` an object; strata in the order given, keys ascending."""
    lines = hashlib.sha256()
    for stratum, keys in strata:
        if keys:
            head = f"{stratum}\t"
            lines.update((head + f"\n{head}".join(sorted(keys)) + "\n").encode())
    return f"sha256:{lines.hexdigest()}"


def commitment(*, draw: str, party: str, reveal: str) -> str:
    """What a party publishes before the draw for the secret text that it reveals afterwards."""
    return digest(canonical({"draw": draw, "party": party, "reveal": reveal, "rule": RULE}))


def seed_of(*, announcement: str, reveals: Sequence[str], public_values: Sequence[str]) -> bytes:
    """32 bytes from the digest of the announcement and everything that became known after it."""
    content = {
        "announcement": announcement,
        "public_values": list(public_values),
        "reveals": list(reveals),
        "rule": RULE,
    }
    return hashlib.sha256(canonical(content)).digest()


def _ranked(prefix: bytes, keys: Iterable[str], count: int | None = None) -> list[str]:
    """``keys`` ascending by SHA-256 of prefix and key, the first ``count`` of them."""
    sha256 = hashlib.sha256
    known = list(keys)
    ranks = zip([sha256(prefix + key.encode()).digest() for key in known], known, strict=True)
    chosen = sorted(ranks) if count is None else nsmallest(count, ranks)
    return [key for _, key in chosen]


def select(seed: bytes, *, stratum: str, keys: Sequence[str], count: int) -> list[str]:
    """The ``count`` objects of one stratum that the seed selects, in the order of drawing."""
    prefix = hashlib.sha256(seed + f"object\n{stratum}".encode()).digest()
    everything = count * 8 > len(keys)
    return _ranked(prefix, keys, None if everything else count)[:count]


def shuffle(seed: bytes, *, area: str, turn: int, keys: Iterable[str]) -> list[str]:
    """The inspectors of one area as dealt in one turn."""
    prefix = hashlib.sha256(seed + f"inspector\n{area}\n{turn}".encode()).digest()
    return _ranked(prefix, keys)


@dataclass(frozen=True, slots=True)
class Dealer:
    """An inspector as the rule sees one: where he may go, how often, and to whom never."""

    key: str
    areas: frozenset[str]
    max_load: int
    barred: frozenset[str]

    def serves(self, area: str) -> bool:
        return not area or area in self.areas


class NoTeam(Exception):
    """No team can be formed for an object."""

    def __init__(self, object_key: str) -> None:
        super().__init__(object_key)
        self.object_key = object_key


def deal(
    seed: bytes, *, objects: Iterable[tuple[str, str]], inspectors: Sequence[Dealer], team: int
) -> list[tuple[str, ...]]:
    """A team for each ``(area, object key)`` in turn. Raises NoTeam.

    Each area has its own deck. A team takes from the front whoever is not barred; who is passed over stays in front
    for the next object; an empty deck is filled once with all who have load left, shuffled anew.
    """
    table = _Table(seed, inspectors)
    return [table.team_for(key, area=area, size=team) for area, key in objects]


class _Table:
    """Decks, turns and loads while dealing."""

    def __init__(self, seed: bytes, inspectors: Sequence[Dealer]) -> None:
        self.seed = seed
        self.by_key = {inspector.key: inspector for inspector in inspectors}
        self.load = dict.fromkeys(self.by_key, 0)
        self.decks: dict[str, deque[str]] = {}
        self.turns: dict[str, int] = {}

    def team_for(self, key: str, *, area: str, size: int) -> tuple[str, ...]:
        deck = self.decks.setdefault(area, deque())
        members: list[str] = []
        passed: list[str] = []
        filled = False
        while len(members) < size:
            if not deck:
                if filled:
                    raise NoTeam(key)
                self._fill(area)
                filled = True
                continue
            candidate = deck.popleft()
            if self._exhausted(candidate):
                continue
            if candidate in members or key in self.by_key[candidate].barred:
                passed.append(candidate)
            else:
                members.append(candidate)
                self.load[candidate] += 1
        deck.extendleft(reversed(passed))
        return tuple(members)

    def _exhausted(self, key: str) -> bool:
        return self.load[key] >= self.by_key[key].max_load

    def _fill(self, area: str) -> None:
        turn = self.turns[area] = self.turns.get(area, 0) + 1
        free = [key for key, one in self.by_key.items() if one.serves(area) and not self._exhausted(key)]
        self.decks[area].extend(shuffle(self.seed, area=area, turn=turn, keys=free))


@dataclass(frozen=True, slots=True)
class Blinded:
    """A public key of an enterprise or inspector, and the opening that ties it to the name."""

    key: str
    opening: str


def blind(secret: bytes, *, draw: str, identity: str) -> Blinded:
    """The public key of ``identity`` (credit code or certificate number) in one draw.

    ``secret`` stays with the organ. The opening is given to the enterprise or inspector concerned, or published with
    the result of the visit; without it the key tells nothing.
    """
    content = f'{{"draw":{_quoted(draw)},"identity":{_quoted(identity)}}}'
    opening = hmac.digest(secret, content.encode(), "sha256").hex()
    return Blinded(blind_key(opening, identity=identity), opening)


def blind_key(opening: str, *, identity: str) -> str:
    """The public key that belongs to an opening and an identity: 22 characters of base64url."""
    content = f'{{"identity":{_quoted(identity)},"opening":{_quoted(opening)},"rule":"{RULE}"}}'
    return urlsafe_b64encode(hashlib.sha256(content.encode()).digest()[:16]).decode().rstrip("=")


_quoted = JSONEncoder(ensure_ascii=False).encode
"""A text in canonical JSON. The two forms above are written out: a city has a million keys."""

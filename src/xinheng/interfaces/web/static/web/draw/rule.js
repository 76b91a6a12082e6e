// The rule xinheng-draw-1 as docs/draw.md says it.
"use strict";

import { canonical } from "./reading.js";
import { Sha256, hex, joined, ranks, sha256, utf8 } from "./sha256.js";

export const RULE = "xinheng-draw-1";
const PIECE = 20000;

/** `sha256:` and the digest of the canonical JSON of a value. */
export const digestOf = (value) => `sha256:${hex(sha256(utf8(canonical(value))))}`;

export const sampleSize = (population, ratio, eligible) =>
  Math.min(Number((BigInt(population) * BigInt(ratio) + 999n) / 1000n), eligible);

export const commitment = (draw, party, reveal) => digestOf({ draw, party, reveal, rule: RULE });

export const seedOf = (announcement, reveals, publicValues) =>
  sha256(utf8(canonical({ announcement, public_values: publicValues, reveals, rule: RULE })));

/** Over one line a key, strata in the order given, keys ascending. `strata`: pairs of key and keys. */
export function poolDigest(strata) {
  const lines = new Sha256();
  for (const [stratum, keys] of strata) {
    const sorted = [...keys].sort();
    for (let at = 0; at < sorted.length; at += PIECE) {
      const piece = sorted.slice(at, at + PIECE);
      lines.update(utf8(piece.map((key) => `${stratum}\t${key}\n`).join("")));
    }
  }
  return `sha256:${hex(lines.digest())}`;
}

/** `keys` ascending by SHA-256 of prefix and key, the first `count` of them. */
function ranked(prefix, keys, count) {
  const words = ranks(prefix, keys);
  const order = (a, b) => {
    for (let i = 0; i < 8; i++) {
      const apart = words[a * 8 + i] - words[b * 8 + i];
      if (apart) return apart;
    }
    return keys[a] < keys[b] ? -1 : 1;
  };
  const first = Float64Array.from(keys, (_, place) => words[place * 8]).sort();
  const last = first[Math.min(count, keys.length) - 1];
  const near = [];
  for (let place = 0; place < keys.length; place++) if (words[place * 8] <= last) near.push(place);
  return near.sort(order).slice(0, count).map((place) => keys[place]);
}

/** The objects of one stratum that the seed (bytes) selects, in the order of drawing. */
export function select(seed, stratum, keys, count) {
  return count ? ranked(sha256(joined(seed, utf8(`object\n${stratum}`))), keys, count) : [];
}

/** A team for each object, or the key of the first that gets none. `objects`: pairs of area and key. */
export function deal(seed, objects, inspectors, size) {
  const table = new Table(seed, inspectors);
  const teams = [];
  for (const [area, key] of objects) {
    const team = table.teamFor(key, area, size);
    if (!team) return { teams, stuck: key };
    teams.push(team);
  }
  return { teams, stuck: null };
}

/** Decks, turns and loads while dealing. */
class Table {
  constructor(seed, inspectors) {
    this.seed = seed;
    this.people = new Map(
      inspectors.map((one) => [
        one.key,
        { areas: new Set(one.areas), barred: new Set(one.barred), most: one.max_load, load: 0 },
      ]),
    );
    this.decks = new Map();
    this.turns = new Map();
  }

  teamFor(object, area, size) {
    let deck = this.decks.get(area) ?? [];
    const members = [];
    const passed = [];
    let filled = false;
    while (members.length < size) {
      if (!deck.length) {
        if (filled) return null;
        deck = this.fill(area);
        filled = true;
        continue;
      }
      const key = deck.pop();
      const person = this.people.get(key);
      if (person.load >= person.most) continue;
      if (members.includes(key) || person.barred.has(object)) passed.push(key);
      else {
        members.push(key);
        person.load += 1;
      }
    }
    this.decks.set(area, deck.concat(passed.reverse()));
    return members;
  }

  /** A new deck of an area, its front at the end of the array. */
  fill(area) {
    const turn = (this.turns.get(area) ?? 0) + 1;
    this.turns.set(area, turn);
    const free = [...this.people.keys()].filter((key) => {
      const person = this.people.get(key);
      return (!area || person.areas.has(area)) && person.load < person.most;
    });
    const prefix = sha256(joined(this.seed, utf8(`inspector\n${area}\n${turn}`)));
    return ranked(prefix, free, free.length).reverse();
  }
}

/** The public key of an enterprise or inspector from its opening: 22 characters of base64url. */
export function blindKey(opening, identity) {
  const bytes = sha256(utf8(canonical({ identity, opening, rule: RULE }))).slice(0, 16);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

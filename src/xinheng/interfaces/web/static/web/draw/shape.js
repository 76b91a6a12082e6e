// What the public record of a draw holds, field by field (format 1 of docs/draw.md).
"use strict";

const SHOWN = 20;
const MOST = Number.MAX_SAFE_INTEGER;
const PLAIN = /^[^\x00-\x1f]*$/;
const HALVES = /\p{Surrogate}/u;

const text = (pattern, least = 0, most = Infinity) => (value) => {
  if (typeof value !== "string" || !pattern.test(value) || HALVES.test(value)) return false;
  const length = [...value].length;
  return length >= least && length <= most;
};
const whole = (least, most) => (value) => Number.isInteger(value) && value >= least && value <= most;
export const FORMAT = 1;

const exactly = (wanted) => (value) => value === wanted;
const list = (item, least = 0, most = Infinity) => ({ item, least, most });
const named = (field, value) => ({ named: { field, value } });
const optional = (shape) => ({ optional: shape });
const mayLack = (shape) => ({ lacking: shape });

const key = text(/^[A-Za-z0-9_-]{1,64}$/);
const stratumKey = text(/^[A-Za-z0-9_.:@-]{1,80}$/);
const digest = text(/^sha256:[0-9a-f]{64}$/);
const moment = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const line = text(PLAIN, 1, 500);
const words = text(PLAIN, 0, 500);
const secret = text(PLAIN, 16, 200);
const count = whole(0, MOST);

const RECORD = {
  format: exactly(FORMAT),
  announcement: {
    rule: exactly("xinheng-draw-1"),
    draw: line,
    attempt: whole(1, 1000),
    repeats: optional({ announcement: digest, reason: line }),
    title: line,
    organ: line,
    plan: line,
    matter: line,
    basis: line,
    policy: words,
    evaluation: words,
    announced_at: moment,
    strata: list(
      {
        key: stratumKey,
        name: line,
        area: text(/^[A-Za-z0-9_-]{0,64}$/),
        ratio: whole(0, 1000),
        population: count,
        excluded: named(line, count),
        eligible: count,
        size: count,
      },
      1,
      1000,
    ),
    pool: digest,
    pool_rules: mayLack(
      list({ name: line, words: text(PLAIN, 1, 2000), parts: named(key, list(line, 1, 500)), version: digest }, 1, 10),
    ),
    inspectors: digest,
    team: whole(2, 20),
    parties: list({ name: line, commitment: digest }, 1, 50),
    sources: list(line, 0, 50),
  },
  announcement_digest: digest,
  reveals: list(secret),
  public_values: list(line),
  drawn_at: moment,
  seed: text(/^[0-9a-f]{64}$/),
  objects: named(stratumKey, list(key)),
  inspectors: list({ key, areas: list(key), max_load: whole(1, 100000), barred: list(key) }),
  drawn: list({ stratum: stratumKey, key, team: list(key) }),
  digest,
};

/** Sentences on what does not have the form of a record; empty when all of it has. */
export function misshapen(value) {
  const found = [...problems(value, RECORD, "")];
  const shown = found.slice(0, SHOWN);
  if (found.length > SHOWN) shown.push(`记录格式：另有${found.length - SHOWN}处不合格式`);
  return shown;
}

function* problems(value, shape, place) {
  const here = place || "整个文件";
  if (shape.optional) {
    if (value !== null) yield* problems(value, shape.optional, place);
  } else if (typeof shape === "function") {
    if (!shape(value)) yield `记录格式：内容不合格式：${here}`;
  } else if (shape.item) {
    yield* listed(value, shape, place, here);
  } else if (value === null || typeof value !== "object" || Array.isArray(value)) {
    yield `记录格式：内容不合格式：${here}`;
  } else if (shape.named) {
    for (const [field, own] of Object.entries(value)) {
      if (!shape.named.field(field)) yield `记录格式：内容不合格式：${within(place, field)}`;
      yield* problems(own, shape.named.value, within(place, field));
    }
  } else {
    yield* fields(value, shape, place);
  }
}

function* listed(value, shape, place, here) {
  if (!Array.isArray(value) || value.length < shape.least || value.length > shape.most) {
    yield `记录格式：内容不合格式：${here}`;
    return;
  }
  for (let at = 0; at < value.length; at++) {
    if (typeof shape.item === "function" && shape.item(value[at])) continue;
    yield* problems(value[at], shape.item, within(place, at));
  }
}

function* fields(value, shape, place) {
  for (const field of Object.keys(shape)) {
    const own = shape[field].lacking ?? shape[field];
    if (Object.hasOwn(value, field)) yield* problems(value[field], own, within(place, field));
    else if (own === shape[field]) yield `记录格式：缺少${within(place, field)}`;
  }
  for (const field of Object.keys(value)) {
    if (!Object.hasOwn(shape, field)) yield `记录格式：不应有${within(place, field)}`;
  }
}

const within = (place, part) => (place ? `${place}.${String(part).slice(0, 40)}` : String(part).slice(0, 40));

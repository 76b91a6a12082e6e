// Checks the public record of a draw on the reader's own computer, as `xinheng draw verify` does, with the same words.
"use strict";

import { commitment, deal, digestOf, poolDigest, sampleSize, seedOf, select } from "./rule.js";
import { hex, unhex } from "./sha256.js";
import { misshapen } from "./shape.js";

/** What is wrong with a record; empty when it is right. `announced`: digest noted before the draw, or empty. */
export function verify(record, announced) {
  const wrong = misshapen(record);
  if (wrong.length) return wrong;
  return [
    ...announcement(record, announced),
    ...pool(record),
    ...seed(record),
    ...selection(record),
    ...teams(record),
    ...whole(record),
  ];
}

const apart = (keys) => new Set(keys).size === keys.length;

function* announcement(record, announced) {
  const content = record.announcement;
  if (digestOf(content) !== record.announcement_digest) yield "公告：内容与所记摘要不符，公告被改动";
  if (announced && announced !== record.announcement_digest) yield "公告：摘要与抽取前公布的摘要不一致";
  if (content.attempt > 1 !== (content.repeats !== null)) {
    yield "公告：重新抽取须注明前一次公告和理由，首次抽取不应注明";
  }
  if (!apart(content.parties.map((party) => party.name))) yield "公告：同一单位提交了两个承诺值";
  for (const rule of content.pool_rules ?? []) {
    if (digestOf(rule.parts) !== rule.version) yield `名录规则：“${rule.name}”的内容与所记版本不符`;
  }
  if (record.drawn_at < content.announced_at) yield "时间：抽取早于公告";
}

function* pool(record) {
  const { announcement: content, objects, inspectors } = record;
  const keys = content.strata.map((stratum) => stratum.key);
  if (!apart(keys) || keys.length !== Object.keys(objects).length || !keys.every((key) => Object.hasOwn(objects, key))) {
    yield "名录：各层与公告不一致";
    return;
  }
  if (poolDigest(keys.map((key) => [key, objects[key]])) !== content.pool) {
    yield "名录：检查对象名录与公告的摘要不符，名录被改动";
  }
  if (digestOf(inspectors) !== content.inspectors) yield "名录：执法检查人员名录与公告的摘要不符，名录被改动";
  if (!apart(keys.map((key) => objects[key]).flat())) yield "名录：有对象出现两次";
  if (!apart(inspectors.map((one) => one.key))) yield "名录：有执法检查人员出现两次";
  for (const stratum of content.strata) yield* counts(stratum, objects[stratum.key].length);
}

function* counts(stratum, present) {
  const { name, ratio, population, eligible, size } = stratum;
  if (eligible !== present) yield `“${name}”：公告可抽${eligible}个，名录有${present}个`;
  const left = Object.values(stratum.excluded).reduce((sum, number) => sum + number, 0);
  if (population !== eligible + left) yield `“${name}”：总数不等于可抽对象与排除对象之和`;
  const due = sampleSize(population, ratio, eligible);
  if (size !== due) yield `“${name}”：按比例${Math.floor(ratio / 10)}.${ratio % 10}%应抽${due}个，公告为${size}个`;
}

function* seed(record) {
  const { announcement: content, reveals, public_values: values } = record;
  if (reveals.length !== content.parties.length) yield "随机数：公开的值与承诺的份数不符";
  for (const [place, party] of content.parties.slice(0, reveals.length).entries()) {
    if (commitment(content.draw, party.name, reveals[place]) !== party.commitment) {
      yield `随机数：“${party.name}”公开的值与其承诺不符`;
    }
  }
  if (values.length !== content.sources.length) yield "随机数：公共随机值的份数与公告不符";
  if (hex(seedOf(record.announcement_digest, reveals, values)) !== record.seed) {
    yield "随机数：种子不是由公告和公开的值算出的";
  }
}

function* selection(record) {
  const strata = record.announcement.strata;
  const own = (key) => (Object.hasOwn(record.objects, key) ? record.objects[key] : []);
  const due = strata.flatMap((stratum) =>
    select(unhex(record.seed), stratum.key, own(stratum.key), stratum.size).map((key) => [stratum.key, key]),
  );
  const drawn = record.drawn.map((one) => [one.stratum, one.key]);
  const names = new Map(strata.map((stratum) => [stratum.key, stratum.name]));
  const missing = without(due, drawn);
  const extra = without(drawn, due);
  for (const [word, found] of [["应抽未抽", missing], ["不应抽中", extra]]) {
    for (const [stratum, keys] of found) {
      yield `抽取结果：“${names.get(stratum) ?? stratum}”${word}${keys.length}个（如${keys[0]}）`;
    }
  }
  const same = due.length === drawn.length && due.every((pair, place) => pairKey(pair) === pairKey(drawn[place]));
  if (!missing.size && !extra.size && !same) yield "抽取结果：先后顺序与算法不符";
}

const pairKey = ([stratum, key]) => `${stratum}\t${key}`;

/** The pairs of `these` that `those` lack, keys by stratum, as often as they lack. */
function without(these, those) {
  const left = new Map();
  for (const pair of those) left.set(pairKey(pair), (left.get(pairKey(pair)) ?? 0) + 1);
  const found = new Map();
  for (const pair of these) {
    const known = left.get(pairKey(pair)) ?? 0;
    if (known) left.set(pairKey(pair), known - 1);
    else if (found.has(pair[0])) found.get(pair[0]).push(pair[1]);
    else found.set(pair[0], [pair[1]]);
  }
  return found;
}

function* teams(record) {
  const areas = new Map(record.announcement.strata.map((stratum) => [stratum.key, stratum.area]));
  const objects = record.drawn.map((one) => [areas.get(one.stratum) ?? "", one.key]);
  const dealt = deal(unhex(record.seed), objects, record.inspectors, record.announcement.team);
  if (dealt.stuck !== null) {
    yield `检查人员：对象“${dealt.stuck}”按算法分派不出检查组`;
    return;
  }
  const wrong = record.drawn.filter((one, place) => one.team.join() !== dealt.teams[place].join());
  if (wrong.length) yield `检查人员：${wrong.length}个对象的检查组与算法不符（如${wrong[0].key}）`;
}

function* whole(record) {
  const rest = Object.fromEntries(Object.entries(record).filter(([field]) => field !== "objects" && field !== "digest"));
  if (digestOf(rest) !== record.digest) yield "全文：记录与所记摘要不符，记录被改动";
}

/** What the reader of a right record still has to take on trust. */
export function remarks(record) {
  const content = record.announcement;
  const notes = [];
  if (content.parties.length === 1 && !content.sources.length) {
    notes.push(`种子只由“${content.parties[0].name}”一方提供，该方可能事先知道结果`);
  }
  if (content.repeats) notes.push(`这是第${content.attempt}次抽取，理由：${content.repeats.reason}`);
  for (const { name, words } of content.pool_rules ?? []) {
    notes.push(`名录按“${name}”组成，由组织单位保证：${words}`);
  }
  for (const { name, size, population, ratio } of content.strata) {
    if (size * 1000 < population * ratio) notes.push(`“${name}”可抽对象不足，未达到比例`);
  }
  return notes;
}

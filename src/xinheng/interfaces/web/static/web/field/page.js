// The page of an inspector on the phone: the list of visits, what waits to be sent, and one visit at a time.
"use strict";

import * as outbox from "./outbox.js";
import { make, moment, notice } from "./parts.js";
import * as vault from "./vault.js";
import { visitPage } from "./visit.js";

const main = document.getElementById("main");
const stateBox = document.getElementById("field-state");
const place = document.getElementById("field-place");
const { list: LIST, sync: SYNC, worker: WORKER, login: LOGIN } = main.dataset;

export const app = { owner: "", csrf: "", offset: 0, at: "", visits: new Map(), drafts: new Map(), said: [], over: false, busy: false, reached: false, others: 0 };

const blank = (visit) => ({
  id: visit.id, visit, points: {}, result: "", found: "", views: "", present: [...visit.team],
  papers: [], arrival: null, sheet: null, refusal: null,
});

app.stamp = () => ({ at: new Date().toISOString(), offset: app.offset, by_hand: false });
app.draftOf = (visit) => app.drafts.get(visit.id) ?? blank(visit);
app.save = async (draft) => {
  app.drafts.set(draft.id, draft);
  await vault.put("draft", draft.id, draft);
  showState();
};
app.contentOf = (one) => vault.get("paper", one.client_id).then((kept) => kept?.content ?? null);
app.keepPaper = (one, content) => vault.put("paper", one.client_id, { content });
app.dropPaper = (one) => vault.drop("paper", one.client_id);
app.show = show;

async function load() {
  app.visits = new Map((await vault.all("visit")).map((one) => [one.id, one]));
  app.drafts = new Map((await vault.all("draft")).map((one) => [one.id, one]));
  app.others = await vault.drafts({ others: true });
  const kept = await vault.get("clock", "last");
  if (kept) [app.offset, app.at] = [kept.offset, kept.at];
}

/** Fetch the list anew; what is no longer on it goes, unless something of it was not sent yet. */
async function refresh() {
  const asked = Date.now();
  const given = await outbox.list(LIST);
  if (given.owner !== app.owner) {
    await vault.enter(given.owner);
    app.owner = given.owner;
    await load();
  }
  app.csrf = given.csrf;
  app.reached = true;
  app.over = false;
  app.offset = Math.round((Date.parse(given.now) - (asked + Date.now()) / 2) / 1000);
  app.at = given.now;
  await vault.put("clock", "last", { offset: app.offset, at: app.at });
  const named = new Set(given.visits.map((one) => one.id));
  for (const visit of given.visits) {
    app.visits.set(visit.id, visit);
    await vault.put("visit", visit.id, visit);
  }
  for (const [id, visit] of app.visits) {
    if (named.has(id)) continue;
    const draft = app.drafts.get(id);
    if (draft && outbox.open(draft).length) app.visits.set(id, { ...visit, gone: true });
    else await forget(id);
  }
}

async function forget(id) {
  for (const one of app.drafts.get(id)?.papers ?? []) await app.dropPaper(one);
  await vault.drop("draft", id);
  await vault.drop("visit", id);
  app.drafts.delete(id);
  app.visits.delete(id);
}
app.forget = forget;

async function took(draft, { kind, one }, answer) {
  if (!answer || answer.client_id !== one.client_id) return;
  one.state = answer.state === "refused" ? "refused" : "taken";
  const basis = answer.citation ? `依据：${answer.citation}。` : "";
  one.why = answer.words ? `${answer.words}${basis}${answer.code ? `（${answer.code}）` : ""}` : "";
  if (kind === "paper" && one.state === "taken") await app.dropPaper(one);
  const over = [draft.sheet, draft.refusal].some((part) => part?.state === "taken");
  if (over && !outbox.open(draft).length) {
    app.said.push(`${draft.visit.name}：已全部上传，从这台手机上清除。`);
    await forget(draft.id);
  } else {
    await app.save(draft);
  }
}

/** Bring the list and what waits into line with the server. `again`: also what was refused before. */
async function meet({ again }) {
  if (app.busy) return;
  app.busy = true;
  showState();
  try {
    await refresh();
    const given = { again, contentOf: app.contentOf, take: took };
    const session = { get owner() { return app.owner; }, get csrf() { return app.csrf; }, renew: refresh };
    await outbox.send(SYNC, session, [...app.drafts.values()], given);
    await refresh();
    app.said = app.said.slice(-5);
  } catch (error) {
    if (error instanceof outbox.SessionOver) app.over = true;
    else if (error instanceof outbox.Unreached) app.reached = false;
    else throw error;
    app.fault = error.status ? error.message : "";
  } finally {
    app.busy = false;
    show({ keep: true });
  }
}
const together = (given) => (navigator.locks ? navigator.locks.request("xinheng-field", () => meet(given)) : meet(given));
app.meet = together;

function showState() {
  const left = [...app.drafts.values()].flatMap((draft) => outbox.open(draft));
  const size = left.reduce((sum, { one }) => sum + (one.size ?? 400), 0);
  const when = app.at ? `清单更新于 ${moment(app.at)}` : "还没有清单";
  const line = left.length ? `待上传 ${left.length} 项，约 ${Math.max(1, Math.round(size / 1024))} KB` : "没有待上传的内容";
  const skewed = Math.abs(app.offset) > 120 ? `这台手机的时钟与服务器相差约 ${Math.round(app.offset / 60)} 分钟，记录的时间会按服务器校正。` : "";
  const button = make("button", { type: "button", disabled: app.busy, onclick: () => together({ again: true }) }, app.busy ? "正在上传" : "上传并更新");
  stateBox.replaceChildren(
    make("p", { className: app.reached ? "field-on" : "field-off" }, app.reached ? "已联网" : "离线：填写的内容保存在这台手机上"),
    make("p", {}, `${line}。${when}。`),
    skewed ? make("p", { className: "field-warn" }, skewed) : "",
    app.fault ? make("p", { className: "field-warn" }, app.fault) : "",
    app.others ? make("p", { className: "field-warn" }, `这台手机上还有其他账号没有上传的 ${app.others} 户检查，须由本人登录后上传。`) : "",
    app.over ? make("p", { className: "field-warn" }, "登录已过期。填写的内容都在手机上，", make("a", { href: LOGIN }, "重新登录"), "后接着上传。") : "",
    make("p", { className: "acts" }, button),
  );
}

function line(visit) {
  const draft = app.drafts.get(visit.id);
  const left = draft ? outbox.open(draft) : [];
  const refused = left.some(({ one }) => one.state === "refused");
  const words = refused ? "有内容没有被接收" : left.length ? `待上传 ${left.length} 项` : draft ? "填写中" : visit.state;
  return make(
    "li",
    {},
    make(
      "a",
      { href: `#v/${visit.id}`, className: "field-visit" },
      make("strong", {}, visit.name),
      make("span", {}, visit.address || "登记地址不详"),
      make("span", {}, `${visit.matter}　${visit.number}`),
      make("span", { className: `tag ${refused ? "tag-decide" : left.length ? "tag-clock" : ""}` }, words),
    ),
  );
}

function listPage() {
  const visits = [...app.visits.values()];
  const said = app.said.map((words) => make("p", { className: "notice notice-done" }, words));
  if (!visits.length) return [...said, make("p", { className: "empty" }, app.at ? "没有分派给您、尚未登记结果的检查。" : "联网打开一次，检查清单就会存到这台手机上。")];
  return [...said, make("h2", {}, `待检查 ${visits.length} 户`), make("ul", { className: "field-visits" }, ...visits.map(line))];
}

/** Draw the place anew; with `keep`, a form that is being filled stays as it is. */
function show({ keep = false } = {}) {
  showState();
  const id = location.hash.startsWith("#v/") ? location.hash.slice(3) : "";
  const visit = app.visits.get(id);
  if (keep && visit && document.activeElement?.matches("textarea, input")) return;
  place.replaceChildren(...(visit ? visitPage(app, visit) : listPage()));
}

addEventListener("hashchange", () => {
  show();
  main.focus();
  scrollTo(0, 0);
});
addEventListener("online", () => together({ again: false }));
addEventListener("offline", () => {
  app.reached = false;
  showState();
});

try {
  app.owner = await vault.open();
  if (app.owner) await load();
  navigator.storage?.persist?.();
  navigator.serviceWorker?.register(WORKER);
  show();
  await together({ again: false });
} catch (error) {
  stateBox.replaceChildren(notice("这个浏览器不能离线保存", "请不要使用无痕模式，或者换新一些的浏览器；也可以在业务系统中登记。", "notice-decide"));
  throw error;
}
main.dataset.ready = "yes";

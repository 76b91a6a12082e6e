// One visit on the phone: arrival, checklist, photos, result, signatures, and the enterprise's refusal.
"use strict";

import { canScan, named, pngOf, scan, smaller } from "./camera.js";
import { area, chosen, make, moment, notice, pad } from "./parts.js";

const FINDINGS = [["fit", "符合"], ["unfit", "不符合"], ["apart", "不涉及"]];
const SHOWS = { photo: "现场照片", party: "企业现场人员签名", officer: "检查人员签名" };
const counted = ({ at, offset }) => Date.parse(at) + offset * 1000;
const newId = () => `phone-${crypto.randomUUID()}`;

const soon = (() => {
  let wait = 0;
  return (work) => {
    clearTimeout(wait);
    wait = setTimeout(work, 250);
  };
})();

/** How one thing that was written stands with the server. */
function standing(app, draft, one, again) {
  if (one.state === "taken") return make("p", { className: "field-done" }, "已上传。", one.why ?? "");
  if (one.state === "waiting") return make("p", { className: "field-wait" }, "已存在手机上，联网后上传。");
  const box = notice("没有被接收", one.why, "notice-decide");
  if (one.clock) box.append(...corrected(app, draft, one));
  if (again) box.append(make("p", { className: "acts" }, make("button", { type: "button", className: "plain", onclick: again }, "改正")));
  return box;
}

/** A moment typed by hand, where the clock of the phone was wrong. */
function corrected(app, draft, one) {
  const id = `at-${one.client_id}`;
  const input = make("input", { type: "datetime-local", id });
  const set = async () => {
    if (!input.value) return;
    one.clock = { at: new Date(`${input.value}:00+08:00`).toISOString(), offset: 0, by_hand: true };
    one.state = "waiting";
    await app.save(draft);
    app.show();
  };
  return [
    make("div", { className: "field" }, make("label", { htmlFor: id }, "改正时间（北京时间）"), input),
    make("p", { className: "acts" }, make("button", { type: "button", className: "plain", onclick: set }, "用这个时间")),
  ];
}

/** The token of what was scanned or typed that names this visit or this enterprise, also when it was typed in groups; "" where none does. */
export function matched(visit, words) {
  const ours = [visit.code, visit.credit_code].filter(Boolean);
  const said = words.toUpperCase();
  return [...said.split(/[^0-9A-Z]+/), said.replace(/[^0-9A-Z]/g, "")].find((token) => ours.includes(token)) ?? "";
}

function arrival(app, visit, draft) {
  const box = make("section", { className: "field-part" }, make("h3", {}, "一、入企登记"));
  if (visit.there && !draft.arrival) box.append(make("p", { className: "field-done" }, "同组人员已经登记入企。"));
  if (visit.there && !draft.arrival) return box;
  if (draft.arrival) {
    const again = async () => {
      draft.arrival = null;
      await app.save(draft);
      app.show();
    };
    box.append(make("p", {}, `${draft.arrival.title}　${moment(counted(draft.arrival.clock))}`), standing(app, draft, draft.arrival, again));
    return box;
  }
  if (!visit.noticed) box.append(notice("还没有签发行政检查通知书", "没有通知书不能入企，上传时不会被接收。请先联系经办人签发。", "notice-decide"));
  const wrong = make("p", { className: "field-warn", role: "alert", hidden: true });
  const enter = async (way, title, code = "") => {
    draft.arrival = { client_id: newId(), way, title, code, clock: app.stamp(), state: "waiting", why: "" };
    await app.save(draft);
    app.show();
  };
  const input = make("input", { id: "code", autocomplete: "off", spellcheck: false, maxLength: 80 });
  const check = (words) => {
    const code = matched(visit, words);
    if (code) return enter("code", "扫码核验", code);
    wrong.textContent = "不是这次检查的检查码，也不是这家企业的统一社会信用代码。请核对是否走错了企业。";
    wrong.hidden = false;
    return null;
  };
  box.append(
    ...scanner(check),
    make("div", { className: "field" }, make("label", { htmlFor: "code" }, "检查码或者企业的统一社会信用代码"), input),
    wrong,
    make("p", { className: "acts field-acts" },
      make("button", { type: "button", onclick: () => check(input.value) }, "核对并登记入企"),
      make("button", { type: "button", className: "plain", onclick: () => enter("shown", "出示执法证件和通知书") }, "已出示证件和通知书，登记入企"),
      make("button", { type: "button", className: "plain", onclick: () => enter("absent", "到登记的住所，未能联系") }, "到登记的住所，未能联系")),
  );
  return box;
}

function scanner(check) {
  if (!canScan()) return [make("p", { className: "note" }, "这个浏览器不能扫码：请填写通知书上的检查码，或者营业执照上的统一社会信用代码。")];
  const video = make("video", { className: "scan", hidden: true, muted: true, playsInline: true, "aria-label": "相机画面" });
  const stopped = { now: true };
  const button = make("button", { type: "button" }, "扫码");
  const said = make("p", { className: "field-warn", role: "alert" });
  button.addEventListener("click", async () => {
    stopped.now = !stopped.now;
    if (stopped.now) return;
    [video.hidden, button.textContent, said.textContent] = [false, "停止扫码", ""];
    try {
      const words = await scan(video, stopped);
      if (words) check(words);
    } catch {
      said.textContent = "不能使用相机：请允许这个页面使用相机，或者填写代码。";
    }
    [stopped.now, video.hidden, button.textContent] = [true, true, "扫码"];
  });
  return [video, make("p", { className: "acts field-acts" }, button), said];
}

function checklist(app, visit, draft) {
  const box = make("section", { className: "field-part" }, make("h3", {}, "二、检查表"));
  const left = make("p", { className: "note" });
  const count = () => {
    left.textContent = `共 ${visit.points.length} 项，还有 ${visit.points.filter(({ key }) => !draft.points[key]?.finding).length} 项没有填写。`;
  };
  for (const [place, { key, text }] of visit.points.entries()) {
    const seen = (draft.points[key] ??= { finding: "", note: "" });
    const note = area("情况（不符合的必填）", { id: `note-${key}`, value: seen.note, rows: 2, onchanged: (words) => {
      seen.note = words;
      soon(() => app.save(draft));
    } });
    note.hidden = !seen.finding || seen.finding === "fit";
    box.append(chosen(`${place + 1}. ${text}`, { name: `point-${key}`, value: seen.finding, options: FINDINGS, onchanged: (finding) => {
      seen.finding = finding;
      note.hidden = finding === "fit";
      count();
      app.save(draft);
    } }), note);
  }
  count();
  box.append(left);
  return box;
}

async function added(app, draft, what, blob, about = "") {
  const { content, ...known } = await named(blob);
  if (draft.papers.some((one) => one.client_id === known.client_id)) return;
  const one = { ...known, what, about, state: "waiting", why: "", at: app.stamp().at };
  await app.keepPaper(one, content);
  draft.papers.push(one);
  await app.save(draft);
  app.show();
}

function papers(app, draft, kinds) {
  const list = make("ul", { className: "field-papers" });
  for (const one of draft.papers.filter(({ what }) => kinds.includes(what))) {
    const item = make("li", {}, make("span", {}, `${SHOWS[one.what]}　${Math.ceil(one.size / 1024)} KB`), standing(app, draft, one, null));
    if (one.state !== "taken") {
      app.contentOf(one).then((content) => content && item.prepend(make("img", { src: `data:${one.type};base64,${content}`, alt: SHOWS[one.what], width: 120 })));
      item.append(make("p", { className: "acts" }, make("button", { type: "button", className: "plain", onclick: async () => {
        draft.papers = draft.papers.filter((other) => other !== one);
        await app.dropPaper(one);
        await app.save(draft);
        app.show();
      } }, "从手机删除")));
    }
    list.append(item);
  }
  return list;
}

function photos(app, draft) {
  const said = make("p", { className: "field-warn", role: "alert" });
  const input = make("input", { type: "file", id: "photo", accept: "image/*", multiple: true, onchange: async () => {
    for (const file of input.files) {
      try {
        await added(app, draft, "photo", await smaller(file));
      } catch {
        said.textContent = "这个文件不是能读出的照片，没有留存。";
      }
    }
  } });
  input.setAttribute("capture", "environment");
  return make("section", { className: "field-part" },
    make("h3", {}, "三、照片"),
    make("p", { className: "note" }, "照片先缩小再保存，拍摄地点和设备信息不保留。请不要拍摄无关人员。"),
    make("div", { className: "field" }, make("label", { htmlFor: "photo" }, "拍照或者选择照片"), input),
    said, papers(app, draft, ["photo"]));
}

function result(app, visit, draft) {
  const away = draft.arrival?.way === "absent";
  const results = visit.results.filter((one) => one.away === away || (visit.there && !draft.arrival));
  const options = results.map(({ key, title }) => [key, title]);
  const keep = (name) => (words) => {
    draft[name] = words;
    soon(() => app.save(draft));
  };
  const team = make("fieldset", { className: "picks" }, make("legend", {}, "到场检查人员执法证号"));
  for (const one of visit.team) {
    const box = make("input", { type: "checkbox", name: "present", value: one, checked: draft.present.includes(one), onchange: () => {
      draft.present = [...team.querySelectorAll("input:checked")].map(({ value }) => value);
      app.save(draft);
    } });
    team.append(make("label", { className: "pick" }, box, make("span", {}, one)));
  }
  return make("section", { className: "field-part" },
    make("h3", {}, "四、检查结果"),
    chosen("检查结果", { name: "result", value: draft.result, options, onchanged: (key) => {
      draft.result = key;
      app.save(draft);
    } }),
    area("现场检查情况", { id: "found", value: draft.found, rows: 4, onchanged: keep("found"), hint: "检查了什么、看到什么；没有问题的也写明。" }),
    area("企业的陈述和意见", { id: "views", value: draft.views, rows: 3, onchanged: keep("views"), hint: "不写人员的姓名、证件号码和电话。" }),
    team);
}

function signatures(app, draft) {
  const signed = (what) => async (canvas) => added(app, draft, what, await pngOf(canvas));
  return make("section", { className: "field-part" },
    make("h3", {}, "五、签名"),
    make("p", { className: "note" }, "签名作为图像附在检查卷内。拒绝签名的，在“企业的陈述和意见”中注明。"),
    pad("企业现场人员", signed("party")), pad("检查人员", signed("officer")), papers(app, draft, ["party", "officer"]));
}

/** What the server would refuse for certain; said at once, where it can still be mended on site. */
export function missing(visit, draft) {
  const away = draft.arrival?.way === "absent";
  const found = [];
  if (!draft.arrival && !visit.there) found.push("还没有登记入企。");
  const open = visit.points.filter(({ key }) => !draft.points[key]?.finding).length;
  if (open && !away) found.push(`检查表还有 ${open} 项没有填写。`);
  const unfit = visit.points.filter(({ key }) => draft.points[key]?.finding === "unfit");
  if (unfit.some(({ key }) => !draft.points[key].note.trim())) found.push("有不符合的项目没有写明情况。");
  const result = visit.results.find(({ key }) => key === draft.result);
  if (!result) found.push("还没有选择检查结果。");
  else if (unfit.length && !result.failing) found.push("检查表有不符合项，结果却没有问题。");
  if (!draft.found.trim()) found.push("没有写明现场检查情况。");
  if (!draft.present.length) found.push("没有选择到场的检查人员。");
  return found;
}

function finish(app, visit, draft) {
  const said = make("div", { role: "alert" });
  const end = async () => {
    const wrong = missing(visit, draft);
    said.replaceChildren(...(wrong.length ? [notice("还不能完成", wrong.join(""), "notice-decide")] : []));
    if (wrong.length) return;
    draft.sheet = { client_id: draft.sheet?.client_id ?? newId(), clock: app.stamp(), state: "waiting", why: "" };
    await app.save(draft);
    app.show();
    await app.meet({ again: false });
  };
  return make("section", { className: "field-part" }, said, make("p", { className: "acts field-acts" }, make("button", { type: "button", onclick: end }, "完成记录")));
}

function refusing(app, draft) {
  const box = area("企业拒绝的理由和经过", { id: "refusal", value: "", rows: 3, onchanged: () => {} });
  const said = make("p", { className: "field-warn", role: "alert" });
  const refuse = async () => {
    const reason = box.querySelector("textarea").value.trim();
    if (reason.length < 2) return void (said.textContent = "请写明理由和经过。");
    draft.refusal = { client_id: newId(), reason, clock: app.stamp(), state: "waiting", why: "" };
    await app.save(draft);
    app.show();
    await app.meet({ again: false });
  };
  return make("details", { className: "field-part" }, make("summary", {}, "企业依法拒绝检查"),
    make("p", { className: "note" }, "不在清单内、没有通知书或者人员不符的检查，企业有权拒绝。登记后这次检查结束。"),
    box, said, make("p", { className: "acts field-acts" }, make("button", { type: "button", className: "decide", onclick: refuse }, "登记企业依法拒绝")));
}

function ended(app, draft, name, title) {
  const again = async () => {
    if (name === "refusal") draft.refusal = null;
    else draft.sheet.state = "open";
    await app.save(draft);
    app.show();
  };
  return [
    make("section", { className: "field-part" }, make("h3", {}, title), make("p", {}, `写于 ${moment(counted(draft[name].clock))}`), standing(app, draft, draft[name], again)),
    draft.papers.length ? make("section", { className: "field-part" }, make("h3", {}, "照片和签名"), papers(app, draft, Object.keys(SHOWS))) : "",
  ];
}

export function visitPage(app, visit) {
  const draft = app.draftOf(visit);
  const head = make("section", { className: "field-head" },
    make("p", {}, make("a", { href: "#", className: "field-back" }, "返回清单")),
    make("h2", {}, visit.name),
    make("dl", { className: "facts" },
      ...[["地址", visit.address || "登记地址不详"], ["统一社会信用代码", visit.credit_code || "没有"], ["事项", visit.matter], ...(visit.ground ? [["按等级", visit.ground]] : []), ["检查编号", visit.number], ["检查码", visit.code]]
        .map(([term, words]) => make("div", {}, make("dt", {}, term), make("dd", {}, words)))));
  const gone = visit.gone ? notice("这次检查已不在您的清单中", "可能已经取消，或者同组人员已经登记。没有上传的内容还在手机上，核对后可以上传或者删除。", "notice-decide") : "";
  const erase = visit.gone ? make("p", { className: "acts" }, make("button", { type: "button", className: "plain", onclick: async () => {
    if (!confirm("从手机删除这次检查没有上传的内容？删除后不能找回。")) return;
    await app.forget(visit.id);
    location.hash = "";
  } }, "从手机删除这次检查")) : "";
  const closed = [gone, erase].filter(Boolean);
  if (draft.refusal) return [head, ...closed, arrivalOf(app, visit, draft), ...ended(app, draft, "refusal", "企业依法拒绝")].filter(Boolean);
  if (draft.sheet && draft.sheet.state !== "open") {
    return [head, ...closed, arrivalOf(app, visit, draft), ...ended(app, draft, "sheet", "现场记录")].filter(Boolean);
  }
  const parts = [arrival, checklist].map((part) => part(app, visit, draft));
  return [head, ...closed, ...parts, photos(app, draft), result(app, visit, draft), signatures(app, draft), finish(app, visit, draft), refusing(app, draft)];
}

const arrivalOf = (app, visit, draft) => (draft.arrival ? arrival(app, visit, draft) : "");

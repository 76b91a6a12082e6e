// <xinheng-check>: a credit check inside the page of another system. It talks to that system's own server alone, which
// holds the key; it lists what applies and never says yes or no (legal guards G14, G16). Version 1.
const PARTS = [
  ["bans", "市场和行业禁入"],
  ["measures", "惩戒措施"],
  ["lists", "名单"],
  ["incentives", "激励措施"],
  ["commitments", "信用承诺"],
];
const COLUMNS = ["内容", "依据", "所依据的记录", "单位", "起", "止"];
const OUTCOMES = [
  ["unaffected", "核查内容没有影响办理"],
  ["favoured", "依据激励措施给予便利"],
  ["limited", "依法限制或者从严办理"],
  ["refused", "依法不予办理"],
  ["withdrawn", "申请人撤回或者事项终止"],
];
const LOOK = `
:host { display: block; color: #1c2430; font: 14px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
h2 { font-size: 16px; margin: 16px 0 4px } p { margin: 8px 0 } .code { font-family: monospace; overflow-wrap: anywhere }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; min-width: 640px } th, td { text-align: left; vertical-align: top;
padding: 4px 8px; border-bottom: 1px solid #d9dce1 } button { font: inherit; padding: 6px 16px; border: 1px solid #1d4f91;
background: #1d4f91; color: #fff; cursor: pointer } label { display: block; margin: 8px 0 } select, textarea { font: inherit;
display: block; width: 100%; max-width: 480px; box-sizing: border-box; border: 1px solid #767f8c; padding: 4px }
:focus-visible { outline: 2px solid #1c2430; box-shadow: 0 0 0 5px #ffb000 } .wrong { color: #b3261e }
fieldset { border: 0; padding: 0; margin: 8px 0 } fieldset label { margin: 4px 0 }
@media (max-width: 719px) { table { min-width: 0 } thead { position: absolute; clip-path: inset(50%) } tr, td { display: block }
tr { border-bottom: 1px solid #d9dce1; padding: 4px 0 } td { display: flex; gap: 8px; border: 0; padding: 2px 0; overflow-wrap: anywhere }
td::before { content: attr(data-label); flex: none; width: 6em; color: #4a5565 } }`;

const made = (name, words, more = {}) => Object.assign(document.createElement(name), { textContent: words ?? "" }, more);

class XinhengCheck extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const look = new CSSStyleSheet();
    look.replaceSync(LOOK);
    root.adoptedStyleSheets = [look];
    this.button = made("button", "信用核查", { type: "button", onclick: () => this.check() });
    this.shown = made("div");
    this.shown.setAttribute("aria-live", "polite");
    root.append(this.button, this.shown);
  }

  async ask(path, body) {
    const address = (this.getAttribute("src") ?? "").replace(/\/$/, "") + path;
    const headers = { "Content-Type": "application/json" };
    let answer, told;
    try {
      answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
      told = await answer.json();
    } catch {
      throw new Error("没有连上信用核查服务，这次没有核查。请稍后再试。");
    }
    if (!answer.ok) throw new Error(`${told.detail ?? "这次没有核查。"}${told.advice ?? ""}`);
    return told;
  }

  async check() {
    this.button.disabled = true;
    this.shown.replaceChildren(made("p", "正在核查……"));
    try {
      const asked = {};
      for (const name of ["code", "occasion", "reference", "field"])
        if (this.getAttribute(name)) asked[name] = this.getAttribute(name);
      const told = await this.ask("", asked);
      this.shown.replaceChildren(...this.answer(told), this.decision(told));
      this.dispatchEvent(new CustomEvent("xinheng-checked", { detail: told, bubbles: true }));
    } catch (error) {
      this.shown.replaceChildren(made("p", error.message, { className: "wrong" }));
    }
    this.button.disabled = false;
  }

  answer(told) {
    const shown = [made("p", `${told.subject.name}　${told.subject.code ?? ""}　截至 ${told.on}`)];
    for (const [part, title] of PARTS) {
      shown.push(made("h2", title));
      shown.push(told[part].length ? this.table(title, told[part]) : made("p", "本平台归集范围内没有。"));
    }
    shown.push(made("p", told.note), made("p", told.not_checked));
    shown.push(made("p", `核查编号 ${told.check}　摘要值 ${told.snapshot}`, { className: "code" }));
    return shown;
  }

  table(title, lines) {
    const table = made("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    table.setAttribute("aria-label", title);
    for (const name of COLUMNS) head.append(made("th", name, { scope: "col" }));
    for (const one of lines) {
      const cells = [one.title, one.basis, one.ground, one.body, one.from_on || "—", one.until_on || "随依据终止"];
      const row = body.insertRow();
      cells.forEach((words, at) => {
        const cell = made("td", words);
        cell.dataset.label = COLUMNS[at];
        row.append(cell);
      });
    }
    const wide = made("div", "", { className: "wide", tabIndex: 0, role: "region", ariaLabel: title });
    wide.append(table);
    return wide;
  }

  decision(told) {
    const form = made("form"), outcome = made("select", "", { name: "outcome", required: true });
    const reason = made("textarea", "", { name: "reason", rows: 2, maxLength: 500, required: true });
    outcome.append(made("option", "请选择", { value: "" }));
    for (const [value, words] of OUTCOMES) outcome.append(made("option", words, { value }));
    form.append(made("h2", "办理结果（由您依法决定后反馈）"), this.field("结果", outcome), this.field("理由", reason));
    const lines = [...told.bans, ...told.measures, ...told.incentives].filter((one) => one.number);
    const grounds = new Map(lines.map((one) => [one.number, one.title]));
    if (grounds.size) form.append(this.grounds(grounds));
    const said = made("p");
    said.setAttribute("role", "status");
    form.append(made("button", "反馈结果"), said);
    form.onsubmit = async (event) => {
      event.preventDefault();
      const chosen = [...form.querySelectorAll("input:checked")].map((one) => one.value);
      const body = { check: told.check, outcome: outcome.value, reason: reason.value, grounds: chosen };
      try {
        await this.ask("/decision", body);
        form.replaceChildren(made("p", "已反馈，记入核查登记。"));
        this.dispatchEvent(new CustomEvent("xinheng-decided", { detail: body, bubbles: true }));
      } catch (error) {
        said.className = "wrong";
        said.textContent = error.message;
      }
    };
    return form;
  }

  field(words, control) {
    const label = made("label", words);
    label.append(control);
    return label;
  }

  grounds(found) {
    const group = made("fieldset");
    group.append(made("legend", "所依据的决定（限制、不予、给予便利时选择）"));
    for (const [number, title] of found) {
      const label = made("label");
      label.append(made("input", "", { type: "checkbox", value: number }), ` ${title}　${number}`);
      group.append(label);
    }
    return group;
  }
}

customElements.define("xinheng-check", XinhengCheck);

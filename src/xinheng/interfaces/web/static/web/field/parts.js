// Small pieces of the page: elements, fields, the pad for a signature.
"use strict";

/** An element; properties beginning with "on" listen, "data-…" and "aria-…" are attributes, children may be texts. */
export function make(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.includes("-")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

/** A moment as it stands in tables, in Beijing time. */
export const moment = (at) => new Date(at).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16);

export const notice = (title, words, kind = "") =>
  make("div", { className: `notice ${kind}` }, make("p", { className: "notice-title" }, title), words ? make("p", {}, words) : "");

export function area(label, { id, value, rows, onchanged, hint = "" }) {
  const box = make("textarea", { id, value, rows, oninput: () => onchanged(box.value) });
  return make("div", { className: "field" }, make("label", { htmlFor: id }, label), hint ? make("p", { className: "hint" }, hint) : "", box);
}

/** One choice of several as large buttons. */
export function chosen(legend, { name, value, options, onchanged }) {
  const box = make("fieldset", { className: "picks" }, make("legend", {}, legend));
  for (const [key, title] of options) {
    const radio = make("input", { type: "radio", name, value: key, checked: key === value, onchange: () => onchanged(key) });
    box.append(make("label", { className: "pick" }, radio, make("span", {}, title)));
  }
  return box;
}

/** A pad that is drawn on by finger; `kept(canvas)` takes what was drawn. */
export function pad(label, kept) {
  const canvas = make("canvas", { className: "pad", width: 640, height: 240, role: "img", "aria-label": `${label}的签名处` });
  const pen = canvas.getContext("2d");
  let drawing = false;
  let used = false;
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    used = false;
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
    drawing = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...at(event));
    pen.stroke();
    used = true;
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (drawing = false));
  clear();
  pen.lineWidth = 4;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#1c2430";
  const keep = make("button", { type: "button", onclick: () => used && kept(canvas) }, "留存签名");
  return make(
    "div",
    { className: "sign" },
    make("p", { className: "sign-title" }, label),
    canvas,
    make("p", { className: "acts" }, keep, make("button", { type: "button", className: "plain", onclick: clear }, "重写")),
  );
}

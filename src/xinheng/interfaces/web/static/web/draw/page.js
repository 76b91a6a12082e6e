// The form that verifies a draw in this browser. Nothing is sent to anybody.
"use strict";

const form = document.querySelector("form[data-draw-verify]");
const place = document.getElementById("draw-verdict");

const line = (tag, words, kind = "") => {
  const made = document.createElement(tag);
  made.textContent = words;
  if (kind) made.className = kind;
  return made;
};

function verdict(answer, asked) {
  if (answer.unread) return [line("p", "没有核对成", "notice-title"), line("p", answer.unread)];
  const spent = `用时 ${answer.seconds.toFixed(1)} 秒，在这台电脑上计算。`;
  if (answer.problems.length) {
    const list = document.createElement("ul");
    list.append(...answer.problems.map((words) => line("li", words)));
    return [line("p", "记录有误，请不要采信", "notice-title"), list, line("p", spent, "note")];
  }
  const notes = [...answer.remarks];
  if (!asked.announced) notes.push("没有填写公告摘要：整份记录若是事后另编的，这里查不出来");
  if (answer.own) notes.unshift(own(answer.own));
  return [
    line("p", "重新计算一致", "notice-title"),
    line("p", `“${answer.title}”：可抽 ${answer.pool} 户，抽中 ${answer.drawn} 户，种子、对象、先后和检查组都与算法相符。`),
    ...notes.map((words) => line("p", `${words}。`)),
    line("p", spent, "note"),
  ];
}

function own({ inPool, place: drawn }) {
  if (!inPool) return "这个代码和凭据不在名录里，请核对两项是否抄对";
  return drawn ? `这家企业在名录里，抽中，排在第 ${drawn} 位` : "这家企业在名录里，没有抽中";
}

function show(kind, parts) {
  place.className = `notice ${kind}`;
  place.replaceChildren(...parts);
  place.hidden = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(form);
  const file = given.get("file");
  const asked = { url: form.dataset.drawVerify, announced: (given.get("announced") ?? "").trim() };
  if (file?.name) asked.file = file;
  for (const field of ["identity", "opening"]) asked[field] = (given.get(field) ?? "").trim();
  if (!asked.file && !asked.url) {
    show("notice-decide", [line("p", "还没有选文件", "notice-title"), line("p", "请选择从抽查页面下载的记录文件。")]);
    return;
  }
  const button = form.querySelector("button");
  const worker = new Worker(form.dataset.worker, { type: "module" });
  button.disabled = true;
  show("", [line("p", "正在这台电脑上重新计算 …")]);
  const end = (answer) => {
    worker.terminate();
    button.disabled = false;
    const good = answer.problems && !answer.problems.length;
    show(good ? "notice-done" : "notice-decide", verdict(answer, asked));
  };
  worker.onmessage = ({ data }) => end(data);
  worker.onerror = () => end({ unread: "这个浏览器算不了。请换新一些的浏览器，或者用页面上的命令核对。" });
  worker.postMessage(asked);
});
form.hidden = false;

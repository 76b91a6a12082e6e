// On the page of signing out: what this phone kept of visits goes with the session; what was not sent yet is named first.
"use strict";

import * as vault from "./vault.js";

const form = document.querySelector("main form, form");
const note = document.getElementById("field-left");
const known = (await indexedDB.databases?.())?.some((one) => one.name === "xinheng-field") ?? true;
if (known && form) {
  await vault.open();
  const left = await vault.drafts();
  if (left) {
    note.textContent = `这台设备上还有 ${left} 户检查没有上传，退出后会从设备上删除，不能找回。请先到外勤页上传。`;
    const link = document.createElement("a");
    link.href = "/office/visits/field/";
    link.textContent = "去外勤页上传";
    note.append(" ", link);
    note.hidden = false;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await vault.leave();
    } finally {
      form.submit();
    }
  });
}

// Shows while somebody writes what saving would find; without it the same is said after saving.
"use strict";
for (const form of document.querySelectorAll("form[data-live-check]")) {
  const place = document.getElementById(form.dataset.liveCheck);
  let wait = 0;
  let asked = 0;
  const ask = async () => {
    const answer = new FormData(form);
    answer.set("action", "check");
    const mine = ++asked;
    try {
      const response = await fetch(location.href, { method: "POST", body: answer });
      if (response.ok && mine === asked) place.innerHTML = await response.text();
    } catch {
      return;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(ask, 600);
  });
}

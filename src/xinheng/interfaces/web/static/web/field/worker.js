// Keeps the field page and its own files so that it opens without network; everything else of the site passes untouched.
// The server writes `const KEPT = { name, page, files }` above; a changed file changes the name.
"use strict";

async function fetched(url) {
  const answer = await fetch(url, { redirect: "error", cache: "no-cache", credentials: "same-origin" });
  if (!answer.ok) throw new Error(url);
  return answer;
}

async function keep() {
  const cache = await caches.open(KEPT.name);
  await Promise.all([KEPT.page, ...KEPT.files].map(async (url) => cache.put(url, await fetched(url))));
  await self.skipWaiting();
}

async function forgetOlder() {
  for (const name of await caches.keys()) {
    if (name.startsWith("xinheng-field-") && name !== KEPT.name) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const ours = url.origin === location.origin && [KEPT.page, ...KEPT.files].includes(url.pathname);
  if (event.request.method !== "GET" || !ours) return;
  event.respondWith(
    caches.match(url.pathname, { cacheName: KEPT.name }).then((found) => found ?? fetch(event.request)),
  );
});

// What the phone keeps: sealed by a key of this browser that no script can read out, one for each account. Leaving or ending
// destroys the key first, so that what a copy of the storage still holds cannot be opened.
"use strict";

const NAME = "xinheng-field";
const coder = new TextEncoder();
let base = null;
let owner = "";
let key = null;

const done = (request) =>
  new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });

const table = (name, mode = "readonly") => base.transaction(name, mode).objectStore(name);
const place = (kind, id) => `${owner}/${kind}/${id}`;

/** Open the storage; returns the account that last used it here, or "". */
export async function open() {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("keys");
    asked.result.createObjectStore("sealed", { keyPath: "id" }).createIndex("owner", "owner");
  };
  base = await done(asked);
  const last = (await done(table("keys").get("last"))) ?? "";
  if (last) await enter(last);
  return last;
}

/** From now on everything is of this account. */
export async function enter(account) {
  key = (await done(table("keys").get(`of/${account}`))) ?? null;
  if (!key) {
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await done(table("keys", "readwrite").put(made, `of/${account}`));
    key = made;
  }
  owner = account;
  await done(table("keys", "readwrite").put(account, "last"));
}

export async function put(kind, id, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const name = place(kind, id);
  const given = { name: "AES-GCM", iv, additionalData: coder.encode(name) };
  const sealed = await crypto.subtle.encrypt(given, key, coder.encode(JSON.stringify(value)));
  await done(table("sealed", "readwrite").put({ id: name, owner, kind, iv, sealed }));
}

async function opened(row) {
  const given = { name: "AES-GCM", iv: row.iv, additionalData: coder.encode(row.id) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(given, key, row.sealed)));
}

export async function get(kind, id) {
  const row = await done(table("sealed").get(place(kind, id)));
  return row ? opened(row) : null;
}

export async function all(kind) {
  const rows = await done(table("sealed").index("owner").getAll(owner));
  return Promise.all(rows.filter((row) => row.kind === kind).map(opened));
}

export const drop = (kind, id) => done(table("sealed", "readwrite").delete(place(kind, id)));

/** Drafts of this account, or of others, that are still on this phone. */
export async function drafts({ others = false } = {}) {
  const rows = await done(table("sealed").getAll());
  return rows.filter((row) => row.kind === "draft" && (row.owner !== owner) === others).length;
}

/** Destroy the key of this account, then what it sealed, then the page that was kept. */
export async function leave() {
  if (owner) {
    await done(table("keys", "readwrite").delete(`of/${owner}`));
    const rows = await done(table("sealed").index("owner").getAllKeys(owner));
    for (const id of rows) await done(table("sealed", "readwrite").delete(id));
  }
  await done(table("keys", "readwrite").delete("last"));
  for (const name of await caches.keys()) if (name.startsWith("xinheng-field-")) await caches.delete(name);
  for (const one of await navigator.serviceWorker.getRegistrations()) {
    if (one.scope.endsWith("/office/visits/field/")) await one.unregister();
  }
}

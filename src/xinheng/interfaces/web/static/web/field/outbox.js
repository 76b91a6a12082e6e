// What is on the phone and not yet at the server, in parcels, and what the server answered to each thing.
"use strict";

const MOST = 40;
const BYTES = 1_200_000;

export class SessionOver extends Error {}
export class Unreached extends Error {}

const waiting = (one, again) => one?.state === "waiting" || (again && one?.state === "refused");

/** Things of one draft that are still to be sent, without the content of pictures. */
export function open(draft, { again = true } = {}) {
  const found = [];
  for (const kind of ["arrival", "sheet", "refusal"]) if (waiting(draft[kind], again)) found.push({ kind, one: draft[kind] });
  for (const one of draft.papers) if (waiting(one, again)) found.push({ kind: "paper", one });
  return found;
}

export async function written(draft, { kind, one }, contentOf) {
  const head = { kind, client_id: one.client_id, visit: draft.id };
  if (kind === "paper") return { ...head, what: one.what, about: one.about, content: (await contentOf(one)) ?? "" };
  const clock = one.clock;
  if (kind === "arrival") return { ...head, way: one.way, code: one.code, clock };
  if (kind === "refusal") return { ...head, reason: one.reason, clock };
  const points = Object.fromEntries(Object.entries(draft.points).filter(([, seen]) => seen.finding));
  const { result, found, views, present } = draft;
  return { ...head, result, found, views, present, points, clock };
}

async function asked(url, given) {
  let answer;
  try {
    answer = await fetch(url, { redirect: "manual", cache: "no-store", credentials: "same-origin", ...given });
  } catch {
    throw new Unreached("没有网络");
  }
  if (answer.type === "opaqueredirect") throw new SessionOver();
  const json = (answer.headers.get("Content-Type") ?? "").includes("json");
  if (answer.ok && json) return answer.json();
  const words = json ? (await answer.json()).words : "";
  throw Object.assign(new Unreached(words || `服务器没有接收（${answer.status}）`), { status: answer.status });
}

export const list = (url) => asked(url, {});

/** Send one parcel; with a token of an older session once more with a fresh one. */
async function post(url, session, items) {
  const body = JSON.stringify({ owner: session.owner, device_now: new Date().toISOString(), items });
  const given = () => ({
    method: "POST",
    body,
    headers: { "Content-Type": "application/json", "X-CSRFToken": session.csrf },
  });
  try {
    return await asked(url, given());
  } catch (error) {
    if (error.status !== 403) throw error;
    await session.renew();
    return asked(url, given());
  }
}

/** Send everything; `take(draft, thing, answer)` is called for each answer as it comes, so that a cut loses none. */
export async function send(url, session, drafts, { again, contentOf, take }) {
  let parcel = [];
  let size = 0;
  const flush = async () => {
    if (!parcel.length) return;
    const sent = parcel;
    [parcel, size] = [[], 0];
    const { answers } = await post(url, session, sent.map((one) => one.item));
    for (const [place, { draft, thing }] of sent.entries()) await take(draft, thing, answers[place]);
  };
  for (const draft of drafts) {
    for (const thing of open(draft, { again })) {
      const item = await written(draft, thing, contentOf);
      const more = JSON.stringify(item).length;
      if (parcel.length >= MOST || size + more > BYTES) await flush();
      parcel.push({ draft, thing, item });
      size += more;
    }
  }
  await flush();
}

// Verifies a record apart from the page, which stays usable meanwhile.
"use strict";

import { read } from "./reading.js";
import { blindKey } from "./rule.js";
import { FORMAT } from "./shape.js";
import { remarks, verify } from "./verify.js";

/** Whether the enterprise with this code and opening is in the pool, and in which place it was drawn (0: not). */
function found(record, identity, opening) {
  const key = blindKey(opening, identity);
  const inPool = Object.values(record.objects).some((keys) => keys.includes(key));
  return { inPool, place: record.drawn.findIndex((one) => one.key === key) + 1 };
}

async function textOf({ file, url }) {
  if (file) return file.text();
  const answer = await fetch(url);
  if (!answer.ok) throw new TypeError(String(answer.status));
  return answer.text();
}

async function checked(asked) {
  let text;
  try {
    text = await textOf(asked);
  } catch {
    return { unread: "记录文件取不到或打不开。请稍后再试，或者先下载文件再从本页选择。" };
  }
  let record;
  try {
    record = read(text);
  } catch {
    return { unread: "这不是一份完整的抽取记录：不是 JSON 文件、有字段重复或数字不是整数。请从抽查页面重新下载，不要编辑。" };
  }
  if (record?.format !== FORMAT) {
    return { unread: `这不是本页能核对的抽取记录：没有写明 format ${FORMAT}。没有核对，不表示记录正确或不正确。` };
  }
  const problems = verify(record, asked.announced);
  if (problems.length) return { problems };
  const pool = Object.values(record.objects).reduce((sum, keys) => sum + keys.length, 0);
  const own = asked.identity && asked.opening ? found(record, asked.identity, asked.opening) : null;
  const title = record.announcement.title;
  return { problems, remarks: remarks(record), title, pool, drawn: record.drawn.length, own };
}

onmessage = async ({ data }) => {
  const begun = performance.now();
  const answer = await checked(data);
  postMessage({ ...answer, seconds: (performance.now() - begun) / 1000 });
};

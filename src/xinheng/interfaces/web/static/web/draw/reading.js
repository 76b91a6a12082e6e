// Reads JSON strictly, and writes it canonically (RFC 8785).
"use strict";

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/y;
const LITERAL = /^(?:null|true|false|-?(?:0|[1-9]\d{0,15}))$/;

/**
 * The value of a text. Throws SyntaxError where the text is no JSON, repeats a field, or holds a number that is not
 * whole: `JSON.parse` alone would take the last of two equal fields and 1.0 for 1.
 */
export function read(text) {
  const value = JSON.parse(text);
  const open = [];
  let last = "";
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    const token = found[1];
    if (token === ":") see(open, last);
    else if (token === "{" || token === "[") open.push(token === "{" ? new Set() : null);
    else if (token === "}" || token === "]") open.pop();
    else if (token[0] !== '"' && token !== "," && !LITERAL.test(token)) throw new SyntaxError(token);
    last = token;
  }
  return value;
}

function see(open, quoted) {
  const field = JSON.parse(quoted);
  const fields = open[open.length - 1];
  if (fields.has(field)) throw new SyntaxError(field);
  fields.add(field);
}

/** Canonical JSON of texts, whole numbers, null, arrays and objects. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((field) => `${JSON.stringify(field)}:${canonical(value[field])}`).join(",")}}`;
}

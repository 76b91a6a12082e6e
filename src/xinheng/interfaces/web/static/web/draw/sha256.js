// SHA-256 (FIPS 180-4), synchronous: a city has a million keys, and the browser's own digest answers one promise each.
"use strict";

const PRIMES = (() => {
  const found = [];
  for (let n = 2; found.length < 64; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
})();
const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) | 0;
const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const SCHEDULE = new Int32Array(64);

const turn = (x, by) => (x >>> by) | (x << (32 - by));

/** Takes the 64 bytes from `at` into `state`, eight words. */
function compress(state, bytes, at) {
  const w = SCHEDULE;
  for (let i = 0; i < 16; i++, at += 4) {
    w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const low = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const high = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** Writes the padding of a message of `length` bytes behind its last `rest` bytes; returns the number of blocks. */
function pad(block, rest, length) {
  const blocks = rest < 56 ? 1 : 2;
  block.fill(0, rest, blocks * 64);
  block[rest] = 0x80;
  new DataView(block.buffer).setUint32(blocks * 64 - 8, Math.floor(length / 2 ** 29));
  new DataView(block.buffer).setUint32(blocks * 64 - 4, (length << 3) >>> 0);
  return blocks;
}

const bytesOf = (state) => {
  const out = new Uint8Array(32);
  state.forEach((word, i) => new DataView(out.buffer).setInt32(i * 4, word));
  return out;
};

/** A digest over bytes that come in pieces. */
export class Sha256 {
  #state = START.slice();
  #rest = new Uint8Array(128);
  #kept = 0;
  #length = 0;

  update(bytes) {
    this.#length += bytes.length;
    let at = 0;
    if (this.#kept) {
      at = Math.min(64 - this.#kept, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#kept);
      this.#kept += at;
      if (this.#kept < 64) return this;
      compress(this.#state, this.#rest, 0);
    }
    for (; at + 64 <= bytes.length; at += 64) compress(this.#state, bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#kept = bytes.length - at;
    return this;
  }

  digest() {
    const blocks = pad(this.#rest, this.#kept, this.#length);
    for (let i = 0; i < blocks; i++) compress(this.#state, this.#rest, i * 64);
    return bytesOf(this.#state);
  }
}

const encoder = new TextEncoder();
export const utf8 = (text) => encoder.encode(text);
export const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
export const sha256 = (bytes) => new Sha256().update(bytes).digest();
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** SHA-256 of `prefix` (32 bytes) and each key, as eight words a key. Keys: 1 to 64 signs of ASCII. */
export function ranks(prefix, keys) {
  const out = new Uint32Array(keys.length * 8);
  const block = new Uint8Array(128);
  const state = new Int32Array(8);
  block.set(prefix);
  const head = block.slice(0, 32);
  keys.forEach((key, place) => {
    const length = 32 + key.length;
    for (let i = 0; i < key.length; i++) block[32 + i] = key.charCodeAt(i);
    state.set(START);
    let rest = length;
    if (length >= 64) {
      compress(state, block, 0);
      rest = length - 64;
      block.copyWithin(0, 64, length);
    }
    const blocks = pad(block, rest, length);
    for (let i = 0; i < blocks; i++) compress(state, block, i * 64);
    if (length >= 64) block.set(head);
    out.set(state, place * 8);
  });
  return out;
}

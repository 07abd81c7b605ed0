// One file on its way: in parts straight to OSS, several at once, each sent again where it has to be.

import { combine } from "./upload_crc.js";

const AT_ONCE = 4;
const MOST_TRIES = 8;
const SIGNED_AT_ONCE = 16;
const ADDRESS_MS = 10 * 60 * 1000;
const STALL_MS = 30 * 1000;
const RATE_MS = 8 * 1000;

/** What the user can do something about: `reason` is a word of the page's words. */
export class Problem extends Error {
  constructor(reason, ...details) {
    super(reason);
    this.reason = reason;
    this.details = details;
  }
}

class Paused extends Error {}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(new Paused())), { once: true });
  });
}

// A script's address counts as a script to the browser: this one alone is made.
const policy = globalThis.trustedTypes?.createPolicy("upload", { createScriptURL: (url) => url });

/** The worker that computes checksums; one answer a question. */
class Checksums {
  constructor() {
    const address = new URL("./upload_crc_worker.js", import.meta.url).href;
    this.waiting = new Map();
    this.last = 0;
    this.worker = new Worker(policy ? policy.createScriptURL(address) : address, { type: "module" });
    this.worker.addEventListener("message", ({ data }) => {
      const { resolve, reject } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error) reject(new Problem("unreadable"));
      else resolve(data.crc64);
    });
  }

  compute(blob) {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, blob });
    });
  }

  end() {
    this.worker.terminate();
  }
}

export class Sending {
  /** `ask(name, fields)` asks the server; `tell(stage, done, all, rate)` hears how far it is. */
  constructor(file, ask, tell) {
    this.file = file;
    this.ask = ask;
    this.tell = tell;
    this.stop = new AbortController();
    this.addresses = new Map();
    this.signing = null;
    this.underWay = new Map();
    this.known = new Map(); // number -> CRC of the part, here
    this.there = new Set();
    this.moments = [];
    this.hasSent = false;
    this.wasLetIn = false;
  }

  /** Sends what is missing. Raises Problem; returns true at its end, and false where it was paused. */
  async send({ anew = false } = {}) {
    this.stop = new AbortController();
    this.checksums ??= new Checksums();
    try {
      await this.begin(anew);
      await this.checkPresent();
      const missing = this.parts.filter((part) => !this.there.has(part.number));
      const lanes = Array.from({ length: AT_ONCE }, () => this.work(missing));
      try {
        await Promise.all(lanes);
      } catch (error) {
        this.stop.abort(); // the other lanes end with the first that fails
        await Promise.allSettled(lanes);
        throw error;
      }
      return true;
    } catch (error) {
      if (error instanceof Paused) return false;
      throw error;
    }
  }

  pause() {
    this.stop.abort();
  }

  end() {
    this.stop.abort();
    this.checksums?.end();
  }

  get crc64() {
    return combine(this.parts.map(({ number, size }) => ({ crc64: this.known.get(number), size })));
  }

  async begin(anew) {
    const { file } = this;
    const described = { name: file.name, size: file.size, type: file.type, modified: Math.round(file.lastModified), anew };
    const begun = await this.ask("begin", described);
    const { part_bytes: partBytes } = begun;
    this.parts = [];
    for (let at = 0; at < file.size; at += partBytes) {
      this.parts.push({ number: this.parts.length + 1, at, size: Math.min(partBytes, file.size - at) });
    }
    this.present = new Map(begun.parts.filter((part) => part.crc64 !== null).map((part) => [part.number, part.crc64]));
    this.there = new Set([...this.there].filter((number) => this.present.has(number)));
    if (anew) this.there.clear();
  }

  /** What OSS has already has to be of this very file: another one may have the same name, size and date. */
  async checkPresent() {
    const unproved = this.parts.filter((part) => this.present.has(part.number) && !this.there.has(part.number));
    let checked = 0;
    for (const part of unproved) {
      if (this.stop.signal.aborted) throw new Paused();
      this.tell("checking", checked, unproved.reduce((sum, each) => sum + each.size, 0), 0);
      const crc64 = await this.computeChecksum(part);
      if (crc64 !== this.present.get(part.number)) throw new Problem("otherFile");
      this.there.add(part.number);
      checked += part.size;
    }
  }

  async computeChecksum(part) {
    if (!this.known.has(part.number)) {
      this.known.set(part.number, await this.checksums.compute(this.file.slice(part.at, part.at + part.size)));
    }
    return this.known.get(part.number);
  }

  async work(missing) {
    while (missing.length) {
      if (this.stop.signal.aborted) throw new Paused();
      const part = missing.shift();
      await this.sendPart(part, missing);
      this.there.add(part.number);
      this.underWay.delete(part.number);
      this.report();
    }
  }

  async sendPart(part, missing) {
    for (let tries = 1; ; tries += 1) {
      const address = await this.findAddress(part.number, missing);
      const [answer, crc64] = await Promise.all([this.put(part, address), this.computeChecksum(part)]);
      if (this.stop.signal.aborted) throw new Paused();
      this.wasLetIn ||= answer.status > 0;
      if (answer.status === 200 && (answer.crc64 === null || answer.crc64 === crc64)) {
        this.hasSent = true;
        return;
      }
      this.underWay.delete(part.number);
      await this.judge(answer, tries, part);
    }
  }

  /** Waits where sending again may help; raises Problem where it would not. */
  async judge(answer, tries, part) {
    const { signal } = this.stop;
    if (answer.status === 0 && !this.file.slice(part.at, part.at + 1).size) throw new Problem("unreadable");
    if (answer.status === 0 && !this.wasLetIn) {
      const cors = await this.ask("cors", { origin: location.origin });
      if (cors.missing) throw new Problem("cors", cors);
    }
    if (answer.status === 0 && !(await this.isReadable(part))) throw new Problem("unreadable");
    const isOver = answer.status === 404 || (answer.status >= 400 && answer.status < 500 && ![403, 408, 429].includes(answer.status));
    if (isOver) throw new Problem("refused", answer.status, answer.code);
    if (answer.status === 403) this.addresses.clear(); // expired, as a rule: others of that age are, too
    if (answer.status === 0 && !navigator.onLine) {
      this.tell("offline", ...this.measure());
      await Promise.race([new Promise((resolve) => addEventListener("online", resolve, { once: true })), pause(3600_000, signal)]);
      return;
    }
    if (tries >= MOST_TRIES) {
      throw answer.status ? new Problem("refused", answer.status, answer.code) : new Problem("network");
    }
    await pause(Math.min(20_000, 400 * 2 ** (tries - 1)) * (0.5 + Math.random() / 2), signal);
  }

  async isReadable(part) {
    try {
      await this.file.slice(part.at, part.at + 1).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  }

  /** Addresses come in lots, for the parts that are next. */
  async findAddress(number, missing) {
    for (;;) {
      const known = this.addresses.get(number);
      if (known && performance.now() - known.at < ADDRESS_MS) return known.address;
      this.signing ??= this.sign([number, ...missing.map((part) => part.number)]).finally(() => (this.signing = null));
      await this.signing;
      if (this.stop.signal.aborted) throw new Paused();
    }
  }

  async sign(numbers) {
    const at = performance.now();
    const wanted = numbers.filter((number) => !(at - this.addresses.get(number)?.at < ADDRESS_MS)).slice(0, SIGNED_AT_ONCE);
    const { addresses } = await this.ask("sign", { numbers: wanted });
    for (const [number, address] of Object.entries(addresses)) this.addresses.set(Number(number), { address, at });
  }

  put(part, address) {
    const { signal } = this.stop;
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      let heardAt = performance.now();
      const watch = setInterval(() => performance.now() - heardAt > STALL_MS && request.abort(), 1000);
      const stop = () => request.abort();
      const end = (answer) => {
        clearInterval(watch);
        signal.removeEventListener("abort", stop);
        resolve(answer);
      };
      request.upload.addEventListener("progress", (event) => {
        heardAt = performance.now();
        this.underWay.set(part.number, event.loaded);
        this.report();
      });
      request.addEventListener("load", () => {
        const code = /<Code>([A-Za-z.]{1,60})<\/Code>/.exec(request.responseText)?.[1] ?? "";
        end({ status: request.status, code, crc64: request.getResponseHeader("x-oss-hash-crc64ecma") });
      });
      for (const name of ["error", "abort"]) request.addEventListener(name, () => end({ status: 0, code: "", crc64: null }));
      signal.addEventListener("abort", stop);
      request.open("PUT", address);
      // A slice has no type, so none is sent: none was signed.
      request.send(this.file.slice(part.at, part.at + part.size));
      if (signal.aborted) request.abort();
    });
  }

  measure() {
    let done = 0;
    for (const part of this.parts) done += this.there.has(part.number) ? part.size : (this.underWay.get(part.number) ?? 0);
    return [done, this.file.size];
  }

  report() {
    const [done, all] = this.measure();
    const now = performance.now();
    this.moments.push([now, done]);
    while (this.moments.length > 2 && now - this.moments[0][0] > RATE_MS) this.moments.shift();
    const [since, before] = this.moments[0];
    const rate = now - since > 500 ? Math.max(0, ((done - before) * 1000) / (now - since)) : 0;
    this.tell("sending", done, all, rate);
  }
}

// CRC-64/XZ as OSS computes it, eight bytes at a time in two halves of 32 bits, and the CRC of pieces in a row.

const LOW = 0xd7870f42;
const HIGH = 0xc96c5795;
const POLYNOMIAL = 0xc96c5795d7870f42n;
const ALL = 0xffffffffffffffffn;

// Eight tables of 256 entries each, in one array a half. Signed: engines keep such numbers whole, and twice as fast.
const low = new Int32Array(8 * 256);
const high = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let l = byte;
  let h = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = l & 1;
    l = (l >>> 1) | ((h & 1) << 31);
    h >>>= 1;
    if (carry) {
      l ^= LOW;
      h ^= HIGH;
    }
  }
  low[byte] = l;
  high[byte] = h;
}
for (let table = 1; table < 8; table += 1) {
  for (let byte = 0; byte < 256; byte += 1) {
    const at = (table - 1) * 256 + byte;
    const index = low[at] & 255;
    low[table * 256 + byte] = ((low[at] >>> 8) | (high[at] << 24)) ^ low[index];
    high[table * 256 + byte] = (high[at] >>> 8) ^ high[index];
  }
}

const IS_LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Takes in bytes, piece by piece. */
export class Crc64 {
  constructor() {
    this.low = -1;
    this.high = -1;
  }

  update(bytes) {
    let l = this.low;
    let h = this.high;
    let at = 0;
    if (IS_LITTLE && bytes.byteOffset % 4 === 0) {
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, (bytes.length >> 3) << 1);
      for (let index = 0; index < words.length; index += 2) {
        const a = l ^ words[index];
        const b = h ^ words[index + 1];
        const t7 = 1792 + (a & 255);
        const t6 = 1536 + ((a >>> 8) & 255);
        const t5 = 1280 + ((a >>> 16) & 255);
        const t4 = 1024 + (a >>> 24);
        const t3 = 768 + (b & 255);
        const t2 = 512 + ((b >>> 8) & 255);
        const t1 = 256 + ((b >>> 16) & 255);
        const t0 = b >>> 24;
        l = low[t7] ^ low[t6] ^ low[t5] ^ low[t4] ^ low[t3] ^ low[t2] ^ low[t1] ^ low[t0];
        h = high[t7] ^ high[t6] ^ high[t5] ^ high[t4] ^ high[t3] ^ high[t2] ^ high[t1] ^ high[t0];
      }
      at = words.length * 4;
    }
    for (; at < bytes.length; at += 1) {
      const index = (l ^ bytes[at]) & 255;
      l = ((l >>> 8) | (h << 24)) ^ low[index];
      h = (h >>> 8) ^ high[index];
    }
    this.low = l;
    this.high = h;
  }

  /** As text, since no number holds it. */
  digest() {
    return String((((BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0)) ^ ALL) & ALL);
  }
}

// What so many zero bytes do to a CRC, as 64 rows; the same lengths come again and again.
const operators = new Map();

function times(matrix, vector) {
  let sum = 0n;
  for (let index = 0; vector; index += 1, vector >>= 1n) if (vector & 1n) sum ^= matrix[index];
  return sum;
}

function multiply(a, b) {
  return b.map((row) => times(a, row));
}

function findOperator(length) {
  let found = operators.get(length);
  if (found) return found;
  // One zero bit, then its squares: 2, 4, 8 bits, which is one byte.
  let power = [POLYNOMIAL];
  for (let bit = 1; bit < 64; bit += 1) power.push(1n << BigInt(bit - 1));
  for (let square = 0; square < 3; square += 1) power = multiply(power, power);
  for (let left = length; left; left = Math.floor(left / 2)) {
    if (left % 2) found = found ? multiply(power, found) : power;
    power = multiply(power, power);
  }
  operators.set(length, found);
  return found;
}

/** Of pieces in a row, each {crc64, size} with its CRC as text. */
export function combine(pieces) {
  let crc = 0n;
  for (const { crc64, size } of pieces) if (size) crc = times(findOperator(size), crc) ^ BigInt(crc64);
  return String(crc);
}

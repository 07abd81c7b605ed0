// Computes the CRC-64 of slices of a file beside the page, never with more of it in memory than one chunk.

import { Crc64 } from "./upload_crc.js";

const CHUNK_BYTES = 1024 * 1024;

async function compute(blob) {
  const crc = new Crc64();
  for (let at = 0; at < blob.size; at += CHUNK_BYTES) {
    crc.update(new Uint8Array(await blob.slice(at, at + CHUNK_BYTES).arrayBuffer()));
  }
  return crc.digest();
}

self.addEventListener("message", ({ data }) => {
  compute(data.blob).then(
    (crc64) => self.postMessage({ id: data.id, crc64 }),
    (error) => self.postMessage({ id: data.id, error: error.name }),
  );
});

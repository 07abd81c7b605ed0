// Uploads as they run.
import { useRef, useState } from "preact/hooks";
import { Refusal, type Connection } from "../connection";
import { asNumber, asText, isObject } from "../contract";
import { showClock, showRate, showSize } from "../format";
import { usePolling } from "../polling";
import { findMediaId } from "../scene";
import { sayValue, type Say } from "../words";

type Json = Record<string, unknown>;

const ENDED = new Set(["done", "failed", "cancelled", "interrupted", "expired"]);
const POLL_MILLISECONDS = 2_500;
const MOST_AT_ONCE = 8;

export function Transfers({ connection, say, first }: { connection: Connection; say: Say; first: Json[] }) {
  const [transfers, setTransfers] = useState(first);
  const running = transfers.filter(isRunning);
  const problem = usePolling(async () => {
    const next = await Promise.all(
      transfers.map((one) => (running.slice(0, MOST_AT_ONCE).includes(one) ? follow(connection, one) : one)),
    );
    setTransfers(next);
    return next.some(isRunning);
  }, POLL_MILLISECONDS, running.length > 0);
  return (
    <section aria-label={say("uploads")}>
      <h1>{say("uploads")}</h1>
      {transfers.length === 0 && <p class="notice">{say("noUploads")}</p>}
      <ul class="transfers">
        {transfers.map((one) => <Transfer key={asText(one.transfer_id)} connection={connection} say={say} transfer={one} />)}
      </ul>
      <p class="told" role="status">{transfers.length === 1 && sayValue(say, "state", asText(transfers[0]!.state))}</p>
      {problem && <p class="hint" role="alert">{say("stopped", { reason: problem })}</p>}
    </section>
  );
}

function isRunning(transfer: Json): boolean {
  return !ENDED.has(asText(transfer.state));
}

async function follow(connection: Connection, transfer: Json): Promise<Json> {
  try {
    return await connection.call("transfer_status", { transfer_id: asText(transfer.transfer_id), wait_seconds: 0 });
  } catch (error) {
    // That an upload failed comes as an error, and is where it stands.
    if (error instanceof Refusal) return { ...transfer, state: "failed", error: error.message };
    throw error;
  }
}

function Transfer({ connection, say, transfer }: { connection: Connection; say: Say; transfer: Json }) {
  const size = asNumber(transfer.size_bytes) ?? asNumber(transfer.total_bytes);
  const state = asText(transfer.state);
  const sent = asNumber(transfer.sent_bytes) ?? (state === "done" ? size : undefined);
  const rate = useRate(sent);
  const path = asText(transfer.path) || asText(transfer.name) || asText(transfer.file_name);
  const name = path.split(/[\\/]/).at(-1) || asText(transfer.transfer_id);
  const mediaId = findMediaId(transfer);
  const left = rate && size !== undefined && sent !== undefined ? (size - sent) / rate : undefined;
  return (
    <li>
      <strong dir="auto">{name}</strong>
      <span class={`badge ${state}`}>{sayValue(say, "state", state)}</span>
      {size !== undefined && (
        <progress max={size || 1} value={sent ?? 0} aria-label={name} />
      )}
      <span class="hint">
        {size !== undefined && say("sentOf", { sent: showSize(sent ?? 0), size: showSize(size) })}
        {rate !== undefined && left !== undefined && isRunning(transfer) && ` · ${say("rateLeft", { rate: showRate(rate * 8), time: showClock(left) })}`}
      </span>
      {asText(transfer.error) && <p class="failed" dir="auto">{asText(transfer.error)}</p>}
      {isObject(transfer.summary) || state === "done" ? mediaId && <button onClick={() => connection.show({ kind: "asset", id: mediaId })}>{say("open", { title: name })}</button> : null}
    </li>
  );
}

/** Bytes a second between the last two looks. */
function useRate(sent: number | undefined): number | undefined {
  const before = useRef<{ sent: number; at: number; rate?: number } | undefined>(undefined);
  const now = performance.now();
  if (sent !== undefined && sent !== before.current?.sent) {
    const last = before.current;
    const rate = last && now > last.at ? ((sent - last.sent) / (now - last.at)) * 1000 : undefined;
    before.current = { sent, at: now, rate: rate && rate > 0 ? rate : undefined };
  }
  return before.current?.rate;
}

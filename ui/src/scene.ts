// Which view shows the result of which tool: it is told by what the result holds, since a host does not say the tool.
import { asObjects, asText, isObject } from "./contract";

type Json = Record<string, unknown>;

export type Scene =
  | { kind: "waiting" }
  | { kind: "asset"; id: string }
  | { kind: "grid"; ids: string[]; titles: Record<string, string>; leftOut: boolean }
  | { kind: "transfers"; transfers: Json[] }
  | { kind: "recording"; jobId: string; job: Json }
  | { kind: "text"; text: string; failed: boolean };

const MOST_CARDS = 400;

/** What a tool's result is about; `args` are its arguments. */
export function readScene(result: Json, args: Json): Scene {
  const content = readContent(result);
  if (result.isError === true || !content) {
    return { kind: "text", text: readText(result), failed: result.isError === true };
  }
  if (asText(content.transfer_id)) return { kind: "transfers", transfers: [content] };
  if (Array.isArray(content.transfers)) return { kind: "transfers", transfers: asObjects(content.transfers, 200) };
  const list = content.assets ?? content.found ?? content.MediaInfos ?? content.MediaInfoList;
  if (Array.isArray(list)) return readGrid(content, asObjects(list, MOST_CARDS));
  const job = findJob(content);
  const jobId = asText(job?.JobId) || asText(content.JobId) || asText(args.JobId);
  if (jobId) return { kind: "recording", jobId, job: job ?? content };
  const id = findMediaId(content) || asText(args.MediaId);
  if (id) return { kind: "asset", id };
  return { kind: "text", text: readText(result), failed: false };
}

/** The structured content, or the JSON object of a text where a host passes only that on. */
export function readContent(result: Json): Json | undefined {
  if (isObject(result.structuredContent)) return result.structuredContent;
  try {
    const parsed: unknown = JSON.parse(readText(result));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function readText(result: Json): string {
  const blocks = asObjects(result.content, 50).filter((block) => block.type === "text");
  return blocks.map((block) => (typeof block.text === "string" ? block.text : "")).join("\n").slice(0, 100_000);
}

export function findMediaId(content: Json): string {
  const inner = isObject(content.MediaInfo) ? content.MediaInfo : content;
  return asText(inner.MediaId) || asText(inner.media_id);
}

function findJob(content: Json): Json | undefined {
  for (const name of ["RecordJob", "LiveRecordJob", "job"]) {
    const inner = content[name];
    if (isObject(inner) && asText(inner.JobId)) return inner;
  }
  return undefined;
}

function readGrid(content: Json, rows: Json[]): Scene {
  const titles: Record<string, string> = {};
  for (const row of rows) {
    const id = findMediaId(row);
    if (id) titles[id] = asText(row.title) || asText(row.Title);
  }
  return { kind: "grid", ids: Object.keys(titles), titles, leftOut: Array.isArray(content.left_out) || isObject(content.next_call) };
}

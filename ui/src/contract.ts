// What the server's `view_media` answers with. It is read here once, leniently: whatever has another shape is left
// out, every list has an end, and an address is taken only if it is http(s).

export interface Card {
  id: string;
  title: string;
  kind: "video" | "audio" | "image" | "text" | "other";
  status: string;
  durationSeconds?: number;
  sizeBytes?: number;
  width?: number;
  height?: number;
  created?: string;
  tags: string[];
  cover?: string;
}

export interface MediaFile {
  id: string;
  role: string;
  name: string;
  format: string;
  definition?: string;
  durationSeconds?: number;
  sizeBytes?: number;
  bitrateBps?: number;
  video?: { codec?: string; width?: number; height?: number; fps?: number };
  audio?: { codec?: string; channels?: number; sampleRate?: number; language?: string };
  isHls: boolean;
  playable: boolean;
  address?: string;
  playlistText?: string;
}

export interface Sprite {
  sheets: string[];
  columns: number;
  rows: number;
  cellWidth: number;
  cellHeight: number;
  count: number;
  intervalSeconds: number;
}

export interface Passage {
  start: number;
  end: number;
  text: string;
  score?: number;
}

export interface Track {
  /** `chapters`, `marks`, `transcript`, `subtitles:<id>`, or a kind of finding. */
  key: string;
  kind: "chapters" | "marks" | "transcript" | "subtitles" | "finding";
  /** A subtitle's own label, or the finding's track as the server names it. */
  label: string;
  passages: Passage[];
  leftOut: number;
}

export interface Asset extends Card {
  description?: string;
  category?: string;
  files: MediaFile[];
  filesLeftOut: number;
  sprite?: Sprite;
  snapshots: { seconds: number; address: string }[];
  tracks: Track[];
  /** What could not be had, in the server's words. */
  problems: string[];
  expiresAt?: number;
}

type Json = Record<string, unknown>;

const MOST_FILES = 100;
const MOST_PASSAGES = 5_000;
const MOST_TRACKS = 30;
const LONGEST_TEXT = 2_000;
/** They have addresses, but are no film. */
const PICTURES = new Set(["png", "jpg", "jpeg", "gif", "webp", "bmp", "avif", "svg", "heic"]);

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function asText(value: unknown): string {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT) : typeof value === "number" ? String(value) : "";
}

export function asNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}

export function asObjects(value: unknown, most = MOST_PASSAGES): Json[] {
  return Array.isArray(value) ? value.slice(0, most).filter(isObject) : [];
}

function asAddress(value: unknown): string | undefined {
  // A stranger's `javascript:` or `data:` never becomes the source of anything.
  return typeof value === "string" && /^https?:\/\/[^\s]+$/i.test(value) ? value : undefined;
}

function asWords(value: unknown): string[] {
  return Array.isArray(value) ? value.slice(0, 20).map(asText).filter(Boolean) : [];
}

export function readCard(value: Json): Card {
  const kind = asText(value.kind);
  return {
    id: asText(value.MediaId),
    title: asText(value.title),
    kind: kind === "video" || kind === "audio" || kind === "image" || kind === "text" ? kind : "other",
    status: asText(value.status),
    durationSeconds: asNumber(value.duration_seconds),
    sizeBytes: asNumber(value.size_bytes),
    width: asNumber(value.width),
    height: asNumber(value.height),
    created: asText(value.created) || undefined,
    tags: asWords(value.tags),
    cover: asAddress(value.cover),
  };
}

function readFile(value: Json, position: number): MediaFile {
  const video = isObject(value.video) ? value.video : undefined;
  const audio = isObject(value.audio) ? value.audio : undefined;
  const address = asAddress(value.address);
  const playlistText = typeof value.playlist_text === "string" ? value.playlist_text : undefined;
  return {
    id: asText(value.id) || String(position),
    role: asText(value.role),
    name: asText(value.name),
    format: asText(value.format),
    definition: asText(value.definition) || undefined,
    durationSeconds: asNumber(value.duration_seconds),
    sizeBytes: asNumber(value.size_bytes),
    bitrateBps: asNumber(value.bitrate_bps),
    video: video && {
      codec: asText(video.codec) || undefined,
      width: asNumber(video.width),
      height: asNumber(video.height),
      fps: asNumber(video.fps),
    },
    audio: audio && {
      codec: asText(audio.codec) || undefined,
      channels: asNumber(audio.channels),
      sampleRate: asNumber(audio.sample_rate),
      language: asText(audio.language) || undefined,
    },
    isHls: value.is_hls === true,
    playable: value.playable === true && !PICTURES.has(asText(value.format).toLowerCase()) && (address !== undefined || playlistText !== undefined),
    address,
    playlistText,
  };
}

function readSprite(value: unknown): Sprite | undefined {
  if (!isObject(value) || !Array.isArray(value.sheets)) return undefined;
  const sheets = value.sheets.slice(0, 200).map(asAddress).filter((one) => one !== undefined);
  const [columns, rows, count] = [asNumber(value.columns), asNumber(value.rows), asNumber(value.count)];
  const [cellWidth, cellHeight] = [asNumber(value.cell_width), asNumber(value.cell_height)];
  const intervalSeconds = asNumber(value.interval_seconds);
  if (!sheets.length || !columns || !rows || !cellWidth || !cellHeight || !intervalSeconds) return undefined;
  const most = sheets.length * columns * rows;
  return { sheets, columns, rows, cellWidth, cellHeight, count: Math.min(count || most, most), intervalSeconds };
}

function readPassages(value: unknown): Passage[] {
  const read = asObjects(value).flatMap((one): Passage[] => {
    const start = asNumber(one.start_seconds);
    if (start === undefined) return [];
    const text = [asText(one.title), asText(one.text)].filter(Boolean).join(" · ");
    return [{ start, end: Math.max(asNumber(one.end_seconds) ?? start, start), text, score: asNumber(one.score) }];
  });
  return read.sort((a, b) => a.start - b.start);
}

function readTracks(value: Json): Track[] {
  const made: Track[] = [
    { key: "chapters", kind: "chapters", label: "", passages: readPassages(value.chapters), leftOut: 0 },
    { key: "marks", kind: "marks", label: "", passages: readPassages(value.marks), leftOut: 0 },
    { key: "transcript", kind: "transcript", label: "", passages: readPassages(value.transcript), leftOut: 0 },
  ];
  asObjects(value.subtitles, MOST_TRACKS).forEach((one, position) => {
    const label = asText(one.label) || asText(one.language) || asText(one.id);
    const key = `subtitles:${asText(one.id) || position}`;
    const leftOut = asNumber(one.cues_left_out) ?? 0;
    made.push({ key, kind: "subtitles", label, passages: readPassages(one.cues), leftOut });
  });
  asObjects(value.findings, MOST_TRACKS).forEach((one, position) => {
    const leftOut = asNumber(one.items_left_out) ?? 0;
    const label = asText(one.track);
    made.push({ key: `finding:${position}`, kind: "finding", label, passages: readPassages(one.items), leftOut });
  });
  // What was recognised may come as subtitles as well: once is enough.
  const isSaid = made.some((track) => track.key === "subtitles:speech");
  const shown = made.filter((track) => (track.passages.length || track.leftOut) && !(isSaid && track.kind === "transcript"));
  return shown.slice(0, MOST_TRACKS);
}

export function readAsset(value: Json): Asset {
  const expires = Date.parse(asText(value.addresses_expire_at));
  const files = asObjects(value.files, MOST_FILES).map(readFile);
  const uncounted = Array.isArray(value.files) ? value.files.length - files.length : 0;
  return {
    ...readCard(value),
    description: asText(value.description) || undefined,
    category: asText(value.category) || undefined,
    files,
    filesLeftOut: (asNumber(value.files_left_out) ?? 0) + uncounted,
    sprite: readSprite(value.sprite),
    snapshots: asObjects(value.snapshots, 500).flatMap((one) => {
      const [seconds, address] = [asNumber(one.seconds), asAddress(one.address)];
      return seconds !== undefined && address ? [{ seconds, address }] : [];
    }),
    tracks: readTracks(value),
    problems: asWords(value.problems),
    expiresAt: Number.isNaN(expires) ? undefined : expires,
  };
}

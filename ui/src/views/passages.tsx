// Everything with a time and words, to be read, searched and jumped to. Only what is seen is in the page, so an hour of
// results scrolls as ten lines do; it is one stop of the Tab key, and arrow keys walk in it.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Passage, Track } from "../contract";
import type { Film } from "../film";
import { showClock } from "../format";
import { useWatched } from "../watched";
import type { Say } from "../words";
import { nameTrack } from "./timeline";

const ROW_HEIGHT = 44;
const SEEN_ROWS = 7;
const SPARE_ROWS = 6;

interface Row extends Passage {
  track: Track;
  folded: string;
}

export function Passages({ say, film, tracks, canJump }: { say: Say; film: Film; tracks: Track[]; canJump: boolean }) {
  const [wish, setWish] = useState("");
  const [only, setOnly] = useState("");
  const all = useMemo(() => listRows(tracks), [tracks]);
  const words = useMemo(() => fold(wish).split(/\s+/).filter(Boolean), [wish]);
  const rows = useMemo(
    () => all.filter((row) => (!only || row.track.key === only) && words.every((word) => row.folded.includes(word))),
    [all, only, words],
  );
  const leftOut = tracks.filter((track) => !only || track.key === only).reduce((sum, track) => sum + track.leftOut, 0);
  return (
    <section class="passages" aria-label={say("passages")}>
      <h2>{say("passages")}</h2>
      <div class="finder">
        <label>
          <span>{say("search")}</span>
          <input type="search" value={wish} placeholder={say("searchHint")} onInput={(event) => setWish(event.currentTarget.value)} />
        </label>
        <label>
          <span>{say("inTrack")}</span>
          <select value={only} onChange={(event) => setOnly(event.currentTarget.value)}>
            <option value="">{say("everything")}</option>
            {tracks.map((track) => <option key={track.key} value={track.key}>{nameTrack(say, track)}</option>)}
          </select>
        </label>
        <span role="status">{say(rows.length ? "matches" : "noMatches", { count: rows.length })}</span>
      </div>
      <List say={say} film={film} rows={rows} words={words} canJump={canJump} />
      {leftOut > 0 && <p class="hint">{say("leftOut", { count: leftOut })}</p>}
    </section>
  );
}

function List({ say, film, rows, words, canJump }: { say: Say; film: Film; rows: Row[]; words: string[]; canJump: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [active, setActive] = useState(0);
  // The passage that is being said now; the list does not scroll by itself, which would take it from its reader.
  const now = useWatched(film, (state) => (state.isPaused && state.seconds === 0 ? -1 : rows.findLastIndex((row) => row.start <= state.seconds && state.seconds < row.end)));
  useEffect(() => {
    setActive(0);
    setTop(0);
    box.current?.scrollTo({ top: 0 });
  }, [rows]);
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE_ROWS);
  const last = Math.min(rows.length, first + SEEN_ROWS + 2 * SPARE_ROWS);
  const show = (position: number) => {
    const chosen = Math.min(Math.max(0, position), rows.length - 1);
    setActive(chosen);
    const list = box.current!;
    if (chosen * ROW_HEIGHT < list.scrollTop) list.scrollTop = chosen * ROW_HEIGHT;
    if ((chosen + 1) * ROW_HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = (chosen + 1) * ROW_HEIGHT - list.clientHeight;
    setTop(list.scrollTop);
  };
  const jump = (position: number) => {
    const row = rows[position];
    if (row && canJump) film.seek(row.start);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + SEEN_ROWS, PageUp: active - SEEN_ROWS, Home: 0, End: rows.length - 1 };
    const step = steps[event.key];
    if (step !== undefined) show(step);
    else if (event.key === "Enter" || event.key === " ") jump(active);
    else return;
    event.preventDefault();
  };
  if (!rows.length) return null;
  return (
    <div
      ref={box}
      class="list"
      role="listbox"
      tabIndex={0}
      aria-label={say("passages")}
      aria-activedescendant={`passage-${active}`}
      style={{ maxHeight: `${ROW_HEIGHT * SEEN_ROWS}px` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: `${rows.length * ROW_HEIGHT}px`, position: "relative" }}>
        {rows.slice(first, last).map((row, offset) => {
          const position = first + offset;
          return (
            <div
              key={position}
              id={`passage-${position}`}
              class={position === now ? "row now" : "row"}
              role="option"
              aria-selected={position === active}
              aria-setsize={rows.length}
              aria-posinset={position + 1}
              aria-label={`${canJump ? say("goTo", { time: showClock(row.start) }) : showClock(row.start)}, ${nameTrack(say, row.track)}, ${row.text}`}
              title={row.text}
              style={{ top: `${position * ROW_HEIGHT}px`, height: `${ROW_HEIGHT}px` }}
              onClick={() => {
                setActive(position);
                jump(position);
              }}
            >
              <time>{showClock(row.start)}</time>
              <span class="source" dir="auto">{nameTrack(say, row.track)}</span>
              <span class="words" dir="auto">{markWords(row.text, words)}</span>
              {row.score !== undefined && <span class="score">{Math.round(row.score <= 1 ? row.score * 100 : row.score)} %</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

function listRows(tracks: Track[]): Row[] {
  const rows = tracks.flatMap((track) => track.passages.map((one) => ({ ...one, track, folded: fold(one.text) })));
  return rows.sort((a, b) => a.start - b.start);
}

/** The text with what was searched for marked. Where folding changes its length, the marks would be off: none then. */
function markWords(text: string, words: string[]): ComponentChildren {
  const folded = fold(text);
  if (!words.length || folded.length !== text.length) return text;
  const parts: ComponentChildren[] = [];
  let from = 0;
  while (from < text.length) {
    const hits = words.map((word) => [folded.indexOf(word, from), word.length] as const).filter(([at]) => at >= 0);
    if (!hits.length) break;
    const [at, length] = hits.reduce((best, hit) => (hit[0] < best[0] ? hit : best));
    parts.push(text.slice(from, at), <mark>{text.slice(at, at + length)}</mark>);
    from = at + length;
  }
  return [...parts, text.slice(from)];
}

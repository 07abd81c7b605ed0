// Chapters, subtitles and what the AI found, each a line of the time line. Lines are drawn, so that thousands of
// passages cost nothing; by keyboard and screen reader the same passages are in the list below.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Track } from "../contract";
import type { Film } from "../film";
import { showClock } from "../format";
import { useWatched } from "../watched";
import { sayValue, type Say } from "../words";

const LINE_HEIGHT = 18;
const NARROWEST = 2;
const GAP = 2;

export function nameTrack(say: Say, track: Track): string {
  if (track.kind === "finding") return sayValue(say, "finding", track.label);
  if (track.kind === "subtitles") return track.label ? `${say("captions")} · ${track.label}` : say("captions");
  return say(track.kind);
}

export function Timeline({ say, film, tracks }: { say: Say; film: Film; tracks: Track[] }) {
  const duration = useWatched(film, (state) => state.duration) || Math.max(1, ...tracks.flatMap((track) => track.passages.slice(-1).map((one) => one.end)));
  return (
    <section class="timeline" aria-label={say("timeline")}>
      <h2>{say("timeline")}</h2>
      {tracks.map((track) => <Line key={track.key} say={say} film={film} track={track} duration={duration} />)}
    </section>
  );
}

function Line({ say, film, track, duration }: { say: Say; film: Film; track: Track; duration: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [text, setText] = useState("");
  const name = nameTrack(say, track);
  useEffect(() => {
    const seen = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    seen.observe(canvas.current!);
    return () => seen.disconnect();
  }, []);
  const bars = useMemo(() => gather(track, duration, width), [track, duration, width]);
  useEffect(() => {
    const draw = () => paint(canvas.current!, bars, width);
    draw();
    // Colours follow the host's theme.
    const seen = new MutationObserver(draw);
    seen.observe(document.documentElement, { attributes: true });
    return () => seen.disconnect();
  }, [bars, width]);
  const find = (event: MouseEvent) => {
    const seconds = (event.offsetX / Math.max(1, width)) * duration;
    const reach = (4 / Math.max(1, width)) * duration;
    return track.passages.find((one) => one.start - reach <= seconds && seconds <= one.end + reach);
  };
  return (
    <div class="line">
      <span class="name" dir="auto">{name}</span>
      <div class="bars">
        <canvas
          ref={canvas}
          role="img"
          aria-label={say("trackOf", { track: name, count: track.passages.length })}
          style={{ height: `${LINE_HEIGHT}px` }}
          title={text}
          onPointerMove={(event) => {
            const found = find(event);
            setText(found ? `${showClock(found.start)} ${found.text}` : "");
          }}
          onClick={(event) => film.seek(find(event)?.start ?? (event.offsetX / Math.max(1, width)) * duration)}
        />
        <Head film={film} duration={duration} />
      </div>
    </div>
  );
}

function Head({ film, duration }: { film: Film; duration: number }) {
  const share = useWatched(film, (state) => Math.round((state.seconds / duration) * 2000) / 20);
  return <div class="playhead" style={{ left: `${Math.min(100, share)}%` }} />;
}

/** Passages in pixels, those that would touch each other made one: never more bars than pixels. */
function gather(track: Track, duration: number, width: number): [number, number][] {
  const bars: [number, number][] = [];
  for (const one of track.passages) {
    const left = Math.floor((one.start / duration) * width);
    // A gap tells where one ends and the next begins.
    const right = Math.max(left + NARROWEST, Math.floor((one.end / duration) * width) - GAP);
    const last = bars.at(-1);
    if (last && left < last[1] + 1) last[1] = Math.max(last[1], right);
    else bars.push([left, right]);
  }
  return bars;
}

function paint(canvas: HTMLCanvasElement, bars: [number, number][], width: number): void {
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.max(1, width * ratio), LINE_HEIGHT * ratio];
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(ratio, ratio);
  pen.fillStyle = getComputedStyle(canvas).color;
  for (const [left, right] of bars) pen.fillRect(left, 3, right - left, LINE_HEIGHT - 6);
}

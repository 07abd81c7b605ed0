// Where the film is, to be dragged: over pictures of it where there are any, with the picture and time under the pointer.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Asset, Sprite } from "../contract";
import type { Film } from "../film";
import { showClock } from "../format";
import { useWatched } from "../watched";
import type { Say } from "../words";

const STRIP_HEIGHT = 54;
const PREVIEW_WIDTH = 160;
const SLIDER_STEPS = 1000;

interface Frame {
  seconds: number;
  sheet: string;
  left: number;
  top: number;
  width: number;
  height: number;
  /** A picture of its own, not a cell of a sheet. */
  isWhole: boolean;
}

export function Scrubber({ say, film }: { say: Say; film: Film }) {
  const asset = useWatched(film, (state) => state.asset);
  const duration = useWatched(film, (state) => state.duration);
  const seconds = useWatched(film, (state) => state.seconds);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [pointed, point] = useState<number>();
  useEffect(() => {
    const seen = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    seen.observe(box.current!);
    return () => seen.disconnect();
  }, []);
  const frames = useMemo(() => listFrames(asset), [asset]);
  const strip = useMemo(() => spread(frames, duration, width), [frames, duration, width]);
  const at = pointed === undefined ? undefined : pointed * duration;
  const preview = at === undefined ? undefined : findFrame(frames, at);
  const onMove = (event: PointerEvent) => {
    const bounds = box.current!.getBoundingClientRect();
    point(Math.min(1, Math.max(0, (event.clientX - bounds.left) / bounds.width)));
  };
  return (
    <div ref={box} class={strip.length ? "scrubber pictured" : "scrubber"} onPointerMove={onMove} onPointerLeave={() => point(undefined)}>
      {strip.length > 0 && (
        <div class="strip" aria-hidden="true" style={{ height: `${STRIP_HEIGHT}px` }}>
          {strip.map((frame, position) => <Picture key={position} frame={frame} height={STRIP_HEIGHT} />)}
        </div>
      )}
      {duration > 0 && <div class="playhead" style={{ left: `${Math.min(100, (seconds / duration) * 100)}%` }} />}
      <input
        type="range"
        class="position"
        aria-label={say("position")}
        aria-valuetext={say("positionOf", { time: showClock(seconds), duration: showClock(duration) })}
        min="0"
        max={duration || 1}
        step={Math.max(duration / SLIDER_STEPS, 0.001)}
        value={seconds}
        disabled={!duration}
        onInput={(event) => film.seek(Number(event.currentTarget.value))}
      />
      {at !== undefined && duration > 0 && (
        <div class="preview" aria-hidden="true" style={{ left: `${Math.min(Math.max(0, pointed! * width - PREVIEW_WIDTH / 2), Math.max(0, width - PREVIEW_WIDTH))}px`, width: `${PREVIEW_WIDTH}px` }}>
          {preview && <Picture frame={preview} height={(PREVIEW_WIDTH * preview.height) / preview.width} />}
          <span>{showClock(at)}</span>
        </div>
      )}
    </div>
  );
}

/** One cell of a sheet, whatever the size of the sheet: the last one may have fewer rows. */
function Picture({ frame, height }: { frame: Frame; height: number }) {
  const scale = height / frame.height;
  // The address is a URL without quotes or spaces (contract.ts), and so cannot end the function it stands in.
  const image = `url("${frame.sheet.replace(/["\\\n]/g, encodeURIComponent)}")`;
  return (
    <div class="cell" style={{ width: `${frame.width * scale}px`, height: `${height}px` }}>
      <div
        style={{
          width: `${frame.width}px`,
          height: `${frame.height}px`,
          transform: `scale(${scale})`,
          backgroundImage: image,
          backgroundPosition: `-${frame.left}px -${frame.top}px`,
          backgroundSize: frame.isWhole ? "cover" : "auto",
        }}
      />
    </div>
  );
}

function listFrames(asset: Asset): Frame[] {
  if (asset.sprite) return Array.from({ length: asset.sprite.count }, (_none, position) => cutFrame(asset.sprite!, position));
  const [width, height] = asset.width && asset.height ? [asset.width, asset.height] : [16, 9];
  const size = { left: 0, top: 0, width: PREVIEW_WIDTH, height: (PREVIEW_WIDTH * height) / width, isWhole: true };
  return asset.snapshots.map((one) => ({ ...size, seconds: one.seconds, sheet: one.address })).sort((a, b) => a.seconds - b.seconds);
}

function cutFrame(sprite: Sprite, position: number): Frame {
  const inSheet = position % (sprite.columns * sprite.rows);
  return {
    seconds: position * sprite.intervalSeconds,
    sheet: sprite.sheets[Math.floor(position / (sprite.columns * sprite.rows))]!,
    left: (inSheet % sprite.columns) * sprite.cellWidth,
    top: Math.floor(inSheet / sprite.columns) * sprite.cellHeight,
    width: sprite.cellWidth,
    height: sprite.cellHeight,
    isWhole: false,
  };
}

function findFrame(frames: Frame[], seconds: number): Frame | undefined {
  return frames.findLast((frame) => frame.seconds <= seconds) ?? frames[0];
}

/** As many frames as fit beside each other, each the one of its place. */
function spread(frames: Frame[], duration: number, width: number): Frame[] {
  const first = frames[0];
  if (!first || !duration || !width) return [];
  const count = Math.ceil(width / ((STRIP_HEIGHT * first.width) / first.height));
  return Array.from({ length: count }, (_none, position) => findFrame(frames, ((position + 0.5) / count) * duration)!);
}

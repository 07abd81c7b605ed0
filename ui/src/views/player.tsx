// The picture, its subtitles, and what it is steered with; every key works wherever the focus is within it.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Connection } from "../connection";
import { nameFile, type Film } from "../film";
import { showClock } from "../format";
import { useWatched } from "../watched";
import { sayValue, type Say } from "../words";
import { Scrubber } from "./scrubber";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const MOST_CAPTIONS = 3;

export function Player({ connection, say, film }: { connection: Connection; say: Say; film: Film }) {
  const video = useRef<HTMLVideoElement>(null);
  const state = useWatched(film, (all) => all);
  const isFullscreen = useWatched(connection, (all) => all.isFullscreen);
  const canBeFullscreen = useWatched(connection, (all) => all.canBeFullscreen);
  // Before the first picture: whoever sees a button can press it.
  useLayoutEffect(() => {
    film.mount(video.current!);
    return () => film.unmount();
  }, [film]);
  const { asset } = state;
  const subtitles = asset.tracks.filter((track) => track.kind === "subtitles");
  const playable = asset.files.filter((file) => file.playable);
  const toggleFullscreen = () => void connection.toggleFullscreen().catch(() => undefined);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const isChoice = target instanceof HTMLSelectElement;
    const isButton = target instanceof HTMLButtonElement;
    const isSlider = target instanceof HTMLInputElement;
    if (isChoice) return;
    const act: Record<string, (() => void) | undefined> = {
      " ": isButton ? undefined : () => film.toggle(),
      k: () => film.toggle(),
      j: () => film.step(-10),
      l: () => film.step(10),
      m: () => film.mute(!state.isMuted),
      f: canBeFullscreen ? toggleFullscreen : undefined,
      c: subtitles.length ? () => film.setCaptions(state.captions ? "" : subtitles[0]!.key) : undefined,
      ArrowLeft: isSlider ? undefined : () => film.step(-5),
      ArrowRight: isSlider ? undefined : () => film.step(5),
      Home: isSlider ? undefined : () => film.seek(0),
    };
    const chosen = act[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!chosen) return;
    event.preventDefault();
    chosen();
  };
  const captions = state.captions && asset.tracks.find((track) => track.key === state.captions);
  const shown = captions ? captions.passages.filter((one) => one.start <= state.seconds && state.seconds < one.end).slice(0, MOST_CAPTIONS) : [];
  const isAudio = asset.kind === "audio";
  return (
    <section class="player" aria-label={say("player")} onKeyDown={onKeyDown}>
      <div class={isAudio ? "screen sound" : "screen"} onClick={() => film.toggle()}>
        <video ref={video} playsInline preload="metadata" poster={asset.cover} tabIndex={-1} aria-label={asset.title || say("untitled")} />
        {shown.length > 0 && <div class="captions" aria-hidden="true">{shown.map((one, position) => <span key={position} dir="auto">{one.text}</span>)}</div>}
      </div>
      {state.note && (
        <p class="hint" role="status">{say(state.note.word, state.note.values)}</p>
      )}
      <Scrubber say={say} film={film} />
      <div class="controls">
        <button class="primary play" aria-keyshortcuts="Space K" onClick={() => film.toggle()} disabled={!state.file}>
          <Icon name={state.isPaused ? "play" : "pause"} /> {say(state.isPaused ? "play" : "pause")}
        </button>
        <span class="clock">{showClock(state.seconds)} / {showClock(state.duration)}</span>
        <button aria-keyshortcuts="M" aria-pressed={state.isMuted} onClick={() => film.mute(!state.isMuted)}>{say(state.isMuted ? "unmute" : "mute")}</button>
        <label class="volume">
          <span>{say("volume")}</span>
          <input type="range" min="0" max="1" step="0.05" value={state.isMuted ? 0 : state.volume} onInput={(event) => film.setVolume(Number(event.currentTarget.value))} />
        </label>
        {playable.length > 1 && (
          <label>
            <span>{say("quality")}</span>
            <select value={state.file?.id} onChange={(event) => film.choose(event.currentTarget.value)}>
              {playable.map((file) => (
                <option key={file.id} value={file.id}>{nameFile(file)}{file.role === "source" ? ` (${sayValue(say, "role", file.role)})` : ""}</option>
              ))}
            </select>
          </label>
        )}
        {state.levels.length > 1 && (
          <label>
            <span>{say("level")}</span>
            <select value={state.level} onChange={(event) => film.setLevel(Number(event.currentTarget.value))}>
              <option value={-1}>{say("automatic")}</option>
              {state.levels.map((level, position) => (
                <option key={position} value={position}>{level.height ? `${level.height}p` : `${Math.round(level.bitrate / 1000)} kb/s`}</option>
              ))}
            </select>
          </label>
        )}
        {subtitles.length > 0 && (
          <label>
            <span>{say("captions")}</span>
            <select value={state.captions} onChange={(event) => film.setCaptions(event.currentTarget.value)}>
              <option value="">{say("off")}</option>
              {subtitles.map((track) => <option key={track.key} value={track.key}>{track.label || say("captions")}</option>)}
            </select>
          </label>
        )}
        <label>
          <span>{say("speed")}</span>
          <select value={state.speed} onChange={(event) => film.setSpeed(Number(event.currentTarget.value))}>
            {SPEEDS.map((speed) => <option key={speed} value={speed}>{speed}×</option>)}
          </select>
        </label>
        {canBeFullscreen && (
          <button aria-keyshortcuts="F" onClick={toggleFullscreen}>{say(isFullscreen ? "leaveFullscreen" : "fullscreen")}</button>
        )}
      </div>
      <p class="keys">{say("keys")}</p>
    </section>
  );
}

function Icon({ name }: { name: "play" | "pause" }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" fill="currentColor">
      <path d={name === "play" ? "M2 1v10l9-5z" : "M2 1h3v10H2zM7 1h3v10H7z"} />
    </svg>
  );
}

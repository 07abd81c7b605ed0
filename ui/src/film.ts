// What is being played, from the first frame to the last: the chosen file, where it is, and how it goes on after its
// addresses have expired. Knows no view; views watch it.
import type { Asset, MediaFile } from "./contract";
import { Source, type Problem } from "./source";

export interface FilmState {
  asset: Asset;
  file: MediaFile | undefined;
  isPaused: boolean;
  seconds: number;
  duration: number;
  isMuted: boolean;
  volume: number;
  speed: number;
  levels: { height: number; bitrate: number }[];
  level: number;
  captions: string;
  note: { word: "renewing" | "renewalFailed" | "noAddress" | "unplayable" | "triedNext" | "hlsBlocked"; values: Record<string, string> } | undefined;
}

const RENEW_BEFORE_MILLISECONDS = 45_000;
const LONGEST_TIMER_MILLISECONDS = 2_000_000_000;
const MOST_RENEWALS_IN_A_ROW = 3;
const PICTURE_BYTES = 200_000;

export class Film {
  state: FilmState;
  private video: HTMLVideoElement | undefined;
  private source: Source | undefined;
  private timer: number | undefined;
  /** Where a source begins that is not ready yet. */
  private start = 0;
  private renewals = 0;
  private isRenewing = false;
  private readonly tried = new Set<string>();
  private readonly watchers = new Set<() => void>();
  private closed = new AbortController();

  constructor(asset: Asset, private readonly fetchAgain: () => Promise<Asset>, private readonly explain: (error: unknown) => string) {
    this.state = {
      asset, file: chooseFirst(asset.files), isPaused: true, seconds: 0, duration: asset.durationSeconds ?? 0,
      isMuted: false, volume: 1, speed: 1, levels: [], level: -1, captions: "", note: undefined,
    };
    if (!this.state.file) this.state.note = { word: "noAddress", values: {} };
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  mount(video: HTMLVideoElement): void {
    this.closed = new AbortController();
    this.video = video;
    const on = (name: string, act: () => void) => video.addEventListener(name, act, { signal: this.closed.signal });
    on("timeupdate", () => {
      // Something was played by these addresses: they are good.
      if (video.currentTime > 0 && !video.paused) this.renewals = 0;
      this.change({ seconds: video.currentTime });
    });
    on("seeking", () => this.change({ seconds: video.currentTime }));
    on("play", () => this.change({ isPaused: false }));
    on("pause", () => this.change({ isPaused: true }));
    on("volumechange", () => this.change({ isMuted: video.muted, volume: video.volume }));
    on("ratechange", () => this.change({ speed: video.playbackRate }));
    on("durationchange", () => {
      if (Number.isFinite(video.duration) && video.duration > 0) this.change({ duration: video.duration });
    });
    document.addEventListener("visibilitychange", () => this.planRenewal(), { signal: this.closed.signal });
    if (this.state.file) this.attach(this.state.file, this.state.seconds, false);
  }

  unmount(): void {
    this.closed.abort();
    window.clearTimeout(this.timer);
    this.source?.close();
    this.source = this.video = undefined;
  }

  toggle(): void {
    if (!this.video) return;
    if (this.video.paused) void this.video.play().catch(() => undefined);
    else this.video.pause();
  }

  seek(seconds: number): void {
    const within = Math.min(Math.max(0, seconds), this.state.duration || seconds);
    if (this.video?.readyState) this.video.currentTime = within;
    else this.start = within;
    this.change({ seconds: within });
  }

  step(seconds: number): void {
    this.seek((this.video?.currentTime ?? this.state.seconds) + seconds);
  }

  mute(isMuted: boolean): void {
    if (this.video) this.video.muted = isMuted;
  }

  setVolume(volume: number): void {
    if (this.video) [this.video.volume, this.video.muted] = [volume, volume === 0];
  }

  setSpeed(speed: number): void {
    if (this.video) this.video.playbackRate = speed;
  }

  setLevel(level: number): void {
    if (this.source) this.source.level = level;
    this.change({ level });
  }

  setCaptions(captions: string): void {
    this.change({ captions });
  }

  choose(id: string): void {
    const file = this.state.asset.files.find((one) => one.id === id && one.playable);
    if (!file) return;
    this.tried.clear();
    this.change({ note: undefined });
    this.attach(file, this.state.seconds, !this.state.isPaused);
  }

  /** The frame that is seen, as base64 of a JPEG within its bytes; undefined where the browser does not let it be read. */
  takePicture(): string | undefined {
    return this.video?.videoWidth ? drawPicture(this.video, this.video.videoWidth, this.video.videoHeight) : undefined;
  }

  private attach(file: MediaFile, seconds: number, plays: boolean): void {
    const video = this.video;
    if (!video) return;
    this.source?.close();
    this.start = seconds;
    const speed = this.state.speed;
    this.change({ file, levels: [], level: -1 });
    const source: Source = new Source(video, file, {
      onProblem: (problem, detail) => {
        if (this.source === source || this.source === undefined) void this.overcome(problem, detail, file, plays);
      },
      onLevels: (levels) => this.change({ levels }),
    });
    this.source = source;
    const go = () => {
      video.playbackRate = speed;
      if (this.start > 0) video.currentTime = this.start;
      if (plays) void video.play().catch(() => undefined);
    };
    video.addEventListener("loadedmetadata", go, { once: true, signal: this.closed.signal });
    this.planRenewal();
  }

  private async overcome(problem: Problem, detail: string, file: MediaFile, played: boolean): Promise<void> {
    // What was on its way when it broke; a source that never began keeps where it was meant to begin.
    const [seconds, plays] = this.video?.readyState ? [this.state.seconds, !this.state.isPaused] : [this.start, played || !this.state.isPaused];
    if (problem === "expired") {
      if (this.renewals < MOST_RENEWALS_IN_A_ROW) return this.renew(seconds, plays);
      return this.change({ note: { word: "renewalFailed", values: { reason: detail } } });
    }
    this.tried.add(file.id);
    const next = this.state.asset.files.find((one) => one.playable && !this.tried.has(one.id) && !(problem === "blocked" && one.isHls));
    const names = { file: nameFile(file), next: next ? nameFile(next) : "" };
    if (!next) {
      this.source?.close();
      return this.change({ note: { word: problem === "blocked" ? "hlsBlocked" : "unplayable", values: names } });
    }
    this.change({ note: { word: "triedNext", values: names } });
    this.attach(next, seconds, plays);
  }

  /** New addresses for the same file, which goes on where it was. */
  private async renew(seconds: number, plays: boolean): Promise<void> {
    if (this.isRenewing) return;
    this.isRenewing = true;
    this.renewals += 1;
    this.change({ note: { word: "renewing", values: {} } });
    try {
      const asset = await this.fetchAgain();
      if (this.closed.signal.aborted) return;
      this.change({ asset, note: undefined });
      const file = asset.files.find((one) => one.id === this.state.file?.id && one.playable) ?? chooseFirst(asset.files);
      if (file) this.attach(file, seconds, plays);
      else this.change({ note: { word: "noAddress", values: {} } });
    } catch (error) {
      this.change({ note: { word: "renewalFailed", values: { reason: this.explain(error) } } });
    } finally {
      this.isRenewing = false;
    }
  }

  /** Before they expire, and only while somebody may be looking. */
  private planRenewal(): void {
    window.clearTimeout(this.timer);
    const expires = this.state.asset.expiresAt;
    if (expires === undefined || document.hidden) return;
    // A clock that goes wrong must not make this fetch without end.
    const wait = Math.min(Math.max(expires - Date.now() - RENEW_BEFORE_MILLISECONDS, 20_000), LONGEST_TIMER_MILLISECONDS);
    this.timer = window.setTimeout(() => {
      if (this.state.isPaused && this.state.seconds === 0) return;
      void this.renew(this.state.seconds, !this.state.isPaused);
    }, wait);
  }

  private change(changed: Partial<FilmState>): void {
    this.state = { ...this.state, ...changed };
    for (const watcher of this.watchers) watcher();
  }
}

export function nameFile(file: MediaFile): string {
  const height = file.video?.height ? `${file.video.height}p` : "";
  return [file.definition || height || file.name, file.isHls ? "HLS" : file.format].filter(Boolean).join(" · ");
}

/** A rendition that was made to be played, of a size that suits a conversation; the source where there is none. */
function chooseFirst(files: MediaFile[]): MediaFile | undefined {
  const playable = files.filter((file) => file.playable);
  const far = (file: MediaFile) => (file.role === "stream" ? 0 : 1_000) + Math.abs((file.video?.height ?? 720) - 720) + (file.isHls ? 1 : 0);
  return playable.sort((a, b) => far(a) - far(b))[0];
}

/** Base64 of a JPEG of at most PICTURE_BYTES; undefined if the picture may not be read, or there is none yet. */
export function drawPicture(from: CanvasImageSource, width: number, height: number): string | undefined {
  try {
    for (const [edge, quality] of [[960, 0.82], [960, 0.6], [640, 0.6], [480, 0.5], [320, 0.4]] as const) {
      const scale = Math.min(1, edge / Math.max(width, height));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
      canvas.getContext("2d")!.drawImage(from, 0, 0, canvas.width, canvas.height);
      const data = canvas.toDataURL("image/jpeg", quality).split(",")[1] ?? "";
      if (data && (data.length * 3) / 4 <= PICTURE_BYTES) return data;
    }
  } catch {
    // Drawn from another origin that does not allow it.
  }
  return undefined;
}

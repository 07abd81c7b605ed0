// One file in the player: plain (the browser fetches it by itself) or HLS (hls.js does), and why it does not play.
import Hls, { type HlsConfig, type Loader, type LoaderCallbacks, type LoaderConfiguration, type PlaylistLoaderContext } from "hls.js/light";
import type { MediaFile } from "./contract";

/** `expired`: new addresses may help. `unplayable`: this browser cannot. `blocked`: the host's policy forbids it. */
export type Problem = "expired" | "unplayable" | "blocked";

export interface SourceEvents {
  onProblem: (problem: Problem, detail: string) => void;
  onLevels: (levels: { height: number; bitrate: number }[]) => void;
}

const DENIED = new Set([400, 401, 403]);
const GONE = new Set([404, 410]);

export class Source {
  private hls: Hls | undefined;
  private readonly stop = new AbortController();
  private mediaRecoveries = 0;
  private networkRecoveries = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    readonly file: MediaFile,
    private readonly events: SourceEvents,
  ) {
    if (file.isHls) this.openStream();
    else this.openPlain(true);
  }

  get address(): string {
    // A playlist that came as text still needs an address that its own relative names would be resolved by.
    return this.file.address ?? "https://playlist.invalid/playlist.m3u8";
  }

  set level(level: number) {
    if (this.hls) this.hls.currentLevel = level;
  }

  close(): void {
    this.stop.abort();
    this.hls?.destroy();
    this.hls = undefined;
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** `clean`: asked for by the rules of CORS, so that a frame of it may be drawn; not every bucket answers them. */
  private openPlain(clean: boolean): void {
    if (clean) this.video.crossOrigin = "anonymous";
    else this.video.removeAttribute("crossorigin");
    const failed = () => void this.explainPlain(clean);
    this.video.addEventListener("error", failed, { once: true, signal: this.stop.signal });
    this.video.src = this.address;
  }

  private async explainPlain(clean: boolean): Promise<void> {
    const error = this.video.error;
    const status = await this.askStatus();
    if (this.stop.signal.aborted) return;
    const detail = status ? `HTTP ${status}` : (error?.message ?? "");
    if (DENIED.has(status) || GONE.has(status) || status >= 500) return this.events.onProblem("expired", detail);
    if (status) return this.events.onProblem("unplayable", detail);
    if (clean) return this.openPlain(false);
    // Without an answer that may be read: what played before broke off, what never did cannot.
    const broke = error?.code === MediaError.MEDIA_ERR_NETWORK || this.video.readyState > 0;
    this.events.onProblem(broke ? "expired" : "unplayable", detail);
  }

  /** The status of the address, 0 if it may not be read or nobody answers. The body is not fetched. */
  private async askStatus(): Promise<number> {
    const enough = new AbortController();
    try {
      const signal = AbortSignal.any([enough.signal, this.stop.signal, AbortSignal.timeout(10_000)]);
      return (await fetch(this.address, { credentials: "omit", signal })).status;
    } catch {
      return 0;
    } finally {
      enough.abort();
    }
  }

  private openStream(): void {
    if (!Hls.isSupported()) {
      if (this.video.canPlayType("application/vnd.apple.mpegurl") && this.file.address) return this.openPlain(true);
      return this.events.onProblem("unplayable", "HLS");
    }
    document.addEventListener("securitypolicyviolation", this.onViolation, { signal: this.stop.signal });
    const config: Partial<HlsConfig> = { enableWorker: false, maxBufferLength: 30, backBufferLength: 60 };
    if (this.file.playlistText) config.pLoader = answerWith(this.address, this.file.playlistText);
    const hls = (this.hls = new Hls(config));
    hls.on(Hls.Events.MANIFEST_PARSED, (_event, data) => {
      this.events.onLevels(data.levels.map((level) => ({ height: level.height, bitrate: level.bitrate })));
    });
    hls.on(Hls.Events.ERROR, (_event, data) => {
      const status = data.response?.code ?? 0;
      if (DENIED.has(status)) return this.events.onProblem("expired", `HTTP ${status}`);
      if (!data.fatal) return;
      if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.mediaRecoveries++ < 2) return this.recover(hls);
      if (data.type === Hls.ErrorTypes.NETWORK_ERROR && !GONE.has(status) && this.networkRecoveries++ < 1) return hls.startLoad();
      const isNetwork = data.type === Hls.ErrorTypes.NETWORK_ERROR;
      this.events.onProblem(isNetwork ? "expired" : "unplayable", status ? `HTTP ${status}` : data.details);
    });
    hls.loadSource(this.address);
    hls.attachMedia(this.video);
  }

  /** With a new buffer, which is paused at first. */
  private recover(hls: Hls): void {
    const plays = !this.video.paused;
    hls.recoverMediaError();
    if (plays) void this.video.play().catch(() => undefined);
  }

  private readonly onViolation = (event: SecurityPolicyViolationEvent) => {
    if (event.blockedURI.startsWith("blob") && event.effectiveDirective.startsWith("media")) {
      this.events.onProblem("blocked", event.effectiveDirective);
    }
  };
}

/** A loader of playlists that has one of them already. */
function answerWith(address: string, text: string): HlsConfig["pLoader"] {
  const Usual = Hls.DefaultConfig.loader as unknown as new (config: HlsConfig) => Loader<PlaylistLoaderContext>;
  return class extends Usual {
    load(context: PlaylistLoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<PlaylistLoaderContext>): void {
      if (context.url !== address) return super.load(context, config, callbacks);
      const now = performance.now();
      const stats = this.stats;
      stats.loaded = stats.total = text.length;
      stats.loading = { start: now, first: now, end: now };
      queueMicrotask(() => callbacks.onSuccess({ url: address, data: text, code: 200 }, stats, context, null));
    }
  } as unknown as HlsConfig["pLoader"];
}

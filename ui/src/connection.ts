// The one connection to the host, and what its views ask of it.
import { App, applyDocumentTheme, applyHostStyleVariables, type McpUiHostContext } from "@modelcontextprotocol/ext-apps";
import { readAsset, readCard, asObjects, isObject, type Asset, type Card } from "./contract";
import { readContent, readScene, readText, type Scene } from "./scene";
import { chooseLanguage, sayIn, type Say, type Language } from "./words";

type Json = Record<string, unknown>;

/** What the views are drawn from. A new object for every change. */
export interface State {
  scene: Scene;
  language: Language;
  say: Say;
  isConnected: boolean;
  hasFailed: boolean;
  isCancelled: boolean;
  canBeFullscreen: boolean;
  isFullscreen: boolean;
}

export class Refusal extends Error {}

const CARDS_A_CALL = 40;
const CALL_MILLISECONDS = 60_000;
/** Of the arguments of the call that is shown, these say where its assets are. */
const WHERE = ["account", "region"];

export class Connection {
  state: State;
  private readonly app = new App(
    { name: "ims-viewer", version: "1.0.0" },
    { availableDisplayModes: ["inline", "fullscreen"] },
    { autoResize: true },
  );
  private args: Json = {};
  private readonly watchers = new Set<() => void>();

  constructor() {
    const language = chooseLanguage(navigator.language);
    this.state = {
      scene: { kind: "waiting" }, language, say: sayIn(language),
      isConnected: false, hasFailed: false, isCancelled: false, canBeFullscreen: false, isFullscreen: false,
    };
    this.app.ontoolinput = (params) => {
      this.args = isObject(params.arguments) ? params.arguments : {};
    };
    this.app.ontoolresult = (params) => this.change({ scene: readScene(params as Json, this.args), isCancelled: false });
    this.app.ontoolcancelled = () => this.change({ isCancelled: true });
    this.app.onhostcontextchanged = (changed) => this.take(changed);
    this.app.onteardown = () => {
      this.change({ scene: { kind: "waiting" } });
      return {};
    };
  }

  async open(): Promise<void> {
    try {
      await this.app.connect();
      this.take(this.app.getHostContext() ?? {});
      this.change({ isConnected: true });
    } catch {
      this.change({ hasFailed: true });
    }
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  get canAsk(): boolean {
    return this.app.getHostCapabilities()?.serverTools !== undefined;
  }

  /** The structured result of a tool of the server. Throws a Refusal with the text of an error. */
  async call(name: string, args: Json): Promise<Json> {
    const where = Object.fromEntries(WHERE.filter((key) => key in this.args).map((key) => [key, this.args[key]]));
    const options = { timeout: CALL_MILLISECONDS };
    const result = (await this.app.callServerTool({ name, arguments: { ...where, ...args } }, options)) as Json;
    const content = readContent(result);
    if (result.isError === true || !content) throw new Refusal(readText(result) || name);
    return content;
  }

  async fetchAsset(id: string): Promise<Asset> {
    const content = await this.call("view_media", { MediaIds: [id], detail: "whole" });
    if (!isObject(content.asset)) throw new Refusal(id);
    return readAsset(content.asset);
  }

  /** The cards of some assets, in their order; one that is gone has none. */
  async fetchCards(ids: string[]): Promise<Card[]> {
    const cards: Card[] = [];
    for (let from = 0; from < ids.length; from += CARDS_A_CALL) {
      const some = ids.slice(from, from + CARDS_A_CALL);
      cards.push(...asObjects((await this.call("view_media", { MediaIds: some, detail: "cover" })).assets).map(readCard));
    }
    return cards;
  }

  get canTakeMoment(): boolean {
    const can = this.app.getHostCapabilities();
    return can?.updateModelContext !== undefined || can?.message !== undefined;
  }

  get canSend(): boolean {
    const can = this.app.getHostCapabilities();
    return can?.message !== undefined && can.updateModelContext !== undefined;
  }

  get takesPictures(): boolean {
    return this.app.getHostCapabilities()?.updateModelContext?.image !== undefined;
  }

  /** Lays a text, and a picture where there is one, into what the model reads next. */
  async point(text: string, picture: string | undefined, structured: Json): Promise<void> {
    const can = this.app.getHostCapabilities();
    const image = picture && { type: "image" as const, data: picture, mimeType: "image/jpeg" };
    const content = [{ type: "text" as const, text }, ...(image && this.takesPictures ? [image] : [])];
    if (can?.updateModelContext === undefined) return this.send(text);
    const structuredContent = can.updateModelContext.structuredContent ? structured : undefined;
    await this.app.updateModelContext({ content, ...(structuredContent && { structuredContent }) });
  }

  /** Says it in the chat, in the user's name. */
  async send(text: string): Promise<void> {
    const answer = await this.app.sendMessage({ role: "user", content: [{ type: "text", text }] });
    if (answer.isError) throw new Refusal("ui/message");
  }

  async toggleFullscreen(): Promise<void> {
    const answer = await this.app.requestDisplayMode({ mode: this.state.isFullscreen ? "inline" : "fullscreen" });
    this.change({ isFullscreen: answer.mode === "fullscreen" });
  }

  show(scene: Scene): void {
    this.change({ scene });
  }

  private take(context: McpUiHostContext): void {
    if (context.theme) applyDocumentTheme(context.theme);
    // Fonts of the host are not taken: they would have to be fetched.
    if (context.styles?.variables) applyHostStyleVariables(context.styles.variables);
    const changed: Partial<State> = {};
    if (context.locale) {
      changed.language = chooseLanguage(context.locale);
      changed.say = sayIn(changed.language);
      document.documentElement.lang = changed.language === "zh" ? "zh-CN" : "en";
    }
    if (context.availableDisplayModes) changed.canBeFullscreen = context.availableDisplayModes.includes("fullscreen");
    if (context.displayMode) changed.isFullscreen = context.displayMode === "fullscreen";
    this.change(changed);
  }

  private change(changed: Partial<State>): void {
    this.state = { ...this.state, ...changed };
    for (const watcher of this.watchers) watcher();
  }
}

export function explain(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 600);
}

// One app in its sandbox: a frame of another origin that holds the app's own frame, and the bridge to it.
import { AppBridge, PostMessageTransport, type McpUiHostContext, type McpUiHostCapabilities } from "@modelcontextprotocol/ext-apps/app-bridge";
import type { CallToolRequest, CallToolResult, Client } from "@modelcontextprotocol/client";

export interface Csp {
  connectDomains?: string[];
  resourceDomains?: string[];
}

export interface Showing {
  html: string;
  csp: Csp;
  toolInput: Record<string, unknown>;
  toolResult: CallToolResult;
  context: McpUiHostContext;
  capabilities?: McpUiHostCapabilities;
  /** Answers the app's calls where there is no client. */
  answer?: (name: string, args: Record<string, unknown>) => Promise<CallToolResult>;
}

/** What the app asked of its host, in order. */
export interface Records {
  context: unknown[];
  messages: unknown[];
  modes: string[];
  calls: { name: string; arguments: unknown }[];
}

const CAPABILITIES: McpUiHostCapabilities = {
  serverTools: {},
  updateModelContext: { text: {}, image: {}, structuredContent: {} },
  message: { text: {} },
};

export class Stage {
  readonly records: Records = { context: [], messages: [], modes: [], calls: [] };
  private bridge: AppBridge | undefined;
  private context: McpUiHostContext = {};

  constructor(private readonly place: HTMLElement, private readonly onRecord: () => void) {}

  async show(showing: Showing, client: Client | null): Promise<void> {
    await this.close();
    this.context = { availableDisplayModes: ["inline", "fullscreen"], displayMode: "inline", ...showing.context };
    const bridge = (this.bridge = new AppBridge(
      client,
      { name: "reference-host", version: "1.0.0" },
      showing.capabilities ?? CAPABILITIES,
      { hostContext: this.context },
    ));
    const frame = document.createElement("iframe");
    frame.title = "App";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
    // The other name of this machine is another origin.
    const sandbox = new URL("/sandbox.html", location.href);
    sandbox.hostname = location.hostname === "localhost" ? "127.0.0.1" : "localhost";
    sandbox.searchParams.set("csp", JSON.stringify(showing.csp));
    frame.src = sandbox.href;
    this.hear(bridge, frame, showing);
    if (client) {
      const forward = bridge.oncalltool!;
      bridge.oncalltool = (params, extra) => this.note(params) ?? forward(params, extra);
    } else {
      bridge.oncalltool = async (params) => {
        this.note(params);
        return showing.answer!(params.name, params.arguments ?? {});
      };
    }
    const isReady = new Promise<void>((resolve) => (bridge.onsandboxready = () => resolve()));
    const isInitialized = new Promise<void>((resolve) => (bridge.oninitialized = () => resolve()));
    this.place.replaceChildren(frame);
    await bridge.connect(new PostMessageTransport(frame.contentWindow!, frame.contentWindow!));
    await isReady;
    await bridge.sendSandboxResourceReady({ html: showing.html, csp: showing.csp, sandbox: "allow-scripts" });
    await isInitialized;
    await bridge.sendToolInput({ arguments: showing.toolInput });
    await bridge.sendToolResult(showing.toolResult);
  }

  setContext(changed: McpUiHostContext): void {
    this.context = { ...this.context, ...changed };
    this.bridge?.setHostContext(this.context);
  }

  async close(): Promise<void> {
    const bridge = this.bridge;
    this.bridge = undefined;
    if (!bridge) return;
    await Promise.race([bridge.teardownResource({}), new Promise((resolve) => setTimeout(resolve, 500))]).catch(() => undefined);
    await bridge.close();
    this.place.replaceChildren();
  }

  private hear(bridge: AppBridge, frame: HTMLIFrameElement, showing: Showing): void {
    const record = () => this.onRecord();
    bridge.onupdatemodelcontext = async (params) => {
      this.records.context.push(params);
      record();
      return {};
    };
    bridge.onmessage = async (params) => {
      this.records.messages.push(params);
      record();
      return {};
    };
    bridge.onrequestdisplaymode = async ({ mode }) => {
      const given = showing.context.availableDisplayModes?.includes(mode) ?? mode !== "pip" ? mode : "inline";
      this.records.modes.push(given);
      frame.classList.toggle("fullscreen", given === "fullscreen");
      record();
      this.setContext({ displayMode: given });
      return { mode: given };
    };
    bridge.onsizechange = ({ height }) => {
      if (height !== undefined) frame.style.height = `${Math.min(height, 6_000)}px`;
    };
  }

  private note(params: CallToolRequest["params"]): undefined {
    this.records.calls.push({ name: params.name, arguments: params.arguments });
    this.onRecord();
    return undefined;
  }
}

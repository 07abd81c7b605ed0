// A small host of MCP Apps, for tests and for people who look at the viewer: it speaks to a server of `ims-mcp serve
// --http` (?server=http://127.0.0.1:8000/mcp), or shows what a test hands it.
import "./host.css";
import { getToolUiResourceUri, isToolVisibilityAppOnly } from "@modelcontextprotocol/ext-apps/app-bridge";
import { Client, StreamableHTTPClientTransport, type CallToolResult, type Tool } from "@modelcontextprotocol/client";
import { Stage, type Csp, type Showing } from "./stage";

const record = document.getElementById("record")!;
const form = document.getElementById("call") as HTMLFormElement;
const fields = {
  tool: form.elements.namedItem("tool") as HTMLSelectElement,
  args: form.elements.namedItem("args") as HTMLTextAreaElement,
  theme: form.elements.namedItem("theme") as HTMLSelectElement,
  locale: form.elements.namedItem("locale") as HTMLSelectElement,
};
const stage = new Stage(document.getElementById("place")!, () => {
  record.textContent = JSON.stringify(stage.records, (_key, value) => (typeof value === "string" && value.length > 400 ? `${value.length} characters` : value), 1);
});

let client: Client | undefined;
let tools: Tool[] = [];

async function connect(server: string): Promise<string[]> {
  const extensions = { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html;profile=mcp-app"] } };
  client = new Client({ name: "reference-host", version: "1.0.0" }, { capabilities: { extensions } });
  await client.connect(new StreamableHTTPClientTransport(new URL(server)));
  tools = (await client.listTools()).tools;
  // What only an app may call is not offered, as a host does not offer it to its model.
  const offered = tools.filter((tool) => !isToolVisibilityAppOnly(tool)).map((tool) => tool.name);
  fields.tool.replaceChildren(...offered.map((name) => new Option(name)));
  return tools.map((tool) => tool.name);
}

async function run(name: string, args: Record<string, unknown>, context: Showing["context"]): Promise<CallToolResult> {
  const result = (await client!.callTool({ name, arguments: args })) as CallToolResult;
  const uri = getToolUiResourceUri(tools.find((tool) => tool.name === name) ?? {});
  if (!uri) {
    await stage.close();
    record.textContent = JSON.stringify(result, undefined, 1);
    return result;
  }
  const content = (await client!.readResource({ uri })).contents[0]!;
  const csp = ((content._meta?.ui as { csp?: Csp } | undefined)?.csp ?? {}) as Csp;
  const html = "text" in content ? content.text : new TextDecoder().decode(Uint8Array.from(atob(content.blob), (one) => one.charCodeAt(0)));
  await stage.show({ html, csp, toolInput: args, toolResult: result, context }, client!);
  return result;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const context = { theme: fields.theme.value as "light" | "dark", locale: fields.locale.value };
  document.documentElement.style.colorScheme = context.theme;
  run(fields.tool.value, JSON.parse(fields.args.value), context).catch((error: unknown) => (record.textContent = String(error)));
});

declare global {
  interface Window {
    /** Given by a test: answers a call of the app. */
    answerTool?: (name: string, args: Record<string, unknown>) => Promise<CallToolResult>;
    host: unknown;
  }
}
window.host = {
  records: stage.records,
  connect,
  run,
  show: (showing: Showing) => {
    document.documentElement.style.colorScheme = showing.context.theme ?? "light";
    return stage.show({ ...showing, answer: (name, args) => window.answerTool!(name, args) }, null);
  },
  setContext: (changed: Showing["context"]) => {
    if (changed.theme) document.documentElement.style.colorScheme = changed.theme;
    stage.setContext(changed);
  },
  close: () => stage.close(),
};

const server = new URLSearchParams(location.search).get("server");
if (server) {
  (document.getElementById("desk") as HTMLDetailsElement).open = true;
  connect(server).catch((error: unknown) => (record.textContent = String(error)));
}

// One HTML file with script and style inside, and a last line that says what it was built from: scripts/build_ui.py
// reads that line, so that a check needs no Node.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Plugin } from "vite";

const SOURCES = ["src", "host", "index.html", "host.html", "one_file.ts", "vite.config.ts", "package.json", "package-lock.json", "tsconfig.json"];

function listFiles(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => listFiles(join(path, entry.name)));
  } catch {
    return [path];
  }
}

/** sha256 over every source's path and text, as scripts/build_ui.py counts it: LF, sorted by path. */
export function hashSources(root: string): string {
  const files = SOURCES.flatMap((name) => listFiles(join(root, name)));
  const named = files.map((file) => [relative(root, file).split(sep).join("/"), file] as const);
  const hash = createHash("sha256");
  for (const [name, file] of named.sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0${readFileSync(file, "utf8").replaceAll("\r\n", "\n")}\0`);
  }
  return hash.digest("hex");
}

/** The licences of the packages that are inside, which want to be where the code is. */
function collectLicences(root: string, modules: string[]): string {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll("\\", "/").replace(/^\0/, ""))?.[0] ?? []);
  const texts = new Map<string, string[]>();
  for (const folder of [...new Set(folders)].sort()) {
    const licence = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const text = licence ? readFileSync(join(folder, licence), "utf8").replaceAll("\r\n", "\n").trim() : "";
    const name = relative(join(root, "node_modules"), folder).split(sep).join("/");
    texts.set(text, [...(texts.get(text) ?? []), name]);
  }
  return [...texts].map(([text, names]) => `${names.join(", ")}\n\n${text}`).join("\n\n").replaceAll("--", "- -");
}

/** Writes `target`, the only file of this build. */
export function writeOneFile(root: string, target: string): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      const script: string[] = [];
      const style: string[] = [];
      let page = "";
      let licences = "";
      for (const [name, item] of Object.entries(bundle)) {
        if (item.type === "chunk") {
          script.push(item.code);
          licences = collectLicences(root, item.moduleIds);
        } else if (name.endsWith(".css")) style.push(String(item.source));
        else if (name.endsWith(".html")) page = String(item.source);
        delete bundle[name];
      }
      if (script.length !== 1) throw new Error(`one script is expected, not ${script.length}`);
      // Inside a script only these three begin something of HTML's own.
      const code = script[0]!.trim().replace(/<(?=!--|\/script|script)/gi, "\\x3C");
      const head = `<style>${style.join("").trim()}</style>`;
      page = page
        .replace(/\s*<link rel="stylesheet"[^>]*>/g, "")
        .replace(/\s*<script type="module"[^>]*><\/script>/g, "")
        .replace("</head>", () => `  ${head}\n<!--\n${licences}\n-->\n  </head>`)
        .replace("</body>", () => `  <script type="module">${code}</script>\n  </body>`)
        .replaceAll("\r\n", "\n")
        .trimEnd();
      const own = createHash("sha256").update(page).digest("hex");
      writeFileSync(target, `${page}\n<!-- sources ${hashSources(root)} page ${own} -->\n`);
    },
  };
}

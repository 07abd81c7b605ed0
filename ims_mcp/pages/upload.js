// The upload page: what it shows, and what its buttons do. Whatever others have named is shown as text.

import { Problem, Sending } from "./upload_sending.js";
import { WORDS, chooseLanguage, writeSize } from "./upload_words.js";

const find = (id) => document.getElementById(id);
const [ticketId, secret] = location.hash.slice(1).split(".");
const ASK_TRIES = 5;

let language = chooseLanguage(navigator.languages);
let words = WORDS[language];
let ticket = null;
let sending = null;
let file = null;
let stage = "loading"; // loading, choosing, sending, paused, finishing, processing, done, over
let shown = { stage: "", done: 0, all: 0, rate: 0 };
let problem = null;
let asset = null;
let toldPercent = 0;

async function ask(name, fields = {}) {
  for (let tries = 1; ; tries += 1) {
    let answer;
    try {
      answer = await fetch(`api/upload/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ticket: ticketId, secret, ...fields }),
        cache: "no-store",
        credentials: "omit",
      });
    } catch {
      answer = null;
    }
    if (answer?.ok) return answer.json();
    if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
      const told = await answer.json().catch(() => ({}));
      throw new Problem(told.reason ?? "told", told.error ?? String(answer.status), told.next_step ?? "");
    }
    if (tries >= ASK_TRIES) throw new Problem("server");
    await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
  }
}

function say(text) {
  find("said").textContent = text;
}

function list(element, rows) {
  element.replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const term = document.createElement("dt");
      term.textContent = name;
      const said = document.createElement("dd");
      said.textContent = value;
      said.dir = "auto";
      return [term, said];
    }),
  );
}

function describeProblem() {
  const [first, second] = problem.details;
  switch (problem.reason) {
    case "unknown":
    case "no_right":
    case "expired":
    case "cancelled":
    case "unreadable":
    case "otherFile":
    case "empty":
      return words[problem.reason];
    case "failed":
    case "wrongName":
    case "tooLarge":
    case "wrongType":
      return words[problem.reason](first, second);
    case "refused":
      return words.stopped(words.refused(first, second));
    case "network":
    case "server":
      return words.stopped(words[problem.reason]);
    case "cors":
      return words.corsHeading;
    default:
      return [first, second].filter(Boolean).join(" ");
  }
}

const NO_WAY_ON = ["unknown", "no_right", "expired", "cancelled", "failed"];

function show() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = words.heading;
  find("heading").textContent = words.heading;
  find("language").textContent = words.other;
  find("language").lang = words.otherLanguage;
  find("lead").textContent = ticket?.kind === "stream" ? words.leadStream : words.lead;
  find("facts").hidden = !ticket;
  if (ticket) {
    const rows = [[words.fileName, ticket.file_name], [words.mostBytes, writeSize(ticket.max_bytes)]];
    if (ticket.title) rows.push([words.title, ticket.title]);
    rows.push([words.kind, ticket.kind === "stream" ? words.kindStream(ticket.media_id) : words.kindMedia]);
    if (ticket.place) rows.push([words.place, ticket.place]);
    if (stage === "choosing") rows.push([words.timeLeft, words.minutes(ticket.seconds_left)]);
    list(find("facts"), rows);
  }
  find("choice").hidden = stage !== "choosing";
  if (ticket) {
    find("drop-words").textContent = ticket.state === "uploading" ? words.chooseAgain : words.choose;
    find("drop-hint").textContent = words.hint(ticket.file_name, writeSize(ticket.max_bytes));
  }
  showWork();
  find("problem").hidden = !problem;
  find("problem-words").textContent = problem ? describeProblem() : "";
  find("again").hidden = !problem || !file || NO_WAY_ON.includes(problem.reason) || problem.reason === "otherFile";
  find("again").textContent = words.again;
  find("anew").hidden = problem?.reason !== "otherFile";
  find("anew").textContent = words.anew;
  const cors = problem?.reason === "cors" ? problem.details[0] : null;
  find("cors").hidden = !cors;
  find("cors-heading").textContent = words.corsHeading;
  find("copy").textContent = words.copy;
  if (cors) {
    find("cors-words").textContent = words.corsWords(cors.bucket);
    find("cors-rule").textContent = JSON.stringify(cors.rule, null, 1);
  }
  showAsset();
}

function showWork() {
  find("work").hidden = !["sending", "paused", "finishing", "processing"].includes(stage);
  const heading = {
    sending: shown.stage === "checking" ? words.checking : words.sending(file?.name ?? ""),
    paused: words.paused,
    finishing: words.finishing,
    processing: words.processing,
  }[stage];
  find("work-heading").textContent = heading ?? "";
  const { done, all, rate } = shown;
  const isMeasured = stage === "sending" || stage === "paused";
  if (isMeasured) find("bar").value = all ? Math.floor((done * 1000) / all) : 0;
  else find("bar").removeAttribute("value");
  const left = rate && stage === "sending" ? (all - done) / rate : 0;
  const speed = rate && stage === "sending" ? writeSize(rate) : "";
  find("numbers").textContent = isMeasured && all ? words.numbers(writeSize(done), writeSize(all), speed, left) : "";
  find("pause").hidden = !isMeasured;
  find("pause").textContent = stage === "paused" ? words.resume : words.pause;
  find("cancel").hidden = !isMeasured;
  find("cancel").textContent = words.cancel;
}

function showAsset() {
  find("result").hidden = stage !== "done";
  find("result-heading").textContent = words.done;
  const known = asset ?? {};
  const rows = [["MediaId", known.MediaId ?? ticket?.media_id]];
  if (known.Title) rows.push([words.assetTitle, known.Title]);
  if (known.MediaType) rows.push([words.assetType, known.MediaType]);
  if (known.Duration) rows.push([words.assetLength, words.seconds(known.Duration)]);
  if (known.Width && known.Height) rows.push([words.assetSize, `${known.Width} × ${known.Height}`]);
  list(find("asset"), rows.filter(([, value]) => value));
}

function setStage(next, failure = null) {
  stage = next;
  problem = failure;
  show();
}

let drawing = 0;
function hearProgress(what, done, all, rate) {
  shown = { stage: what, done, all, rate };
  if (what === "offline") say(words.offline);
  const percent = all ? Math.floor((done * 100) / all) : 0;
  if (what === "sending" && percent >= toldPercent + 25) {
    toldPercent = percent - (percent % 25);
    say(words.percent(toldPercent));
  }
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    showWork();
  });
}

function checkFile(chosen) {
  if (chosen.name.normalize("NFC") !== ticket.file_name.normalize("NFC")) {
    return new Problem("wrongName", chosen.name, ticket.file_name);
  }
  if (!chosen.size) return new Problem("empty");
  if (chosen.size > ticket.max_bytes) return new Problem("tooLarge", writeSize(chosen.size), writeSize(ticket.max_bytes));
  const [given, wanted] = [chosen.type.split("/")[0], ticket.content_type.split("/")[0]];
  // Systems name the same type in several ways, but a picture is no film.
  if (given && wanted !== "application" && given !== "application" && given !== wanted) {
    return new Problem("wrongType", chosen.type, ticket.content_type);
  }
  const isBegun = ticket.begun_size > 0;
  if (isBegun && (chosen.size !== ticket.begun_size || Math.round(chosen.lastModified) !== ticket.begun_modified)) {
    return new Problem("otherFile");
  }
  return null;
}

async function choose(chosen) {
  if (!chosen || stage !== "choosing") return;
  file = chosen;
  const wrong = checkFile(chosen);
  if (wrong) setStage("choosing", wrong);
  else await run();
}

async function run(options) {
  sending ??= new Sending(file, askForFile, hearProgress);
  setStage("sending");
  try {
    if (await sending.send(options)) await finish(sending.crc64);
  } catch (error) {
    await giveUp(error);
  }
}

/** The name is the ticket's even where the system writes its accents in another way. */
function askForFile(name, fields) {
  return ask(name, name === "begin" ? { ...fields, name: ticket.file_name } : fields);
}

async function giveUp(error) {
  if (!(error instanceof Problem)) throw error;
  if (error.reason === "refused" && error.details[0] === 404) {
    // OSS knows nothing of the upload any more: it was completed in another window, or is over.
    ticket = await ask("look").catch(() => ticket);
    if (ticket.state !== "uploading" && ticket.state !== "open") return followState();
  }
  if (error.reason === "otherFile" || error.reason === "unreadable") {
    sending?.end();
    sending = null;
    setStage("choosing", error);
  } else if (NO_WAY_ON.includes(error.reason)) {
    setStage("over", error);
  } else {
    setStage("paused", error);
  }
}

async function finish(crc64) {
  setStage("finishing");
  for (;;) {
    const told = await ask("finish", { crc64 });
    ticket = told;
    asset = told.asset ?? asset;
    if (told.state === "done") break;
    if (["failed", "cancelled", "expired"].includes(told.state)) return followState();
    if (told.state === "uploading" || told.state === "open") throw new Problem("network");
    if (stage !== "processing") setStage("processing");
  }
  sending?.end();
  setStage("done");
  say(`${words.done}. ${words.doneWords}`);
}

/** What the ticket's own state says, where nothing is being sent here. */
async function followState() {
  switch (ticket.state) {
    case "failed":
      return setStage("over", new Problem("failed", ticket.error.replace(/\.+$/, "")));
    case "cancelled":
    case "expired":
      return setStage("over", new Problem(ticket.state));
    case "open":
    case "uploading":
      return setStage("choosing");
    default:
      try {
        return await finish("");
      } catch (error) {
        return giveUp(error);
      }
  }
}

function togglePause() {
  if (stage === "sending") {
    sending.pause();
    setStage("paused");
  } else if (stage === "paused") {
    run();
  }
}

async function cancel() {
  sending?.end();
  try {
    ticket = await ask("cancel");
    await followState();
  } catch (error) {
    await giveUp(error);
  }
}

async function start() {
  show();
  try {
    if (!ticketId || !secret) throw new Problem("unknown");
    ticket = await ask("look");
    await followState();
    if (stage === "choosing" && ticket.state === "open") {
      // It may have come another way, by the curl line.
      const told = await ask("finish");
      ticket = told;
      if (told.state !== "open" && stage === "choosing") await followState();
    }
  } catch (error) {
    await giveUp(error);
  }
}

find("file").addEventListener("change", (event) => choose(event.target.files[0]));
find("pause").addEventListener("click", togglePause);
find("cancel").addEventListener("click", cancel);
find("again").addEventListener("click", () => run());
find("anew").addEventListener("click", async () => {
  const known = { ...ticket, begun_size: 0 };
  ticket = known;
  sending = null;
  await run({ anew: true });
});
find("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(find("cors-rule").textContent);
    say(words.copied);
  } catch {
    getSelection().selectAllChildren(find("cors-rule")); // not everybody lets a page write there
  }
});
find("language").addEventListener("click", () => {
  language = words.otherLanguage;
  words = WORDS[language];
  show();
});
for (const name of ["dragenter", "dragover"]) find("choice").addEventListener(name, () => find("drop").classList.add("over"));
for (const name of ["dragleave", "drop"]) find("choice").addEventListener(name, () => find("drop").classList.remove("over"));
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.target.id === "file" || event.preventDefault());
addEventListener("beforeunload", (event) => ["sending", "finishing"].includes(stage) && event.preventDefault());

start();

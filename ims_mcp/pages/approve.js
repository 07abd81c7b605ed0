// Shows the question of one approval and takes the answer. What comes from outside is set as text only.
"use strict";

const WORDS = {
  en: {
    title: "Approve a call · ims-mcp",
    heading: "Approve this call?",
    intro: "An assistant wants to make a call that needs a person's approval. Nothing has been sent yet.",
    operation: "Operation",
    subject: "Asked by",
    local: "the assistant on this machine",
    client: "Through",
    nameless: "a program that gives no name",
    until: "Waits until",
    question: "What it does",
    pin: "Your PIN",
    note: (day) => `Approving needs your own PIN, set on ${day}. No assistant ever needs to know it.`,
    noPin: "No PIN was set when the server started, so this can only be refused.",
    approve: "Approve",
    refuse: "Refuse",
    loading: "Loading …",
    sending: "Sending …",
    approved: "Approved",
    approvedMore: "The call may be made once, within ten minutes. Tell the assistant that you have approved it. You can close this page.",
    refused: "Refused",
    refusedMore: "The call will not be made. You can close this page.",
    over: "This question is not open",
    overMore: "It has been answered, its time is up, or it was never asked here. You can close this page.",
    away: "The server does not answer. Try again; if it has ended, nothing can be approved here any more.",
    pinMissing: "Enter your PIN.",
    wrong: (left) => (left === 1 ? "That is not the PIN. One try is left." : `That is not the PIN. ${left} tries are left.`),
    locked: (minutes) =>
      `The PIN was wrong too often. The next try is in ${minutes} ${minutes === 1 ? "minute" : "minutes"}. If it was not you who tried, refuse.`,
    failed: "That did not work: ",
  },
  zh: {
    title: "批准操作 · ims-mcp",
    heading: "是否批准此操作？",
    intro: "一个助手想执行一项需要由人批准的操作。目前尚未发送任何内容。",
    operation: "操作",
    subject: "请求者",
    local: "本机的助手",
    client: "通过",
    nameless: "未说明名称的程序",
    until: "等待至",
    question: "操作内容",
    pin: "您的 PIN",
    note: (day) => `批准需要您本人的 PIN（设置于 ${day}）。任何助手都不需要知道它。`,
    noPin: "服务启动时尚未设置 PIN，因此只能拒绝。",
    approve: "批准",
    refuse: "拒绝",
    loading: "正在加载……",
    sending: "正在发送……",
    approved: "已批准",
    approvedMore: "十分钟内可执行一次。请告诉助手您已批准。可以关闭此页面。",
    refused: "已拒绝",
    refusedMore: "该操作不会执行。可以关闭此页面。",
    over: "此问题未开放",
    overMore: "它已被回答、已超时，或从未在此提出。可以关闭此页面。",
    away: "服务没有响应。请重试；如果服务已结束，则无法在此批准。",
    pinMissing: "请输入您的 PIN。",
    wrong: (left) => `PIN 不正确，还可尝试 ${left} 次。`,
    locked: (minutes) => `PIN 错误次数过多，${minutes} 分钟后可再试。如果不是您本人尝试的，请拒绝。`,
    failed: "操作失败：",
  },
};

const find = (id) => document.getElementById(id);
let language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
let asked = null; // what the server says of the approval
let endsAt = 0;
let ended = ""; // "approved", "refused", "over"
let problem = null; // a function of the words
let note = (words) => words.loading;

function identify() {
  return location.hash.slice(1);
}

async function post(name, content) {
  const answer = await fetch(`api/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
  return { ok: answer.ok, content: await answer.json() };
}

function show() {
  const words = WORDS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = words.title;
  find("english").setAttribute("aria-pressed", String(language === "en"));
  find("chinese").setAttribute("aria-pressed", String(language === "zh"));
  find("heading").textContent = ended ? words[ended] : words.heading;
  find("message").textContent = ended ? words[`${ended}More`] : note ? note(words) : "";
  find("asked").hidden = asked === null || ended !== "";
  find("problem").textContent = problem ? problem(words) : "";
  for (const name of ["intro", "approve", "refuse"]) {
    find(name).textContent = words[name];
  }
  for (const name of ["operation", "subject", "client", "until", "question", "pin"]) {
    find(`${name}-label`).textContent = words[name];
  }
  if (asked === null) {
    return;
  }
  find("operation").textContent = asked.operation;
  find("subject").textContent = asked.subject === "local" ? words.local : asked.subject;
  find("client").textContent = asked.client || words.nameless;
  find("until").textContent = new Date(endsAt).toLocaleTimeString(language === "zh" ? "zh-CN" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
  });
  find("question").textContent = asked.questions[language];
  find("question").lang = language === "zh" ? "zh-CN" : "en";
  find("pin-note").textContent = asked.pin_set_on ? words.note(asked.pin_set_on) : words.noPin;
  find("pin").disabled = !asked.pin_set_on;
}

function end(state) {
  ended = state;
  find("pin").value = "";
  show();
  find("heading").focus();
}

function explain(content) {
  const words = content;
  if (words.reason === "wrong_pin") {
    return (all) => all.wrong(words.tries_left);
  }
  if (words.reason === "locked") {
    return (all) => all.locked(Math.ceil(words.locked_seconds / 60));
  }
  if (words.reason === "pin_missing") {
    return (all) => all.pinMissing;
  }
  return (all) => all.failed + String(words.error || "");
}

function block(isBlocked) {
  for (const id of ["approve", "refuse"]) {
    find(id).disabled = isBlocked;
  }
  find("approve").disabled = isBlocked || !asked || !asked.pin_set_on;
}

async function look() {
  try {
    const { ok, content } = await post("look-at-approval", { id: identify() });
    note = null;
    if (ok && content.state === "waiting") {
      asked = content;
      endsAt = Date.now() + content.seconds_left * 1000;
      problem = content.locked_seconds ? (words) => words.locked(Math.ceil(content.locked_seconds / 60)) : null;
      block(false);
      show();
      setTimeout(() => ended || end("over"), content.seconds_left * 1000);
    } else if (ok && content.state === "approved") {
      end("approved");
    } else if (ok && content.state === "refused") {
      end("refused");
    } else {
      end("over");
    }
  } catch {
    note = (words) => words.away;
    show();
  }
}

async function answer(yes) {
  const pin = find("pin").value;
  if (yes && pin === "") {
    problem = (words) => words.pinMissing;
    show();
    find("pin").focus();
    return;
  }
  problem = null;
  note = (words) => words.sending;
  block(true);
  show();
  try {
    const { ok, content } = await post("answer-approval", yes ? { id: identify(), yes, pin } : { id: identify(), yes });
    note = null;
    if (ok) {
      end(content.state);
      return;
    }
    if (content.reason === "over") {
      end("over");
      return;
    }
    problem = explain(content);
  } catch {
    note = null;
    problem = (words) => words.away;
  }
  find("pin").value = "";
  block(false);
  show();
  find("pin").focus();
}

function choose(chosen) {
  language = chosen;
  show();
}

find("english").addEventListener("click", () => choose("en"));
find("chinese").addEventListener("click", () => choose("zh"));
find("refuse").addEventListener("click", () => answer(false));
find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  answer(true);
});
addEventListener("hashchange", () => location.reload());
show();
look();

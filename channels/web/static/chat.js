// The page: what is shown, and what the person may do.

import {
  Inbox, Outbox, deleteConversation, fetchHistory, forgetCookie, newId, unsent,
} from "./connection.js";
import { build, buildButton, buildChoices, buildMessage, withPhoneLinks } from "./message.js";

const HARMLESS_PAGE = "https://www.google.com/";
const STATES = {
  sending: "mengirim...",
  waiting: "menunggu sambungan, akan dikirim lagi",
  sent: "terkirim",
};
const WRITING = "Suluh sedang menulis";
const STILL_WRITING = "Sebentar ya, jawabannya masih disiapkan";
const RECEIVED = "Pesanmu sudah diterima. Jawabannya akan muncul di sini.";
const OFFLINE = "Tidak ada internet. Pesanmu disimpan dulu, lalu dikirim begitu tersambung.";
const TROUBLE = "Sambungan terganggu. Sedang dicoba lagi, kamu boleh terus menulis.";
const REFUSED = "Pesan ini tidak bisa dikirim. Coba tulis lagi ya.";
const DELETED = `Percakapan ini sudah dihapus dari Suluh. Terima kasih sudah bercerita.
Kamu boleh menulis lagi kapan saja.`;
const NOT_DELETED = "Belum terhapus karena sambungan terganggu. Coba sekali lagi ya.";
const NO_COOKIE = `Browser ini menolak cookie, jadi jawaban Suluh tidak bisa masuk.
Nyalakan cookie, atau telepon nomor yang tertera.`;

const MAX_TEXT = 10_000;
const REMARK_FROM = 9_000;
const TWICE_MS = 1000;
const LEFT_FLAG = "suluh-keluar";

const page = {};
for (const id of ["composer", "delete", "delete-dialog", "delete-no", "delete-problem",
  "delete-yes", "down", "draft", "examples", "leave", "log", "news", "offline", "room",
  "scroll", "typing"]) {
  page[id] = document.getElementById(id);
}
const touch = matchMedia("(hover: none) and (pointer: coarse)");
const otherTabs = "BroadcastChannel" in window ? new BroadcastChannel("suluh") : null;

const views = new Map();
let anchor = null;
let atEnd = true;
// Grows when the conversation is deleted: what was fetched before belongs to the old one.
let conversation = 0;

let letGo;
const ready = new Promise((resolve) => { letGo = resolve; });
const outbox = new Outbox({ ready, changed: showState, seen: () => inbox.last });
const inbox = new Inbox({
  received: showReply,
  connected: (yes) => report("stream", !yes, yes ? 0 : 4000),
});

// ---- What is said

function addMessage(message) {
  page.log.append(message);
  page.examples.hidden = true;
  return message;
}

function addOwn(text, milliseconds, state) {
  dropChoices();
  const message = addMessage(buildMessage("Kamu", "own", text, milliseconds));
  // Changes of the state are not read aloud one by one.
  const note = build("span", "state", ` · ${STATES[state]}`);
  note.setAttribute("aria-live", "off");
  message.lastChild.append(note);
  anchor = message;
  return message;
}

function addReply(entry) {
  dropChoices();
  const content = withPhoneLinks(entry.teks);
  const message = addMessage(buildMessage("Suluh", "reply", content, entry.pukul));
  if (entry.pilihan?.length) message.append(buildChoices(entry.pilihan, say));
  // A long question would push its own answer out of sight.
  const long = anchor?.offsetHeight > page.scroll.clientHeight / 3;
  if (!anchor || (long && anchor.classList.contains("own"))) anchor = message;
}

/** Only the latest reply can be answered with a button. */
function dropChoices() {
  for (const choices of page.log.querySelectorAll(".choices")) {
    const hadFocus = choices.contains(document.activeElement);
    choices.remove();
    if (hadFocus) restFocus();
  }
}

function addNote(text) {
  anchor = build("p", "note", text);
  page.log.append(anchor);
  follow();
}

// ---- Sending

/** `payload` is the value of a pressed button; `text` is then its title, kept for the history. */
function say(text, payload) {
  const message = { id: newId(), text, payload, at: Date.now() };
  views.set(message.id, addOwn(text, message.at, "sending"));
  outbox.add(message);
  follow();
}

function showState(message, state, sentence) {
  if (state !== "sending") report("sending", state === "waiting");
  const view = views.get(message.id);
  if (view) view.querySelector(".state").textContent = ` · ${STATES[state] ?? "tidak terkirim"}`;
  if (state === "refused") showRefusal(view, message, sentence || REFUSED);
  if (state !== "sent") return;
  inbox.open();
  expectAnswer();
  otherTabs?.postMessage("said");
  // It may have arrived before the page was reloaded: the history knows.
  if (message.restored) refresh();
}

function showRefusal(view, message, sentence) {
  if (!view) return;
  view.classList.add("refused");
  const again = buildButton("Tulis ulang", () => {
    setDraft(message.text);
    page.draft.focus();
  });
  view.append(build("p", "problem", sentence), again);
  page.news.textContent = sentence;
  follow();
}

// ---- Receiving

let answerTimers = [];

function expectAnswer() {
  answerArrived();
  answerTimers = [
    setTimeout(showTyping, 400, WRITING, true),
    // A dead connection looks like a slow one: ask anew.
    setTimeout(() => { showTyping(STILL_WRITING, true); inbox.reopen(); }, 12_000),
    setTimeout(() => { showTyping(RECEIVED, false); inbox.reopen(); }, 30_000),
  ];
}

function answerArrived() {
  answerTimers.forEach(clearTimeout);
  showTyping("", false);
}

function showTyping(text, moving) {
  if (page.typing.textContent !== text) page.typing.textContent = text;
  page.typing.classList.toggle("dots", moving);
  if (text && atEnd) toEnd();
}

function showReply(entry) {
  answerArrived();
  const following = atEnd;
  addReply(entry);
  if (following) follow();
  else measure();
}

/** Shows the conversation as the server has it, and under it what is still on its way. */
async function refresh() {
  const current = conversation;
  const entries = await fetchHistory();
  if (current !== conversation) return true;
  if (!entries) return false;
  const hadFocus = page.log.contains(document.activeElement);
  const refused = page.log.querySelectorAll(".refused");
  page.log.setAttribute("aria-live", "off");
  page.log.replaceChildren();
  anchor = null;
  for (const entry of entries) {
    if (entry.dari === "saya") addOwn(entry.teks, entry.pukul, "sent");
    else addReply(entry);
  }
  page.log.append(...refused);
  showQueue();
  inbox.last = Math.max(0, ...entries.map((entry) => entry.id ?? 0));
  if (entries.length > 0) inbox.reopen();
  if (entries[entries.length - 1]?.dari === "saya") expectAnswer();
  if (hadFocus) restFocus();
  follow();
  setTimeout(() => page.log.setAttribute("aria-live", "polite"), 500);
  return true;
}

function showQueue() {
  for (const message of outbox.queue) {
    message.restored = true;
    views.set(message.id, addOwn(message.text, message.at, "sending"));
  }
}

// ---- Scrolling

function toEnd() {
  page.scroll.scrollTop = page.scroll.scrollHeight;
}

/** A long answer is read from its beginning, with the question above it when there is room. */
function follow() {
  const top = anchor ? anchor.offsetTop - 12 : 0;
  page.scroll.scrollTop = top;
  atEnd = true;
  measure();
}

function measure() {
  const { scrollTop, clientHeight, scrollHeight } = page.scroll;
  const below = scrollHeight - scrollTop - clientHeight;
  page.down.hidden = below < 80 || page.log.childElementCount === 0;
}

function restFocus() {
  // On a phone the box would bring up the keyboard over the answer.
  (touch.matches ? page.scroll : page.draft).focus({ preventScroll: true });
}

page.scroll.addEventListener("scroll", () => {
  const { scrollTop, clientHeight, scrollHeight } = page.scroll;
  atEnd = scrollHeight - scrollTop - clientHeight < 120;
  measure();
}, { passive: true });

page.down.addEventListener("click", () => {
  page.scroll.scrollBy({ top: page.scroll.clientHeight * 0.8 });
});

new ResizeObserver(() => (atEnd ? toEnd() : measure())).observe(page.scroll);

// ---- Writing

function setDraft(text) {
  page.draft.value = text;
  draftChanged();
}

function draftChanged() {
  const { value, style } = page.draft;
  style.height = "auto";
  style.height = `${page.draft.scrollHeight + 3}px`;
  unsent.write({ draft: value });
  const left = MAX_TEXT - value.length;
  const about = Math.ceil(left / 100) * 100;
  const remark = left <= 0
    ? "Sudah penuh, 10.000 huruf. Kirim ini dulu, lalu lanjutkan di pesan berikutnya."
    : `Sisa sekitar ${about} huruf.`;
  const shown = value.length >= REMARK_FROM ? remark : "";
  if (page.room.textContent !== shown) page.room.textContent = shown;
}

function submit() {
  const text = page.draft.value.trim();
  page.draft.focus();
  if (!text) return;
  setDraft("");
  say(text);
}

page.draft.addEventListener("input", draftChanged);
page.draft.addEventListener("keydown", (event) => {
  // On a touch keyboard Enter makes a new line.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch.matches) return;
  event.preventDefault();
  submit();
});
page.composer.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
page.examples.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  say(button.textContent);
  restFocus();
});

// ---- Leaving and deleting

function leave() {
  page.draft.value = "";
  document.body.replaceChildren();
  document.title = "";
  outbox.clear();
  inbox.close();
  rememberLeaving(true);
  forgetCookie().then((done) => done && rememberLeaving(false));
  location.replace(HARMLESS_PAGE);
}

/** Without a connection the cookie stays: the next visit gives it back before all else. */
function rememberLeaving(yes) {
  try {
    if (yes) localStorage.setItem(LEFT_FLAG, "1");
    else localStorage.removeItem(LEFT_FLAG);
  } catch {
    // Storage is forbidden in this browser.
  }
}

function leftUnfinished() {
  try {
    return localStorage.getItem(LEFT_FLAG) !== null;
  } catch {
    return false;
  }
}

function startOver() {
  conversation += 1;
  outbox.clear();
  inbox.close();
  inbox.last = 0;
  answerArrived();
  views.clear();
  anchor = null;
  setDraft("");
  page.log.replaceChildren();
  page.examples.hidden = false;
  addNote(DELETED);
}

async function confirmDeletion() {
  const waiting = outbox.queue;
  page["delete-yes"].disabled = true;
  page["delete-problem"].textContent = "";
  // A message that arrives after the deletion would begin the conversation anew.
  outbox.clear();
  const done = await deleteConversation();
  page["delete-yes"].disabled = false;
  if (!done) {
    outbox.add(...waiting);
    page["delete-problem"].textContent = NOT_DELETED;
    return;
  }
  otherTabs?.postMessage("deleted");
  page["delete-dialog"].close();
  startOver();
  restFocus();
}

page.leave.addEventListener("click", () => {
  otherTabs?.postMessage("left");
  leave();
});
page.delete.addEventListener("click", () => {
  page["delete-problem"].textContent = "";
  page["delete-dialog"].showModal();
  page["delete-no"].focus();
});
page["delete-no"].addEventListener("click", () => page["delete-dialog"].close());
page["delete-yes"].addEventListener("click", confirmDeletion);

let lastEscape = -Infinity;
window.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat) return;
  if (event.timeStamp - lastEscape < TWICE_MS) page.leave.click();
  lastEscape = event.timeStamp;
}, { capture: true });

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.body.replaceChildren();
  location.reload();
});

otherTabs?.addEventListener("message", ({ data }) => {
  if (data === "left") leave();
  if (data === "deleted") startOver();
  if (data === "said") refresh();
});

// ---- The connection

const troubles = new Map();

/** Shows a trouble when it lasts longer than `patience` milliseconds. */
function report(kind, yes, patience = 0) {
  if (yes && troubles.has(kind)) return;
  clearTimeout(troubles.get(kind));
  troubles.delete(kind);
  if (yes) troubles.set(kind, setTimeout(showTrouble, patience, true));
  else showTrouble(troubles.size > 0);
}

function showTrouble(yes) {
  const text = !navigator.onLine ? OFFLINE : yes ? TROUBLE : "";
  if (page.offline.textContent !== text) page.offline.textContent = text;
}

window.addEventListener("offline", () => report("network", true));
window.addEventListener("online", () => {
  report("network", false);
  wakeUp();
});

function wakeUp() {
  outbox.hurry();
  if (inbox.source) inbox.reopen();
}

let hiddenSince = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenSince = Date.now();
  // Phones cut the connections of a page in the background without telling it.
  else if (Date.now() - hiddenSince > 15_000) wakeUp();
});

// ---- Beginning

async function begin() {
  document.documentElement.classList.add("ready");
  const { draft, queue } = unsent.read();
  outbox.add(...queue);
  showQueue();
  setDraft(draft);
  if (!navigator.onLine) report("network", true);
  await finishLeaving();
  // One look before anything is sent, so that the order on the screen is the true one.
  const known = await refresh();
  letGo();
  if (!navigator.cookieEnabled) addNote(NO_COOKIE);
  if (!known) keepTrying(refresh);
}

/** The last visit ended without a connection: its cookie goes before anything else. */
async function finishLeaving() {
  if (!leftUnfinished()) return;
  await keepTrying(forgetCookie);
  rememberLeaving(false);
}

async function keepTrying(step) {
  for (let wait = 1000; !(await step()); wait = Math.min(wait * 2, 30_000)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

begin();

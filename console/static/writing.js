// Answering: nothing that was typed is lost, neither by a bad line nor by a slip of the finger.
// What was typed stays in the memory of this page: the words of people must not lie on a disk.

import { parse } from "./swap.js";

const STAY_MS = 60_000;
const REMARK_FROM = 0.9;
const UNSURE = "Sambungan putus. Lihat dulu apakah pesannya sudah masuk di atas. Kalau belum, kirim lagi.";
const FAILED = "Belum berhasil. Coba sekali lagi.";

/** @param {{refresh: Function, take: Function}} live */
export function startWriting(live) {
  const work = document.getElementById("work");
  if (!work) return;
  let leaving = null;
  let stayedAt = 0;

  work.addEventListener("submit", (event) => {
    const form = event.target;
    const text = document.getElementById(form.dataset.sisip)?.textContent;
    if (text && putIn(text)) {
      event.preventDefault();
      return;
    }
    if (!form.hasAttribute("data-di-tempat")) {
      leaving = form;
      return;
    }
    event.preventDefault();
    send(form, live);
  });

  work.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    if (!event.target.matches("[data-draf]")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  work.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-draf]")) return;
    showRoom(target);
    if (!target.value || Date.now() - stayedAt < STAY_MS) return;
    stayedAt = Date.now();
    stay(work, live);
  });

  addEventListener("beforeunload", (event) => {
    const drafts = [...document.querySelectorAll("[data-draf]")];
    // The form that is being sent takes its own words along.
    if (drafts.some((draft) => draft.value.trim() && draft.form !== leaving)) event.preventDefault();
    leaving = null;
  });

  forgetAddress();
}

async function send(form, live) {
  if (form.hasAttribute("aria-busy")) return;
  const hadFocus = form.contains(document.activeElement);
  const body = new URLSearchParams(new FormData(form));
  form.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body, cache: "no-store" });
    const fresh = parse(await response.text());
    if (fresh.getElementById("work")) show(form, live, fresh, response.ok, hadFocus);
    else if (response.ok) location.assign(response.url);
    else {
      sayProblem(problemOf(fresh));
      live.refresh();
    }
  } catch {
    sayProblem(UNSURE);
    live.refresh();
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function show(form, live, fresh, isDone, hadFocus) {
  if (isDone) form.reset();
  live.take(fresh, { toEnd: isDone && form.id === "write" });
  for (const area of document.querySelectorAll("[data-draf]")) showRoom(area);
  const draft = document.getElementById("draft");
  if (!hadFocus) return;
  // What was pressed may be gone now, and the next thing is to write.
  if (form.isConnected && form.id !== "take") (form.querySelector("[data-draf]") ?? form.elements[1]).focus();
  else draft?.focus();
}

function problemOf(fresh) {
  const title = fresh.getElementById("title")?.textContent ?? "";
  const text = fresh.getElementById("problem-text")?.textContent ?? "";
  return text ? `${title.trim()}. ${text.trim()}` : FAILED;
}

/** Puts words behind what stands in the box; the officer reads them there, and sends them. */
function putIn(text) {
  const draft = document.getElementById("draft");
  if (!draft) return false;
  const before = draft.value.trimEnd();
  draft.value = before ? `${before}\n\n${text}` : text;
  draft.focus();
  draft.setSelectionRange(draft.value.length, draft.value.length);
  draft.scrollTop = draft.scrollHeight;
  draft.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function sayProblem(text) {
  const problem = document.createElement("p");
  problem.className = "flash flash-salah";
  problem.setAttribute("role", "alert");
  problem.textContent = text;
  document.getElementById("said").replaceChildren(problem);
}

/** Whoever writes is still there: the lease goes on. */
async function stay(work, live) {
  const address = work.dataset.tetap;
  if (!address) return;
  const body = new URLSearchParams({ csrf: work.querySelector("[name=csrf]").value });
  try {
    await fetch(address, { method: "POST", body, cache: "no-store" });
    live.refresh();
  } catch {
    // The lease says by itself that it is ending.
  }
}

function showRoom(area) {
  const room = area.form.querySelector("[data-sisa]");
  if (!room) return;
  const left = area.maxLength - area.value.length;
  const isNear = area.value.length >= area.maxLength * REMARK_FROM;
  const text = isNear ? `Sisa ${left} huruf.` : "";
  if (room.textContent !== text) room.textContent = text;
}

/** "?selesai=tulis" has been shown: a reload must not say it again. */
function forgetAddress() {
  if (location.search) history.replaceState(null, "", location.pathname);
}

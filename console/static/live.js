// Keeps the page as the desk is now: the server says that something changed, the page asks what.

import { setByServer, tick } from "./clock.js";
import { keepPlace } from "./place.js";
import { keepDrafts } from "./drafts.js";
import { startStream } from "./stream.js";
import { parse, renew } from "./swap.js";

const POLL_MS = 15_000;
// A stream may die without a word, in a tunnel or behind a router.
const LOOK_MS = 60_000;
const PATIENCE_MS = 1500;
const BROKEN = "Sambungan putus, mencoba lagi. Yang tampil mungkin sudah lama.";
const OUT = "Sudah keluar";
const SIGNED_OUT = "Kamu sudah keluar dari meja. Salin dulu yang belum terkirim, lalu";
const GONE = "Percakapan ini sudah dihapus.";

const page = Object.fromEntries(["alarm", "grave", "hidup", "link-state", "news", "waiting", "work"]
  .map((id) => [id, document.getElementById(id)]));
const title = document.title.replace(/^\(\d+\) /, "");

/**
 * @param {(name: string) => void} sound
 * @returns {{refresh: Function, take: Function}} asks at once; shows a page that was fetched
 */
export function startLive(sound) {
  const place = keepPlace(document.getElementById("transcript"));
  const counts = { menunggu: Number(document.body.dataset.menunggu), darurat: null };
  let tag = null;
  let state = shownState();
  let hasNew = false;

  // ---- What stands in the middle

  const refresh = oneAtATime(async () => {
    if (!page.hidup || isOver) return;
    const response = await ask(page.hidup.dataset.fragmen, tag ? { "If-None-Match": tag } : {});
    report("fetch", !response);
    if (!response) return;
    setByServer(response);
    if (response.status === 401) end(SIGNED_OUT, document.body.dataset.masuk);
    if (response.status === 404) end(GONE);
    if (response.status !== 200) return;
    const fresh = parse(await response.text()).body;
    await untilReleased();
    tag = response.headers.get("ETag");
    put(fresh);
    await refreshWork();
  });

  function put(fresh) {
    const heard = page.hidup.querySelectorAll(".entry-orang").length;
    place.keep(() => {
      renewChildrenOf(page.hidup, fresh);
      tick();
    });
    const isNew = page.hidup.querySelectorAll(".entry-orang").length > heard;
    if (isNew) place.offerEnd();
    if (isNew && document.hidden) {
      sound("message");
      hasNew = true;
      showTitle();
    }
  }

  /** Who holds the conversation, and what may be done with it, stands outside of the part. */
  async function refreshWork() {
    if (!page.work || shownState() === state) return;
    const response = await ask(location.pathname, {});
    if (!response?.ok) return;
    const fresh = parse(await response.text()).getElementById("work");
    if (!fresh) return;
    state = shownState();
    place.keep(() => {
      keepDrafts(() => renew(page.work, fresh));
      // What was done has been overtaken.
      document.querySelector("#said .flash-ok")?.remove();
    });
  }

  /** Shows the answer to a form that was sent without leaving the page. */
  function take(fresh, { toEnd = false } = {}) {
    tag = null;
    put(fresh.getElementById("hidup"));
    state = shownState();
    place.keep(() => {
      keepDrafts(() => renew(page.work, fresh.getElementById("work")));
      renew(document.getElementById("said"), fresh.getElementById("said"));
    });
    if (toEnd) place.toEnd();
  }

  // ---- How many wait

  function changed({ menunggu, darurat }) {
    const isGraver = counts.darurat !== null && darurat > counts.darurat;
    const isMore = menunggu > counts.menunggu;
    if (isGraver || isMore) sound(isGraver ? "grave" : "waiting");
    if (isMore || isGraver) page.news.textContent = inWords(menunggu, darurat);
    if (darurat === 0) page.alarm.replaceChildren();
    else if (isGraver && !document.getElementById("queue")) showBar(page.alarm, "Ada darurat baru menunggu.", document.body.dataset.antrean, "Buka antrean");
    Object.assign(counts, { menunggu, darurat });
    showCounts();
  }

  function showCounts() {
    page.waiting.hidden = counts.menunggu === 0;
    page.waiting.firstElementChild.textContent = counts.menunggu;
    page.grave.hidden = !counts.darurat;
    page.grave.textContent = `${counts.darurat} darurat`;
    showTitle();
  }

  function showTitle() {
    document.title = (counts.menunggu ? `(${counts.menunggu}) ` : "") + (hasNew ? "Pesan baru: " : "") + title;
  }

  // ---- The connection

  const stream = startStream(document.body.dataset.aliran, (kind, now) => {
    report("stream", kind === "error");
    if (kind === "berubah") changed(now);
    // A stream may have ended because one has signed out.
    if (kind !== "open") refresh();
  });

  function end(text, address) {
    report("stream", false);
    report("fetch", false);
    isOver = true;
    stream.end();
    showBar(page["link-state"], text, address, "masuk lagi");
    if (!address) return;
    // Whoever watches by night relies on the sound: that it will not come any more must be heard.
    document.title = `${OUT} · ${title}`;
    sound("out");
  }

  setInterval(() => {
    if (!troubles.size || isOver) return;
    refresh();
    stream.again();
  }, POLL_MS);
  setInterval(refresh, LOOK_MS);
  addEventListener("online", () => { stream.again({ always: true }); refresh(); });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    hasNew = false;
    showTitle();
    refresh();
  });
  return { refresh, take };
}

// ---- Troubles

const troubles = new Map();
// Signed out, or the conversation is gone: nothing is asked for any more.
let isOver = false;

/** Shows a trouble when it lasts. */
function report(kind, isBroken) {
  if (isOver || isBroken === troubles.has(kind)) return;
  clearTimeout(troubles.get(kind));
  troubles.delete(kind);
  const bar = page["link-state"];
  if (isBroken) troubles.set(kind, setTimeout(() => { bar.textContent = BROKEN; }, PATIENCE_MS));
  else if (troubles.size === 0) bar.textContent = "";
}

function showBar(bar, text, address, label) {
  bar.replaceChildren(text);
  if (!address) return;
  const link = document.createElement("a");
  link.href = address;
  link.textContent = label;
  bar.append(" ", link);
}

// ---- Small parts

function inWords(waiting, grave) {
  return `${waiting} menunggu petugas${grave ? `, ${grave} darurat` : ""}.`;
}

function shownState() {
  return document.getElementById("facts")?.dataset.keadaan;
}

function renewChildrenOf(shown, fresh) {
  const wrapper = shown.cloneNode(false);
  wrapper.append(...fresh.childNodes);
  renew(shown, wrapper);
}

async function ask(address, headers) {
  try {
    // What people wrote must not stay on the disk.
    const response = await fetch(address, { headers, cache: "no-store", credentials: "same-origin" });
    return response.status < 500 ? response : null;
  } catch {
    return null;
  }
}

/** A call while one is under way is made once afterwards. */
function oneAtATime(action) {
  let running = null;
  let isWanted = false;
  return () => {
    isWanted = true;
    running ??= (async () => {
      try {
        while (isWanted) {
          isWanted = false;
          await action();
        }
      } finally {
        running = null;
      }
    })();
    return running;
  };
}

let isPressed = false;
addEventListener("pointerdown", () => { isPressed = true; }, { capture: true });
for (const kind of ["pointerup", "pointercancel"]) {
  addEventListener(kind, () => { isPressed = false; }, { capture: true });
}

/** No row may slip away from under a finger. */
async function untilReleased() {
  for (let tries = 0; isPressed && tries < 20; tries += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 150); });
  }
}

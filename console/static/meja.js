// The desk's pages with a script: each part finds on the page what it works on, or does nothing.

import { countDown, startClock } from "./clock.js";
import { startLive } from "./live.js";
import { startSound } from "./sound.js";
import { startWriting } from "./writing.js";

// So long a form that was sent is not sent again: who presses twice is tired, or the line is slow.
const ONCE_MS = 10_000;

document.documentElement.classList.add("ready");

startClock();
countDown();

if (document.body.dataset.aliran) {
  const sound = startSound();
  const live = startLive(sound);
  startWriting(live);
}

document.addEventListener("click", ({ target }) => {
  const eye = target.closest("[data-lihat]");
  if (eye) showPassword(eye);
  if (target.closest("[data-cetak]")) print();
});

// Those that are sent without leaving the page see to it themselves.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("data-di-tempat")) return;
  if (form.hasAttribute("aria-busy")) {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
  setTimeout(() => form.removeAttribute("aria-busy"), ONCE_MS);
});

function showPassword(button) {
  const field = document.getElementById(button.dataset.lihat);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  field.focus();
}

// A page that the browser kept may show what has long changed, or to somebody who signed out.
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });

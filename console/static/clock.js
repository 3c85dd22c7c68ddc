// Times that run: how long somebody has waited, how long a lease still holds.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Below this a difference between the two clocks is the time on the way.
const TOLERATED = 3 * SECOND;

let skew = 0;

/** Cheap laptops have clocks that are wrong by minutes: the server's counts. */
export function setByServer(response) {
  const said = Date.parse(response.headers.get("Date") ?? "");
  if (Number.isNaN(said)) return;
  const difference = said + SECOND / 2 - Date.now();
  skew = Math.abs(difference) > TOLERATED ? difference : 0;
}

export function startClock() {
  tick();
  setInterval(tick, SECOND);
}

/** Brings all times on the page up to date. */
export function tick() {
  const now = Date.now() + skew;
  for (const timer of document.querySelectorAll("[data-sejak]")) showWaited(timer, now);
  for (const lease of document.querySelectorAll("[data-sampai]")) showLease(lease, now);
}

function showWaited(timer, now) {
  const { sejak, target, detik } = timer.dataset;
  write(timer, inWords(Math.max(0, now - sejak), detik !== undefined));
  if (!target || now < target) return;
  timer.classList.add("late");
  const word = timer.closest(".row, .facts")?.querySelector(".late-word");
  if (word) word.hidden = false;
}

function showLease(lease, now) {
  const left = Math.max(0, lease.dataset.sampai - now);
  write(lease, left === 0 ? "habis" : inWords(left, true));
  lease.classList.toggle("ending", left < MINUTE);
}

function inWords(milliseconds, withSeconds) {
  const minutes = Math.floor(milliseconds / MINUTE);
  const seconds = Math.floor((milliseconds % MINUTE) / SECOND);
  if (milliseconds >= 2 * DAY) return `${Math.floor(milliseconds / DAY)} hari`;
  if (milliseconds >= HOUR) return `${Math.floor(milliseconds / HOUR)} jam ${minutes % 60} mnt`;
  if (withSeconds && minutes > 0) return `${minutes} mnt ${String(seconds).padStart(2, "0")} dtk`;
  return minutes > 0 ? `${minutes} menit` : `${seconds} detik`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** After too many wrong tries: the buttons rest until one may try again. */
export function countDown() {
  const pause = document.querySelector("[data-tunggu]");
  if (!pause) return;
  const buttons = document.querySelectorAll(".card button[type=submit]");
  const end = Date.now() + pause.dataset.tunggu * SECOND;
  const step = () => {
    const left = Math.ceil((end - Date.now()) / SECOND);
    for (const button of buttons) button.disabled = left > 0;
    pause.textContent = left > 0 ? `Bisa dicoba lagi dalam ${left} detik.` : "Silakan coba lagi.";
    if (left > 0) setTimeout(step, SECOND);
  };
  step();
}

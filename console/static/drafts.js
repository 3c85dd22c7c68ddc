// Somebody else has the conversation now, and the box is gone: what stood in it is not.

const EXPLANATION = "Yang kamu tulis dan belum terkirim. Salin kalau masih perlu:";

/** Makes a change of the page; what was typed into boxes that it takes away is shown above. */
export function keepDrafts(change) {
  const typed = [...document.querySelectorAll("#work [data-draf]")].filter(({ value }) => value.trim());
  change();
  const lost = typed.filter((area) => !area.isConnected);
  if (lost.length > 0) show(lost);
  else giveBack();
}

/** @param {HTMLTextAreaElement[]} lost */
function show(lost) {
  const text = lost.map(({ value }) => value).join("\n\n");
  // A note among them is for staff alone, and must never come into the box that the person reads.
  const isAnswer = lost.every(({ id }) => id === "draft");
  const label = document.createElement("label");
  label.htmlFor = "rescued-text";
  label.textContent = EXPLANATION;
  const area = document.createElement("textarea");
  Object.assign(area, { id: "rescued-text", value: text, readOnly: true, rows: 3, autocomplete: "off" });
  if (isAnswer) area.dataset.jawaban = "";
  const away = document.createElement("button");
  Object.assign(away, { type: "button", className: "button button-plain", textContent: "Tidak perlu lagi" });
  const place = document.getElementById("rescued");
  away.addEventListener("click", () => place.replaceChildren());
  place.replaceChildren(label, area, away);
}

/** Whoever takes the conversation again goes on where the writing stopped. */
function giveBack() {
  const draft = document.getElementById("draft");
  const area = document.getElementById("rescued-text");
  if (!draft || !area || !("jawaban" in area.dataset) || draft.value) return;
  draft.value = area.value;
  document.getElementById("rescued").replaceChildren();
}

// One message of the conversation as elements. Text stays text: nothing is parsed as HTML.

// Numbers as Suluh writes them: +62 21 2924 4800, 0811-8080-141, 081234567890, 1500630, 110.
const PHONE = new RegExp([
  /\+\d{1,3}(?:[ -]\d{1,5}){2,5}/,
  /0\d{2,4}(?:[ -]\d{3,5}){1,3}/,
  /08\d{8,11}/,
  /1500\d{3}|110|129/,
].map((pattern) => pattern.source).join("|"), "g");
const PART_BEFORE = /[\w.,/+-]$/;
const PART_AFTER = /^(?:[\w%]|[.,/-]\d)/;
// "Pasal 110" and "110 juta" are nothing to call.
const COUNTED_BEFORE = /(?:pasal|ayat|angka|uu|rp\.?|tahun|usia|umur)\s*$/i;
const COUNTED_AFTER = /^\s*(?:juta|ribu|miliar|orang|korban|hari|bulan|tahun|persen|kali|ayat)\b/i;

export function build(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** The text with the telephone numbers in it as links. */
export function withPhoneLinks(text) {
  const parts = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(PHONE)) {
    const before = text.slice(0, match.index);
    const after = text.slice(match.index + match[0].length);
    if (PART_BEFORE.test(before) || PART_AFTER.test(after)) continue;
    if (COUNTED_BEFORE.test(before) || COUNTED_AFTER.test(after)) continue;
    const link = build("a", "", match[0]);
    link.href = `tel:${match[0].replace(/[ -]/g, "")}`;
    parts.append(text.slice(done, match.index), link);
    done = match.index + match[0].length;
  }
  parts.append(text.slice(done));
  return parts;
}

/** The time of day, with the date when it was not today. */
export function clock(milliseconds) {
  const when = new Date(milliseconds);
  const time = when.toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit" });
  if (when.toDateString() === new Date().toDateString()) return time;
  return `${when.toLocaleDateString("id-ID", { day: "numeric", month: "short" })} ${time}`;
}

/** The title of a choice and its button; `pressed(title, value)` is called once it is pressed. */
export function buildChoices(offered, pressed) {
  const choices = build("div", "choices");
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "Pilihan jawaban");
  for (const { judul, nilai } of offered) {
    choices.append(buildButton(judul, () => pressed(judul, nilai)));
  }
  return choices;
}

export function buildButton(title, pressed) {
  const button = build("button", "choice", title);
  button.type = "button";
  button.addEventListener("click", pressed);
  return button;
}

/** A bubble with its time under it; `content` is a text or a fragment. */
export function buildMessage(who, className, content, milliseconds) {
  const message = build("div", `message ${className}`);
  const bubble = build("div", "bubble");
  bubble.append(build("span", "unseen", `${who}: `), content);
  const meta = build("div", "meta");
  const time = build("time", "", clock(milliseconds));
  time.dateTime = new Date(milliseconds).toISOString();
  meta.append(time);
  message.append(bubble, meta);
  return message;
}

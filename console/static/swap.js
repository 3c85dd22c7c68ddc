// What the server shows now takes the place of what stands on the page. What did not change stays as it
// is: a selected word, a focused button, a half-written answer, and what a screen reader has read already.

const plain = { createHTML: (html) => html };
// The text comes from this server alone, which escapes all that people wrote.
const policy = globalThis.trustedTypes?.createPolicy("meja", plain) ?? plain;

/** A page or a part of one as a document of its own; nothing in it runs. */
export function parse(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}

/** Makes the children and attributes of `shown` those of `fresh`. */
export function renew(shown, fresh) {
  const { activeElement } = document;
  renewElement(shown, fresh);
  // What was moved has lost the focus on its way.
  if (document.activeElement === activeElement || !activeElement?.id) return;
  document.getElementById(activeElement.id)?.focus({ preventScroll: true });
}

function renewElement(shown, fresh) {
  renewAttributes(shown, fresh);
  renewChildren(shown, fresh);
}

function renewAttributes(shown, fresh) {
  for (const { name } of [...shown.attributes]) {
    // Whether a detail is open is the reader's own choice.
    if (name !== "open" && !fresh.hasAttribute(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "open" && shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
}

function renewChildren(shown, fresh) {
  const staying = new Set([...fresh.children].map((child) => child.id));
  for (const child of [...shown.children]) {
    if (child.id && !staying.has(child.id)) child.remove();
  }
  let place = shown.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const kept = findKept(shown, place, wanted);
    if (!kept) {
      shown.insertBefore(wanted, place);
      continue;
    }
    if (kept === place) place = place.nextSibling;
    else shown.insertBefore(kept, place);
    if (kept.nodeType === Node.ELEMENT_NODE) renewElement(kept, wanted);
    else if (kept.data !== wanted.data) kept.data = wanted.data;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/** The node on the page that stands for a new one: the same id, or the same kind at the same place. */
function findKept(shown, place, wanted) {
  if (wanted.id) return [...shown.children].find((child) => child.id === wanted.id);
  const isSameKind = place && !place.id && place.nodeName === wanted.nodeName;
  return isSameKind ? place : undefined;
}

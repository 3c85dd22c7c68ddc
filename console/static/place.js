// Where one was reading: at the end one stays at the end, elsewhere nothing moves.

const NEAR = 80;
const MOST_FOR_ANSWER = 0.6;

/** @param {HTMLElement | null} transcript */
export function keepPlace(transcript) {
  if (!transcript) return { keep: (change) => change(), toEnd: () => {}, offerEnd: () => {} };
  const end = () => document.getElementById("end");

  // Beside the tools the transcript scrolls by itself; on a phone the whole page does.
  const scrollsAlone = () => getComputedStyle(transcript).overflowY === "auto";

  // There the box for the answer lies over the end, or follows it: both shall be in sight.
  function bottom() {
    const { offsetHeight } = document.getElementById("answer");
    return innerHeight - Math.min(offsetHeight, innerHeight * MOST_FOR_ANSWER);
  }

  function isAtEnd() {
    if (scrollsAlone()) {
      return transcript.scrollHeight - transcript.scrollTop - transcript.clientHeight < NEAR;
    }
    return end().getBoundingClientRect().top < bottom() + NEAR;
  }

  function toEnd() {
    if (scrollsAlone()) transcript.scrollTop = transcript.scrollHeight;
    else scrollBy(0, end().getBoundingClientRect().bottom - bottom());
  }

  let wasAtEnd = true;
  toEnd();
  transcript.addEventListener("scroll", () => { wasAtEnd = isAtEnd(); }, { passive: true });
  // The box for the answer grows while one writes, and takes the room from above.
  new ResizeObserver(() => { if (scrollsAlone() && wasAtEnd) toEnd(); }).observe(transcript);

  // Whoever reads further up is told that there is more, and not torn away.
  function offerEnd() {
    document.getElementById("down").hidden = isAtEnd();
  }

  document.addEventListener("scroll", () => {
    const down = document.getElementById("down");
    if (!down.hidden && isAtEnd()) down.hidden = true;
  }, { capture: true, passive: true });
  document.addEventListener("click", ({ target }) => {
    if (target.id !== "down") return;
    toEnd();
    (document.getElementById("draft") ?? transcript).focus({ preventScroll: true });
  });

  return {
    toEnd,
    offerEnd,
    keep(change) {
      const stay = isAtEnd();
      change();
      if (stay) toEnd();
    },
  };
}

// One stream for all tabs of a browser. Without HTTP/2 a browser opens six connections to a server and
// no more: with a stream in each of six tabs there would be none left to send an answer by.

const NAME = "suluh-meja-aliran";

/**
 * One tab listens and tells the others. It is the one that is looked at: a telephone lets the others sleep.
 * @param {string} address
 * @param {(kind: "open" | "error" | "berubah", state?: object) => void} hear
 */
export function startStream(address, hear) {
  const others = new BroadcastChannel(NAME);
  let source = null;
  let last = null;
  let waiting = null;
  let isOver = false;

  function tell(kind, state) {
    if (state) last = state;
    hear(kind, state);
    others.postMessage({ kind, state });
  }

  function listen() {
    source?.close();
    source = new EventSource(address);
    source.addEventListener("open", () => tell("open"));
    source.addEventListener("error", () => tell("error"));
    source.addEventListener("berubah", ({ data }) => tell("berubah", JSON.parse(data)));
  }

  function rest() {
    source?.close();
    source = null;
  }

  others.addEventListener("message", ({ data: { kind, state } }) => {
    if (isOver) return;
    if (kind !== "new") hear(kind, state);
    else if (source && last) others.postMessage({ kind: "berubah", state: last });
  });

  async function lead(options) {
    try {
      await navigator.locks.request(NAME, options, () => {
        waiting = null;
        if (isOver) return undefined;
        listen();
        return new Promise(() => {});
      });
    } catch {
      if (options.signal?.aborted) return;
    }
    // Another tab is looked at now.
    rest();
    if (!isOver) wait();
  }

  function wait() {
    waiting = new AbortController();
    lead({ signal: waiting.signal });
  }

  function takeOver() {
    if (source || isOver || document.hidden) return;
    waiting?.abort();
    lead({ steal: true });
  }

  // Where the address is not https there are no locks: each tab has a stream of its own.
  if (!navigator.locks) listen();
  else {
    others.postMessage({ kind: "new" });
    if (document.hidden) wait();
    else takeOver();
    document.addEventListener("visibilitychange", takeOver);
  }

  return {
    /** Tries again, when it has given up or there is a network again. */
    again({ always = false } = {}) {
      if (source && (always || source.readyState === EventSource.CLOSED)) listen();
    },
    end() {
      isOver = true;
      waiting?.abort();
      rest();
    },
  };
}

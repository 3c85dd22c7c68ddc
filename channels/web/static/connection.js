// Sending and receiving. Nothing here knows what the page looks like.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
// Slow 3G takes its time; a connection that is silent this long is dead.
const REQUEST_TIMEOUT_MS = 25_000;
const REFUSED = new Set([400, 403, 413, 415]);
const STORE = "suluh-belum-terkirim";

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Without https (a village hotspot page) there is no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What was said so far, or null when the server cannot be reached. */
export async function fetchHistory() {
  try {
    const response = await fetch("/pesan", { cache: "no-store" });
    return response.ok ? (await response.json()).percakapan : null;
  } catch {
    return null;
  }
}

/** True when the conversation is gone from the server. */
export async function deleteConversation() {
  try {
    return (await fetch("/hapus", { method: "POST" })).status === 204;
  } catch {
    return false;
  }
}

/** True when the cookie is forgotten. The browser finishes this also after the page is left. */
export async function forgetCookie() {
  try {
    return (await fetch("/keluar", { method: "POST", keepalive: true })).ok;
  } catch {
    return false;
  }
}

/** What is typed or queued, kept in this tab until the server has it. */
export const unsent = {
  read() {
    try {
      return { draft: "", queue: [], ...JSON.parse(sessionStorage.getItem(STORE)) };
    } catch {
      return { draft: "", queue: [] };
    }
  },
  write(changes) {
    const { draft, queue } = { ...this.read(), ...changes };
    if (!draft && queue.length === 0) return this.clear();
    try {
      sessionStorage.setItem(STORE, JSON.stringify({ draft, queue }));
    } catch {
      // Storage is full or forbidden: the memory of the page still has it.
    }
  },
  clear() {
    try {
      sessionStorage.removeItem(STORE);
    } catch {
      // Nothing was stored then.
    }
  },
};

/**
 * Sends messages one after the other until the server has each.
 *
 * Nothing leaves before the promise `ready`. `changed(message, state, sentence)` tells of
 * sending, waiting, sent and refused; `seen()` gives the id of the last reply on the screen.
 */
export class Outbox {
  constructor({ ready, changed, seen }) {
    this.ready = ready;
    this.changed = changed;
    this.seen = seen;
    this.queue = [];
    this.running = false;
    this.round = new AbortController();
    this.hurry = () => {};
  }

  add(...messages) {
    this.queue.push(...messages);
    this.save();
    this.run(this.round.signal);
  }

  /** Forgets everything, also what is on its way: a late answer would bring the cookie back. */
  clear() {
    this.round.abort();
    this.round = new AbortController();
    this.queue = [];
    this.running = false;
    unsent.clear();
  }

  save() {
    unsent.write({ queue: this.queue });
  }

  async run(stopped) {
    if (this.running) return;
    this.running = true;
    await this.ready;
    while (this.queue.length > 0 && !stopped.aborted) {
      const message = this.queue[0];
      const [state, sentence] = await this.deliver(message, stopped);
      if (stopped.aborted) return;
      this.queue.shift();
      this.save();
      this.changed(message, state, sentence);
    }
    if (!stopped.aborted) this.running = false;
  }

  async deliver(message, stopped) {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      this.changed(message, "sending");
      const { status, sentence } = await this.post(message, stopped);
      if (status === 202) return ["sent"];
      if (REFUSED.has(status)) return ["refused", sentence];
      if (stopped.aborted) return [];
      this.changed(message, "waiting");
      await this.pause(wait);
      if (stopped.aborted) return [];
    }
  }

  async post({ id, text, payload }, stopped) {
    const request = new AbortController();
    const abort = () => request.abort();
    const timer = setTimeout(abort, REQUEST_TIMEOUT_MS);
    stopped.addEventListener("abort", abort);
    try {
      const response = await fetch("/pesan", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ id, text, payload, seen: this.seen() }),
        signal: request.signal,
      });
      const body = await response.json().catch(() => ({}));
      return { status: response.status, sentence: body.pesan };
    } catch {
      return { status: 0 };
    } finally {
      clearTimeout(timer);
      stopped.removeEventListener("abort", abort);
    }
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * Receives replies, each once and in order.
 *
 * `received(entry)` gets a reply; `connected(yes)` tells whether the stream stands.
 */
export class Inbox {
  constructor({ received, connected }) {
    this.received = received;
    this.connected = connected;
    this.last = 0;
    this.wait = FIRST_WAIT_MS;
    this.source = null;
    this.timer = null;
  }

  /** Opens the stream unless it is open or about to be. */
  open() {
    if (!this.source || this.source.readyState === EventSource.CLOSED) this.reopen();
  }

  /** Replaces a stream that may be dead without the browser knowing; goes on after `last`. */
  reopen() {
    this.close();
    const source = new EventSource(`/aliran?setelah=${this.last}`);
    source.addEventListener("balasan", (event) => this.take(JSON.parse(event.data)));
    source.onopen = () => {
      this.wait = FIRST_WAIT_MS;
      this.connected(true);
    };
    source.onerror = () => {
      this.connected(false);
      // Otherwise the browser itself tries again, with the last id.
      if (source.readyState === EventSource.CLOSED && source === this.source) this.retry();
    };
    this.source = source;
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  take(entry) {
    if (entry.id <= this.last) return;
    this.last = entry.id;
    this.received(entry);
  }

  /** The browser gave up: the server is away, or there is no conversation any more. */
  retry() {
    this.timer = setTimeout(async () => {
      const history = await fetchHistory();
      if (history?.length === 0) {
        this.close();
        this.last = 0;
        this.connected(true);
      } else {
        this.reopen();
      }
    }, this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }
}

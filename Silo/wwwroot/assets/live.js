// Live totals: one stream of server-sent events that comes back by itself, from whatever silo answers at this address.

import { ask, backOff, lawApi, Refused } from "./page.js";

// The stream's heartbeats do not reach scripts. After this much silence one total is asked for: where nothing answers, the
// connection is dead, however alive it looks.
const silence = 20_000;

// Browsers open six connections to an address: pages that nobody looks at give theirs back.
const hiddenFor = 10_000;

export class Live {
  #lawIds = [];
  #source = null;
  #failures = 0;
  #retry;
  #watch;
  #hide;
  #onTally;
  #onState;

  /** @param onTally given each tally; @param onState given "connecting", "live" or "lost", and why: a Refused or null. */
  constructor(onTally, onState) {
    this.#onTally = onTally;
    this.#onState = onState;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.#hide);
      if (document.hidden) this.#hide = setTimeout(() => this.#close(), hiddenFor);
      else if (!this.#source) this.open();
    });
    addEventListener("online", () => this.open());
    addEventListener("pagehide", () => this.#close());
  }

  /** Watches these laws from now on. */
  watch(lawIds) {
    if (lawIds.join("\n") === this.#lawIds.join("\n") && this.#source) return;
    this.#lawIds = lawIds;
    this.#failures = 0;
    this.open();
  }

  /** Ends it. */
  stop() {
    this.#lawIds = [];
    this.#close();
  }

  open() {
    this.#close();
    if (this.#lawIds.length === 0) return;
    const source = new EventSource(this.#address());
    this.#source = source;
    this.#onState(this.#failures === 0 ? "connecting" : "lost", null);
    source.addEventListener("tally", (event) => {
      this.#heard();
      this.#onTally(JSON.parse(event.data));
    });
    source.addEventListener("open", () => this.#heard());
    source.addEventListener("error", () => this.#lost(source));
    this.#expect();
  }

  #address() {
    if (this.#lawIds.length === 1) return lawApi(this.#lawIds[0], "/live");
    return `/api/live?${this.#lawIds.map((lawId) => `law=${encodeURIComponent(lawId)}`).join("&")}`;
  }

  #heard() {
    this.#failures = 0;
    this.#onState("live", null);
    this.#expect();
  }

  #expect() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#check(), silence * (0.75 + Math.random() / 2));
  }

  async #check() {
    const source = this.#source;
    try {
      this.#onTally(await ask(lawApi(this.#lawIds[0], "/tally"), { timeout: 5000 }));
      if (source === this.#source) this.#expect();
    } catch {
      if (source && source === this.#source) this.#lost(source);
    }
  }

  async #lost(source) {
    if (source !== this.#source) return;
    this.#close();
    this.#failures++;
    this.#onState("lost", null);
    let wait = backOff(this.#failures);
    const failures = this.#failures;
    if (failures > 1) {
      // An EventSource does not say what was answered; this does.
      try {
        await ask(lawApi(this.#lawIds[0], "/tally"), { timeout: 5000 });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        wait = Math.max(wait, error.retryAfter * 1000);
        if (this.#source || failures !== this.#failures) return;
        this.#onState("lost", error, wait);
      }
    }
    if (this.#source || failures !== this.#failures || this.#lawIds.length === 0) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.open(), wait);
  }

  #close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#watch);
    this.#source?.close();
    this.#source = null;
  }
}

// A silo whose answer is older than what is shown catches up within seconds. What stays behind for longer is no old answer:
// the database went back, or an operator set a total right.
const catchUp = 15_000;

/** Tells, of one law, which tallies are to be shown. Totals do not go back, unless they stay back. */
export class Newest {
  #version = -1;
  #behindSince = null;

  accepts(tally) {
    if (tally.version < this.#version) {
      this.#behindSince ??= Date.now();
      if (Date.now() - this.#behindSince < catchUp) return false;
    }
    this.#behindSince = null;
    this.#version = tally.version;
    return true;
  }
}

/** Says in the page's head how the connection is. */
export function showConnection(element, state) {
  const words = { connecting: "Connecting", live: "Live", lost: "Reconnecting …", final: "Final" };
  element.dataset.state = state;
  if (element.textContent !== words[state]) element.textContent = words[state];
}

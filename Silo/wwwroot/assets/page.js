// What all pages share. Texts that come from outside go into the page through textContent alone.

const whole = new Intl.NumberFormat("en");
const rate = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const shortClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

export const number = (value) => whole.format(value);
export const compact = (value) => (value < 100_000 ? whole.format(value) : short.format(value));
export const perSecond = (value) => rate.format(value);
export const percent = (share) => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);
export const votes = (count) => (count === 1 ? "1 vote" : `${number(count)} votes`);
export const time = (at) => clock.format(at);
const utcDate = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

/** The same wherever it is read, for what is final. */
export const utc = (at) => `${utcDate.format(at)} UTC`;
export const minute = (at) => shortClock.format(at);
export const moment = (at) => date.format(at);

/** "0.8 s", "12 s", "5 min", "3 h", "2 d". */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}

export const $ = (id) => document.getElementById(id);

/** An element with a class, a text and children. */
export function make(tag, { className, text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Sets a text only where it differs: an untouched node keeps selection and is not announced again. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const lawPage = (lawId) => `/laws/${encodeURIComponent(lawId)}`;
export const lawApi = (lawId, rest = "") => `/api/laws/${encodeURIComponent(lawId)}${rest}`;

/** What a request came to that is no good answer. Status 0: nobody answered. */
export class Refused extends Error {
  constructor(status, detail, retryAfter) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

let skew = 0;

/** Now, by the silos' clocks as far as their answers tell: ages must not depend on the reader's clock. */
export const serverNow = () => Date.now() + skew;

/** Asks for JSON; throws Refused. */
export async function ask(address, { method = "GET", body, timeout = 10_000 } = {}) {
  let answer;
  let json;
  try {
    answer = await fetch(address, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      signal: AbortSignal.timeout(timeout),
    });
    json = await answer.json();
  } catch {
    if (answer && answer.status >= 400) throw new Refused(answer.status, "", 0);
    throw new Refused(0, "No silo answers at this address at the moment.", 0);
  }
  const stamp = Date.parse(answer.headers.get("Date") ?? "");

  // The header has whole seconds: what is less than two of them apart is no difference.
  if (!Number.isNaN(stamp)) skew = Math.abs(stamp - Date.now()) > 2000 ? stamp - Date.now() : 0;
  if (answer.ok) return json;

  // The API's own words tell programs which header to send.
  const detail = answer.status === 401 ? "Your sign-in has ended." : json.detail ?? "";
  throw new Refused(answer.status, detail, Number(answer.headers.get("Retry-After")) || 0);
}

const titles = {
  0: "No connection",
  400: "This is not a law's address",
  401: "Please sign in again",
  403: "This is for operators",
  404: "There is no such law",
  429: "Too many requests",
  503: "Not available at the moment",
};

/** Shows what went wrong, and when it will be tried again; null takes it away. */
export function showNotice(place, refused, again) {
  clearInterval(place.countdown);
  if (!refused) {
    place.replaceChildren();
    return;
  }
  const kind = refused.status === 404 || refused.status === 400 ? "info" : refused.status === 403 ? "bad" : "warn";
  const box = make("div", { className: "notice", "data-kind": kind, role: "alert" },
    make("h2", { text: titles[refused.status] ?? "Something went wrong" }), make("p", { text: refused.message, dir: "auto" }));
  if (refused.status === 401 || refused.status === 403) {
    const back = encodeURIComponent(location.pathname + location.search);
    box.append(make("p", {}, make("a", { href: `/sign-in?return=${back}`, text: "Sign in" })));
  }
  if (again) {
    const due = Date.now() + again.after;
    const wait = make("p", { className: "quiet", "aria-hidden": "true" });
    const tell = () => put(wait, `Trying again in ${Math.max(0, Math.ceil((due - Date.now()) / 1000))} s.`);
    const button = make("button", { type: "button", text: "Try now" });
    button.addEventListener("click", again.now);
    place.countdown = setInterval(tell, 500);
    tell();
    box.append(wait, button);
  }
  place.replaceChildren(box);
}

/** Runs a task again and again, not while the page is hidden, and later after failures. */
export function repeat(task, every) {
  let timer;
  let failures = 0;
  const run = async () => {
    clearTimeout(timer);
    let wait = every;
    try {
      await task();
      failures = 0;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      failures++;
      wait = Math.max(error.retryAfter * 1000, backOff(failures, every));
    } finally {
      timer = setTimeout(() => (document.hidden ? undefined : run()), wait);
    }
  };
  document.addEventListener("visibilitychange", () => document.hidden || run());
  run();
  return run;
}

/** The wait before attempt n: twice as long each time, up to 15 s or the usual pace, and not the same for everybody. */
export const backOff = (failures, most = 0) =>
  Math.min(Math.max(15_000, most), 500 * 2 ** Math.min(failures, 10)) * (0.5 + Math.random());

/** A law's state: its voting may begin later, or be over, while the law itself is open until operators close it. */
export function stateOf(law, tally) {
  if (tally?.final) return "final";
  if (law?.status === "closed" || tally?.status === "closed") return "closed";
  if ((tally?.status ?? law?.status) === "closing" && !(Date.parse(law?.closes_at) > serverNow())) return "closing";
  if (law?.opens_at && Date.parse(law.opens_at) > serverNow()) return "early";
  return law?.closes_at && Date.parse(law.closes_at) <= serverNow() ? "ended" : "open";
}

const usual = { yes: 0, no: 1, for: 0, against: 1, abstain: 2 };
const hues = 8;

/**
 * A colour class for each choice: the usual ones have theirs wherever they stand, the others take what is left in their order.
 * Beyond eight the colours come again in a lighter tone.
 */
export function colours(choices) {
  const classes = new Map();
  const taken = new Set(choices.map((choice) => usual[choice.toLowerCase()]).filter((hue) => hue !== undefined));
  let next = 0;
  for (const choice of choices) {
    const own = usual[choice.toLowerCase()];
    while (own === undefined && next < hues && taken.has(next)) next++;
    const hue = own ?? next++;
    classes.set(choice, hue < hues ? `c-${hue}` : `c-${hue % hues} pale`);
  }
  return classes;
}

/** Says on a public page that votes wait for longer than usual. Without an answer it says nothing: the page itself does. */
export function watchCounting(place) {
  repeat(async () => {
    const { delayed, since } = await ask("/api/counting");
    if (Boolean(place.firstChild) === delayed) return;
    place.replaceChildren(...(delayed ? [make("div", { className: "notice", "data-kind": "warn", role: "status" },
      make("h2", { text: "Counting is delayed" }),
      make("p", { text: `Votes have been waiting since about ${minute(Date.parse(since))}. None of them is lost; the totals move again when they are counted.` }))] : []));
  }, 10_000);
}

/** On paper: from where, and when. */
addEventListener("beforeprint", () => {
  const place = $("printed");
  if (place) put(place, `${location.href}, printed on ${moment(Date.now())} (${Intl.DateTimeFormat().resolvedOptions().timeZone}).`);
});

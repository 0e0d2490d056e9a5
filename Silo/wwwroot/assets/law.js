// A law's page: live totals of each choice, and the course of the votes.

import { $, ask, colours, duration, lawApi, make, minute, moment, number, percent, put, Refused, repeat, serverNow, showNotice, stateOf, time, utc, votes, watchCounting } from "./page.js";
import { Live, Newest, showConnection } from "./live.js";
import { draw, rows } from "./chart.js";

const speakEvery = 15_000;
const minutes = 60_000;
const steps = { 1: 60, 6: 300, 24: 1200 };

// A chart of the whole time has about this many bars, of whole minutes; an answer has at most 500 points and 366 days.
const barsOfAll = 60;
const mostDays = 365;

// Of more choices than this, the rest is behind a button.
const mostChoices = 8;

const lawId = readLawId();
let law = null;
let tally = null;
const newest = new Newest();
let course = null;
let spokeAt = 0;
let hues = new Map();
const items = new Map();

function readLawId() {
  try {
    return decodeURIComponent(location.pathname.slice("/laws/".length));
  } catch {
    return "";
  }
}

function showLaw() {
  // While the database is away, the page itself may still know the title.
  const title = law?.title || $("title").dataset.title || lawId;
  put($("title"), title);
  // Isolated, as a title may turn the direction of writing.
  document.title = `\u2068${title}\u2069 – vote results`;
  put($("law-id"), title === lawId ? "" : lawId);
  const opens = law?.opens_at && Date.parse(law.opens_at) > serverNow() ? `opens ${moment(Date.parse(law.opens_at))}` : "";
  put($("window"), [opens, ends()].filter(Boolean).join(", "));
  if (tally) showState();
}

function showState() {
  const state = stateOf(law, tally);
  $("state").hidden = false;
  $("state").dataset.state = state;
  put($("state"), {
    early: "Not open yet", open: "Open", ended: "Voting ended", closing: "Voting ended, last votes being counted", closed: "Closed, last votes being counted", final: "Closed, final result",
  }[state]);
  put($("explain"), explain(state));
}

/** When voting ends or ended. A law that was closed before its time has no time to come any more. */
function ends() {
  if (law?.closed_at) return `closed ${utc(Date.parse(law.closed_at))}`;
  if (!law?.closes_at) return "";
  const at = Date.parse(law.closes_at);
  if (at <= serverNow()) return `voting ended ${moment(at)}`;
  return law.status === "closed" || tally?.status === "closed" ? "" : `closes ${moment(at)}`;
}

function showTally(news) {
  if (!newest.accepts(news)) return;
  const isFirst = tally === null;
  tally = news;
  $("result").hidden = $("downloads").hidden = $("history").hidden = false;
  showLaw();
  put($("total"), number(news.total));
  put($("total-word"), news.total === 1 ? "vote counted" : "votes counted");
  if (news.choices.some((choice) => !hues.has(choice.choice))) hues = colours(news.choices.map((choice) => choice.choice));
  news.choices.forEach(showChoice);
  arrange();
  put($("durable"), number(news.total));
  put($("pending"), number(news.pending));
  put($("version"), number(news.version));
  const changedAt = news.changed_at && new Date(news.changed_at);
  put($("changed-at"), changedAt ? time(changedAt) : "–");
  $("changed-at").dateTime = news.changed_at ?? "";
  $("changed-at").title = `${changedAt ? moment(changedAt) : "no vote yet"}; checked ${moment(new Date(news.as_of))}`;
  if (law && law.status !== news.status) again();
  if (news.final) showConnection($("connection"), "final");
  if (course) addToCourse();
  showAge();
  speak();
  if (isFirst) againCourse();
}

function explain(state) {
  if (state === "final") {
    const late = law?.rejected_after_close ? ` ${votes(law.rejected_after_close)} came after the closing and ${law.rejected_after_close === 1 ? "was" : "were"} not counted.` : "";
    return `This law is closed and nothing is pending: no vote can change these totals any more.${late}`;
  }
  if (state === "closing") return "Voting has ended, and the last votes are being counted. When all that have arrived are counted, the result is final.";
  if (state === "closed") return "This law is closed. The last votes are on their way; then the result is final.";
  if (state === "early") return "Voting has not begun. Votes that are cast before it does are not counted.";
  if (state === "ended") return "Voting has ended. Votes that were cast in time may still arrive until the law is closed; then the result is final.";
  if (tally.total === 0 && tally.pending === 0) return "No votes yet. They appear here as soon as they are counted.";
  return "";
}

function showChoice(choice) {
  let item = items.get(choice.choice);
  if (!item) {
    item = {
      votes: make("span", { className: "choice-votes" }),
      share: make("span", { className: "choice-share" }),
      bar: make("span", { className: "moves" }),
    };
    const name = make("span", { className: "choice-name" }, make("bdi", { text: choice.choice }));
    item.root = make("li", { className: hues.get(choice.choice), "data-choice": choice.choice },
      make("div", { className: "choice-line" }, name, item.votes, item.share),
      make("div", { className: "track", "aria-hidden": "true" }, item.bar));
    items.set(choice.choice, item);
  }
  put(item.votes, choice.pending > 0 ? `${votes(choice.total)} + ${number(choice.pending)} pending` : votes(choice.total));
  put(item.share, percent(choice.share));
  item.bar.style.width = `${((choice.share ?? 0) * 100).toFixed(2)}%`;
}

/** Puts the choices in the order that is asked for, and folds those that are many. */
function arrange() {
  const isByVotes = document.querySelector("input[name=order]:checked").value === "votes";
  const ordered = isByVotes ? tally.choices.toSorted((one, other) => other.total - one.total) : tally.choices;
  const isFolded = ordered.length > mostChoices && $("all-choices").getAttribute("aria-expanded") !== "true";
  const list = $("choices");
  ordered.forEach((choice, index) => {
    const root = items.get(choice.choice).root;
    root.hidden = isFolded && index >= mostChoices - 2;
    if (list.children[index] !== root) list.insertBefore(root, list.children[index] ?? null);
  });
  $("order").hidden = ordered.length <= 3;
  $("all-choices").hidden = ordered.length <= mostChoices;
  put($("all-choices"), isFolded ? `Show ${ordered.length - mostChoices + 2} more choices` : "Show fewer choices");
}

function showAge() {
  if (tally?.changed_at) put($("age"), `(${duration(serverNow() - Date.parse(tally.changed_at))} ago)`);
}

/** Tells those who listen instead of looking, at a pace that can be listened to. */
function speak() {
  if (Date.now() - spokeAt < speakEvery) return;
  spokeAt = Date.now();
  const shares = tally.choices.map((choice) => `${choice.choice} ${percent(choice.share)}`).join(", ");
  put($("spoken"), `${votes(tally.total)} counted: ${shares}.`);
}

function range() {
  return document.querySelector("input[name=range]:checked").value;
}

/** Where the chart begins and ends, and its step in seconds: the same for all who look, so that they share one answer. */
function span(hours) {
  if (hours !== "all") {
    const end = chartEnd(steps[hours]);
    return { from: end - Number(hours) * 60 * minutes, to: end, step: steps[hours] };
  }
  const begin = Math.max(Date.parse(law?.created_at ?? 0), serverNow() - mostDays * 24 * 60 * minutes);
  const step = Math.max(1, Math.ceil((chartEnd(60) - begin) / minutes / barsOfAll)) * 60;
  const to = chartEnd(step);
  return { from: Math.floor(begin / minutes) * minutes, to: Math.max(to, begin + minutes), step };
}

/** The end of the chart: now, or when the law was closed. In whole steps, so that all who look share one answer. */
function chartEnd(step) {
  const closed = tally?.status === "closed" && law ? Date.parse(law.closed_at ?? law.updated_at) : serverNow();
  return Math.ceil(Math.min(serverNow(), closed + 60_000) / (step * 1000)) * step * 1000;
}

async function loadCourse() {
  const hours = range();
  const { from, to, step } = span(hours);
  const at = (instant) => encodeURIComponent(new Date(instant).toISOString());
  try {
    const history = await ask(lawApi(lawId, `/history?from=${at(from)}&to=${at(to)}&step=${step}`));
    if (hours !== range()) return;
    let before = history.before;
    const points = history.points.map((point) => {
      const parts = point.totals.map((total, choice) => ((total - before[choice]) * 60) / step);
      before = point.totals;
      return { until: Date.parse(point.at), perMinute: (point.votes * 60) / step, parts };
    });
    const total = history.points.at(-1).totals.reduce((sum, count) => sum + count, 0);
    course = { step, points, total, totals: [...before], choices: history.choices };
    addToCourse();
  } catch (error) {
    if (error instanceof Refused && !course) {
      $("chart").replaceChildren();
      put($("chart-note"), `The chart is not available at the moment. ${error.message}`);
    }
    throw error;
  }
}

/** Lets the last bar grow by what the live total has more than the course knew, without asking the database. */
function addToCourse() {
  const last = course.points.at(-1);
  if (tally.total > course.total && serverNow() > last.until) {
    // Its time is over. The course of a closed law ends where it ends, whatever was counted after that.
    if (tally.status === "open") againCourse();
  } else if (tally.total > course.total) {
    last.perMinute += ((tally.total - course.total) * 60) / course.step;
    course.total = tally.total;
    for (const { choice, total } of tally.choices) addToPart(last, choice, total);
  }
  showCourse();
}

/** A choice's part of the last bar; one that had no vote before gets its place in all bars. */
function addToPart(last, choice, total) {
  let place = course.choices.indexOf(choice);
  if (place < 0) {
    if (total === 0) return;
    place = course.choices.push(choice) - 1;
    course.totals.push(0);
    for (const point of course.points) point.parts.push(0);
  }
  last.parts[place] += ((total - course.totals[place]) * 60) / course.step;
  course.totals[place] = total;
}

function showCourse() {
  const { points, step } = course;
  const isEmpty = points.every((point) => point.perMinute === 0);
  const isGoingOn = points.at(-1).until > serverNow() && !tally?.final;
  const isByChoice = $("by-choice").checked;
  draw($("chart"), points, isGoingOn, isByChoice ? course.choices.map((choice) => hues.get(choice) ?? "c-7 pale") : null);
  put($("chart-note"), isEmpty ? `No votes between ${minute(points[0].until - step * 1000)} and ${minute(points.at(-1).until)}.`
    : isGoingOn ? "The last bar is still growing." : "");
  if ($("chart-rows").closest("details").open) {
    const names = isByChoice ? course.choices : [];
    $("chart-columns").replaceChildren(...["Until", "Votes per minute", ...names].map((text) => make("th", { scope: "col", dir: "auto", text })));
    $("chart-rows").replaceChildren(...rows(points, isByChoice));
  }
}

async function loadLaw() {
  try {
    law = await ask(lawApi(lawId));
    showLaw();
  } catch (error) {
    if (error.status === 404 || error.status === 400) {
      live.stop();
      $("connection").hidden = true;
      $("law").hidden = true;
      document.title = "Not found – vote results";
      $("notice").replaceChildren(notFound(error));
      return false;
    }
    if (error.status === 429 || tally === null) noticeOf(error, (error.retryAfter || 5) * 1000);
    throw error;
  }
  return true;
}

function notFound(error) {
  return make("div", {},
    make("h1", { text: error.status === 404 ? "There is no such law" : "This is not a law's address" }),
    make("p", { className: "law-id", dir: "auto", text: lawId }),
    make("p", { text: "It may be misspelt, or not registered yet." }),
    make("p", {}, make("a", { href: "/", text: "See all laws" })));
}

function noticeOf(refused, after) {
  showNotice($("notice"), refused, { after, now: () => { live.open(); again(); } });
}

const live = new Live(showTally, (state, refused, after) => {
  const isFinal = state === "live" && tally?.final;
  showConnection($("connection"), isFinal ? "final" : state);
  if (refused) noticeOf(refused, after);
  if (state === "live") showNotice($("notice"), null);
});

showLaw();
$("csv").href = lawApi(lawId, "/export.csv");
$("ndjson").href = lawApi(lawId, "/export.ndjson");
let again = () => {};
let isFound = true;
again = repeat(async () => {
  if (isFound) isFound = await loadLaw();
}, 120_000);
const againCourse = repeat(async () => {
  if (isFound && tally) await loadCourse();
}, 60_000);
live.watch([lawId]);
watchCounting($("delay"));
$("by-choice").addEventListener("change", () => course && showCourse());
$("all-choices").addEventListener("click", () => {
  const button = $("all-choices");
  button.setAttribute("aria-expanded", button.getAttribute("aria-expanded") !== "true");
  arrange();
});
for (const input of document.querySelectorAll("input[name=order]")) input.addEventListener("change", () => tally && arrange());
setInterval(showAge, 100);
for (const input of document.querySelectorAll("input[name=range]")) input.addEventListener("change", () => { course = null; againCourse(); });
$("chart-rows").closest("details").addEventListener("toggle", () => course && showCourse());
new ResizeObserver(() => course && showCourse()).observe($("chart"));

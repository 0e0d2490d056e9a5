// The start page: the busiest laws with their live totals, search and filter.

import { $, ask, colours, lawPage, make, number, percent, perSecond, put, Refused, repeat, showNotice, stateOf, watchCounting } from "./page.js";
import { Live, Newest, showConnection } from "./live.js";

const limit = 12;
const nowLimit = 5;
const items = new Map();
let page = 1;
let asked = 0;
let busiest = [];
let hadVotes = false;

function readAddress() {
  const query = new URLSearchParams(location.search);
  $("search").value = query.get("search") ?? "";
  $("status").value = ["open", "closed"].includes(query.get("status")) ? query.get("status") : "";
  page = Math.min(1000, Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1));
}

function writeAddress(isPlace) {
  const query = new URLSearchParams();
  if ($("search").value.trim()) query.set("search", $("search").value.trim());
  if ($("status").value) query.set("status", $("status").value);
  if (page > 1) query.set("page", page);
  const address = query.size > 0 ? `/?${query}` : "/";
  if (address === location.pathname + location.search) return;

  // A page or a filter is a place to come back to; what is typed on the way to a search is not.
  if (isPlace) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

async function loadList() {
  const search = $("search").value.trim();
  const status = $("status").value;
  const number = ++asked;
  const query = new URLSearchParams({ page, limit });
  if (search) query.set("search", search);
  if (status) query.set("status", status);
  let answer;
  try {
    answer = await ask(`/api/laws?${query}`);
  } catch (error) {
    if (error instanceof Refused && number === asked) {
      const after = Math.max(5000, error.retryAfter * 1000);
      showNotice($("notice"), error, { after, now: () => again() });
      error.retryAfter = after / 1000;
    }
    throw error;
  }

  // Somebody has typed on meanwhile.
  if (number !== asked) return;
  showNotice($("notice"), null);
  put($("list-title"), search ? `Laws that match “${search}”` : status ? `The ${status} laws with the most votes` : "Laws with the most votes");
  showNow();
  showList(answer.laws);
  showPages(answer);
  if (answer.laws.length === 0) showNothing(search, status);
  live.watch(answer.laws.map((law) => law.law_id));
}

function showNothing(search, status) {
  const box = make("div", { className: "notice" });
  if (search || status || page > 1) {
    box.append(make("h2", { text: "Nothing found" }), make("p", { text: "No law fits. Try fewer letters, or show all laws." }));
  } else {
    box.append(make("h2", { text: "No laws yet" }), make("p", { text: "Laws appear here when they are registered or receive their first vote." }));
  }
  $("notice").replaceChildren(box);
}

/** Puts the laws in their order. Not under somebody's hand: the order then waits for the next time. */
function showList(laws) {
  const list = $("laws");
  const isInUse = list.matches(":hover") || list.contains(document.activeElement);
  const wanted = laws.map((law) => law.law_id);
  const isSameSet = wanted.length === items.size && wanted.every((lawId) => items.has(lawId));
  for (const [lawId, item] of items) {
    if (wanted.includes(lawId)) continue;
    item.root.remove();
    items.delete(lawId);
  }
  laws.forEach((law, index) => {
    const item = items.get(law.law_id) ?? newItem(law);
    put(item.title, law.title || law.law_id);
    if (!item.tally) showVotes(item, law.votes);
    item.law = law;
    showState(item);
    if (!(isInUse && isSameSet) && list.children[index] !== item.root) list.insertBefore(item.root, list.children[index] ?? null);
  });
}

function newItem(law) {
  const item = {
    title: make("a", { href: lawPage(law.law_id), dir: "auto" }),
    votes: make("span"),
    word: make("small"),
    state: make("span", { className: "badge" }),
    stack: make("div", { className: "stack", "aria-hidden": "true", hidden: "" }),
    legend: make("ul", { className: "legend" }),
    shares: new Map(),
    law,
    tally: null,
    newest: new Newest(),
  };
  item.root = make("li", { "data-law": law.law_id },
    make("div", { className: "row" }, make("h3", {}, item.title), make("span", { className: "votes" }, item.votes, " ", item.word)),
    make("div", { className: "law-meta" }, item.state, make("bdi", { className: "law-id", text: law.title && law.title !== law.law_id ? law.law_id : "" })),
    item.stack, item.legend);
  items.set(law.law_id, item);
  $("laws").append(item.root);
  return item;
}

function showVotes(item, count) {
  put(item.votes, number(count));
  put(item.word, count === 1 ? "vote" : "votes");
}

function showState(item) {
  const state = stateOf(item.law, item.tally);
  item.state.dataset.state = state;
  put(item.state, { early: "Not open yet", open: "Open", ended: "Voting ended", closing: "Last votes being counted", closed: "Closed", final: "Final" }[state]);
}

function showTally(tally) {
  const item = items.get(tally.law_id);
  if (!item?.newest.accepts(tally)) return;
  item.tally = tally;
  showVotes(item, tally.total);
  resort();
  showState(item);
  item.stack.hidden = tally.total === 0;
  item.colours ??= colours(tally.choices.map((choice) => choice.choice));
  tally.choices.forEach((choice) => {
    let share = item.shares.get(choice.choice);
    if (!share) {
      const hue = item.colours.get(choice.choice) ?? "c-7 pale";
      share = { bar: make("span", { className: `${hue} moves` }), text: make("span") };
      item.stack.append(share.bar);
      item.legend.append(make("li", { className: hue }, make("bdi", { text: choice.choice }), share.text));
      item.shares.set(choice.choice, share);
    }
    share.bar.hidden = !choice.share;
    share.bar.style.width = `${((choice.share ?? 0) * 100).toFixed(2)}%`;
    put(share.text, percent(choice.share));
  });
}

let isResorting = false;

/** Live totals overtake each other between two lists. Once a second, and not under somebody's hand. */
function resort() {
  if (isResorting) return;
  isResorting = true;
  setTimeout(() => {
    isResorting = false;
    const list = $("laws");
    if (list.matches(":hover") || list.contains(document.activeElement)) return;
    const count = (item) => item.tally?.total ?? item.law.votes;
    const wanted = [...items.values()].sort((one, other) => count(other) - count(one));
    wanted.forEach((item, index) => {
      if (list.children[index] !== item.root) list.insertBefore(item.root, list.children[index]);
    });
  }, 1000);
}

function showPages({ more }) {
  $("pages").hidden = page === 1 && !more;
  $("previous").disabled = page === 1;
  $("next").disabled = !more || page === 1000;
  put($("page"), `Page ${number(page)}`);
}

/** The laws that votes come in for at this moment. Once there it stays, so that what is below it does not jump. */
function showNow() {
  const moving = busiest.filter((law) => law.votes_per_second > 0).slice(0, nowLimit);
  const isAsked = $("search").value.trim() !== "" || $("status").value !== "" || page > 1;
  if (moving.length > 0) hadVotes = true;
  $("now").hidden = !hadVotes || isAsked;
  $("now-none").hidden = moving.length > 0;
  const list = $("now-laws");

  // A link that somebody is about to follow stays where it is.
  if (moving.length > 0 && (list.matches(":hover") || list.contains(document.activeElement))) return;
  list.replaceChildren(...moving.map((law) => make("li", { "data-law": law.law_id },
    make("a", { href: lawPage(law.law_id), dir: "auto", text: law.title || law.law_id }),
    make("span", { className: "quiet", text: `${perSecond(law.votes_per_second)} a second` }))));
}

async function loadFigures() {
  const stats = await ask("/api/stats");
  busiest = stats.busiest;
  showNow();

  // Silos without a broker's address never know. Others may miss it once, when the broker takes its time.
  if (stats.backlog !== null) $("backlog").hidden = false;
  put($("all-backlog"), stats.backlog === null ? "–" : number(stats.backlog));
  put($("all-votes"), number(stats.votes));
  put($("all-rate"), perSecond(stats.votes_per_second));
  put($("all-open"), stats.open_laws === stats.laws ? number(stats.laws) : `${number(stats.open_laws)} of ${number(stats.laws)}`);
}

function turn(by) {
  page += by;
  writeAddress(true);
  again();
  $("list-title").scrollIntoView({ block: "start" });
}

const live = new Live(showTally, (state) => showConnection($("connection"), state));
readAddress();
const again = repeat(loadList, 10_000);
repeat(loadFigures, 3000);
watchCounting($("delay"));

let typing;
$("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => { page = 1; writeAddress(false); again(); }, 250);
});
$("status").addEventListener("change", () => { page = 1; writeAddress(true); again(); });
$("find").addEventListener("submit", (event) => { event.preventDefault(); page = 1; writeAddress(true); again(); });
addEventListener("popstate", () => { readAddress(); again(); });
$("previous").addEventListener("click", () => turn(-1));
$("next").addEventListener("click", () => turn(1));

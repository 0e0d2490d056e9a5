// The operators' page: silos, queues, what happened, and the dead letters.

import { $, ask, duration, lawPage, make, moment, number, perSecond, put, Refused, repeat, serverNow, showNotice, time } from "./page.js";
import { showConnection } from "./live.js";
import { setUpLetters } from "./letters.js";

const outcomes = ["counted", "redelivered", "duplicate", "rejected"];

function showSilos({ silos }) {
  const alive = silos.filter((silo) => silo.status !== "dead");
  put($("counted"), perSecond(sum(alive, (silo) => silo.rates?.counted)));
  put($("pending"), number(sum(alive, (silo) => silo.pending_votes)));
  const lags = alive.map((silo) => silo.flush_lag_seconds).filter((lag) => lag !== null);
  put($("lag"), lags.length > 0 ? duration(Math.max(...lags) * 1000) : "no flush");
  $("silos").replaceChildren(...silos.map(siloRow));
  $("outcomes").replaceChildren(...outcomes.map((outcome) => make("tr", {},
    make("th", { scope: "row", text: outcome }),
    make("td", { className: "number", text: perSecond(sum(alive, (silo) => silo.rates?.[outcome])) }))));
  showHotLaws(alive);
  showEvents(alive);
}

const sum = (silos, value) => silos.reduce((all, silo) => all + (value(silo) ?? 0), 0);

const parts = { broker: "Broker", database: "Database", ingests: "Ingests", silos: "Silos", totals: "Totals = audit" };
const states = { ok: "OK", degraded: "Degraded", bad: "Not working", unknown: "Unknown" };

/** The page's own connection to a silo is not what operators care for: the strip says how the cluster is. */
function showCondition({ components, counting }) {
  $("condition").replaceChildren(...components.map((part) => {
    const since = Date.parse(part.since);
    const item = make("li", { "data-part": part.name, "data-state": part.state },
      make("p", { className: "name" }, make("span", { text: parts[part.name] ?? part.name }), make("span", { className: "word", text: states[part.state] })),
      make("p", { text: part.detail, dir: "auto" }),
      make("p", { className: "quiet" }, "Since ", make("time", { datetime: part.since, title: moment(since), text: moment(since) }), ` (${duration(serverNow() - since)})`));
    if (part.runbook) item.append(make("p", {}, make("a", { href: `/ops/docs/operations#${part.runbook}`, text: "Runbook" })));
    return item;
  }));
  const worst = ["bad", "degraded"].find((state) => components.some((part) => part.state === state));
  showConnection($("connection"), worst ? "lost" : "live");
  if (worst) put($("connection"), counting.delayed ? "Counting is delayed" : "Needs attention");
  document.title = `${worst ? "(!) " : ""}Operations – vote results`;
}

function showIngests({ problem, ingests }) {
  put($("ingests-none"), problem ?? "No Ingest has reported in the last ten minutes.");
  $("ingests-none").hidden = ingests.length > 0;
  $("ingests").replaceChildren(...ingests.map((ingest) => {
    const cell = (text) => make("td", { className: "number", text });
    const isSilent = ingest.status === "silent";
    return make("tr", { "data-ingest": ingest.name, "data-status": ingest.status },
      make("th", { scope: "row" }, make("bdi", { text: ingest.name }), make("span", { className: "address", text: ingest.version })),
      make("td", {}, make("span", { className: "badge", "data-state": { consuming: "active", silent: "dead", failing: "closed", waiting: "closed" }[ingest.status],
        text: isSilent ? `silent for ${duration(ingest.silent_seconds * 1000)}` : ingest.status })),
      cell(isSilent ? "–" : perSecond(ingest.settled_per_second)),
      cell(isSilent ? "–" : perSecond(ingest.received_per_second)),
      cell(isSilent ? "–" : number(ingest.unacked)),
      cell(isSilent ? "–" : `${number(ingest.lanes_consuming)} of ${number(ingest.lanes)}`),
      cell(isSilent ? "–" : duration(ingest.uptime_seconds * 1000)));
  }));
}

function siloRow(silo) {
  const cell = (text) => make("td", { className: "number", text: text ?? "–" });
  const told = (value, write) => (value === null ? null : write(value));
  const name = make("th", { scope: "row" }, make("bdi", { text: silo.name }), make("span", { className: "address", text: silo.address }));
  if (silo.problem) name.append(make("span", { className: "address", text: silo.problem }));
  return make("tr", { "data-silo": silo.name, "data-status": silo.status }, name,
    make("td", {}, make("span", { className: "badge", "data-state": silo.problem ? "dead" : silo.status, text: silo.problem ? "silent" : silo.status })),
    cell(silo.rates && perSecond(silo.rates.counted)),
    cell(told(silo.pending_votes, number)),
    cell(told(silo.flush_lag_seconds, (seconds) => duration(seconds * 1000))),
    cell(told(silo.cpu_percent, (percent) => `${percent.toFixed(0)} %`)),
    cell(told(silo.memory_bytes, (bytes) => `${number(Math.round(bytes / 1048576))} MiB`)),
    cell(told(silo.laws, number)),
    cell(told(silo.activations, number)),
    cell(told(silo.uptime_seconds, (seconds) => duration(seconds * 1000))));
}

function showHotLaws(silos) {
  const hot = silos.flatMap((silo) => silo.hot_laws.map((law) => ({ ...law, silo: silo.name })))
    .filter((law) => law.votes_per_second > 0)
    .sort((one, other) => other.votes_per_second - one.votes_per_second).slice(0, 10);
  $("hot-none").hidden = hot.length > 0;
  $("hot").replaceChildren(...hot.map((law) => make("tr", {},
    make("td", {}, make("a", { href: lawPage(law.law_id), dir: "auto", text: law.law_id })),
    make("td", {}, make("bdi", { text: law.silo })),
    make("td", { className: "number", text: perSecond(law.votes_per_second) }))));
}

function showEvents(silos) {
  const events = silos.flatMap((silo) => silo.events.map((event) => ({ ...event, silo: silo.name })))
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at)).slice(0, 100);
  $("events-none").hidden = events.length > 0;
  $("events").replaceChildren(...events.map((event) => make("tr", {},
    make("td", {}, make("time", { datetime: event.at, title: moment(Date.parse(event.at)), text: time(Date.parse(event.at)) })),
    make("td", {}, make("bdi", { text: event.silo })),
    make("td", { className: "level", "data-level": event.level, text: event.level }),
    make("td", { className: "text", dir: "auto", text: `${event.message}${event.times > 1 ? ` (${number(event.times)} times)` : ""}` }))));
}

function showQueues({ problem, votes, dead_letters: dead }) {
  put($("ready"), votes ? number(votes.ready) : "–");
  put($("dead"), dead ? number(dead.ready) : "–");
  put($("queues-problem"), problem ?? "");
  $("queues-problem").hidden = !problem;
  $("queues-table").hidden = Boolean(problem);
  $("look").disabled = !dead;
  $("queues").replaceChildren(...[votes, dead].filter(Boolean).map((queue) => make("tr", {},
    make("th", { scope: "row", text: queue.queue }),
    make("td", { className: "number", text: number(queue.ready) }),
    make("td", { className: "number", text: number(queue.consumers) }))));
}

async function refresh() {
  try {
    const [condition, silos, ingests, queues] = await Promise.all(
      ["condition", "silos", "ingests", "queues"].map((part) => ask(`/api/ops/${part}`)));
    showSilos(silos);
    showIngests(ingests);
    showQueues(queues);
    showNotice($("notice"), null);
    showCondition(condition);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    showConnection($("connection"), "lost");
    const isSignedOut = error.status === 401 || error.status === 403;
    showNotice($("notice"), isSignedOut ? new Refused(error.status, "Your sign-in has ended.", 0) : error);
    if (isSignedOut) put($("connection"), "Signed out");
    throw error;
  }
}

const again = repeat(refresh, 2000);
setUpLetters(again);

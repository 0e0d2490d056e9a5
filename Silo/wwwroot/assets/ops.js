// The operators' page: silos, queues, what happened, and the dead letters.

import { $, ask, duration, lawPage, make, moment, number, perSecond, put, Refused, repeat, showNotice, time } from "./page.js";
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

function siloRow(silo) {
  const cell = (text) => make("td", { className: "number", text: text ?? "–" });
  const told = (value, write) => (value === null ? null : write(value));
  const name = make("th", { scope: "row" }, make("bdi", { text: silo.name }), make("span", { className: "address", text: silo.address }));
  if (silo.problem) name.append(make("span", { className: "address", text: silo.problem }));
  return make("tr", { "data-silo": silo.name, "data-status": silo.status }, name,
    make("td", {}, make("span", { className: "badge", "data-state": silo.problem ? "dead" : silo.status, text: silo.problem ? "silent" : silo.status })),
    cell(told(silo.uptime_seconds, (seconds) => duration(seconds * 1000))),
    cell(told(silo.cpu_percent, (percent) => `${percent.toFixed(0)} %`)),
    cell(told(silo.memory_bytes, (bytes) => `${number(Math.round(bytes / 1048576))} MiB`)),
    cell(told(silo.activations, number)),
    cell(told(silo.laws, number)),
    cell(told(silo.pending_votes, number)),
    cell(told(silo.flush_lag_seconds, (seconds) => duration(seconds * 1000))),
    cell(silo.rates && perSecond(silo.rates.counted)));
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
    const [silos, queues] = await Promise.all([ask("/api/ops/silos"), ask("/api/ops/queues")]);
    showSilos(silos);
    showQueues(queues);
    showNotice($("notice"), null);
    showConnection($("connection"), "live");
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

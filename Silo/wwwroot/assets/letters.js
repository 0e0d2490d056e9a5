// The operators' page: dead letters by reason, and their replay.

import { $, ask, make, moment, number, put, Refused } from "./page.js";

const looking = 90_000;

/** @param changed called when letters have moved. */
export function setUpLetters(changed) {
  $("look").addEventListener("click", () => look());

  async function look() {
    await busy(async () => {
      const found = await ask("/api/ops/dead-letters/look", { method: "POST", body: {}, timeout: looking });
      show(found);
      tell("");
    });
  }

  function show(found) {
    $("letters").hidden = found.fit === 0;
    put($("letters-sum"), `${number(found.looked_at)} of ${number(found.ready)} letters looked at.`);
    $("groups").replaceChildren(...found.groups.map((group) => make("tr", { "data-reason": group.reason },
      make("td", {}, make("bdi", { text: group.reason || "(no reason)" })),
      make("td", {}, make("bdi", { text: group.field })),
      make("td", { className: "number", text: number(group.count) }),
      make("td", { className: "number" }, ...(group.can_succeed ? [replayButton(
        `all letters with the reason ${group.reason || "(none)"}`,
        `letters with the reason “${group.reason}”${group.field ? ` and the field “${group.field}”` : ""}`,
        { reason: group.reason, field: group.field })] : [])))));
    $("letter-rows").replaceChildren(...found.letters.map((letter) => make("tr", { "data-letter": letter.id },
      make("td", { text: letter.id }),
      make("td", { text: letter.at || letter.sent_at ? moment(Date.parse(letter.at ?? letter.sent_at)) : "–" }),
      make("td", {}, make("bdi", { text: letter.reason })),
      make("td", { className: "text" }, make("bdi", { text: letter.law ?? "" })),
      make("td", { className: "text", dir: "auto", text: letter.detail }),
      make("td", { className: "number", text: number(letter.replays) }),
      make("td", { className: "number" }, ...(letter.can_succeed ? [replayButton(`letter ${letter.id}`, `the letter ${letter.id}`, { id: letter.id })] : [])))));
    if (found.fit === 0) tell("There are no dead letters.");
  }

  function replayButton(label, what, choice) {
    const button = make("button", { type: "button", text: "Replay", "aria-label": `Replay ${label}` });
    button.addEventListener("click", () => confirm(what, choice));
    return button;
  }

  function confirm(what, choice) {
    const dialog = $("confirm");
    put($("confirm-text"), `This sends ${what} back to the queue that votes are counted from. Nobody is counted twice by it; what is still wrong comes back here.`);
    dialog.returnValue = "";
    dialog.onclose = () => dialog.returnValue === "replay" && replay(choice);
    dialog.showModal();
  }

  async function replay(choice) {
    await busy(async () => {
      const done = await ask("/api/ops/dead-letters/replay", { method: "POST", body: choice, timeout: looking });
      const found = await ask("/api/ops/dead-letters/look", { method: "POST", body: {}, timeout: looking });
      show(found);
      tell(`${number(done.replayed)} replayed.${done.stopped ? " The time was up before the end: replay again for the rest." : ""}`, "good");
    });
  }

  async function busy(work) {
    const buttons = document.querySelectorAll("#look, #letters button");
    for (const button of buttons) button.disabled = true;
    tell("Looking at the dead letters …");
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      tell(error.message, "bad");
    } finally {
      for (const button of document.querySelectorAll("#look, #letters button")) button.disabled = false;
      changed();
    }
  }

  function tell(text, kind = "info") {
    $("letters-notice").replaceChildren(...(text ? [make("p", { className: "notice", "data-kind": kind, text })] : []));
  }
}

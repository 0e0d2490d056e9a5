// Votes per minute as bars, drawn with the page's own SVG.

import { compact, make, minute, moment, number } from "./page.js";

const namespace = "http://www.w3.org/2000/svg";
const height = 192;
const left = 56;
const bottom = 24;
const top = 10;

function shape(tag, attributes, text) {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** The next 1, 2, 4 or 6 with zeros: an axis that ends there, and its middle, are easy to read. */
export function roundUp(value) {
  const size = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 4, 6, 10].map((step) => step * size).find((step) => step >= value);
}

/**
 * Draws the points in a place.
 * @param points { until, perMinute, parts }, in the order of time; parts are the choices' own figures, in the order of colours.
 * The last point is still going on where isGoingOn says so.
 * @param colours a class for each part of a bar; null: one bar for all choices.
 */
export function draw(place, points, isGoingOn, colours) {
  const width = Math.max(280, place.clientWidth);
  const most = roundUp(Math.max(4, ...points.map((point) => point.perMinute)));
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": describe(points) });
  const y = (value) => height - bottom - (value / most) * (height - bottom - top);
  for (const part of [0, 0.5, 1]) {
    svg.append(shape("line", { class: "grid", x1: left, x2: width, y1: y(most * part), y2: y(most * part) }));
    svg.append(shape("text", { x: left - 8, y: y(most * part) + 4, "text-anchor": "end" }, compact(Math.round(most * part))));
  }
  const days = points.at(-1).until - points[0].until > 36 * 3_600_000;
  const label = (at) => (days ? moment(at).split(",")[0].replace(/ \d{4}$/, "") : minute(at));
  const step = (width - left) / points.length;
  const each = Math.ceil(points.length / Math.min(6, Math.floor((width - left) / 70)));
  points.forEach((point, index) => {
    const isNow = isGoingOn && index === points.length - 1;
    const column = shape("g", {});
    let base = 0;
    const parts = colours ? point.parts.map((value, part) => [value, colours[part]]) : [[point.perMinute, ""]];
    for (const [value, colour] of parts) {
      // A total that was set right may go down: that is no bar.
      const size = Math.max(0, value);
      column.append(shape("rect", {
        class: `bar ${colour}${isNow ? " now" : ""}`,
        x: (left + index * step + step * 0.1).toFixed(1),
        width: (step * 0.8).toFixed(1),
        y: y(base + size).toFixed(1),
        height: (y(base) - y(base + size)).toFixed(1),
      }));
      base += size;
    }
    column.append(shape("title", {}, `until ${days ? moment(point.until) : minute(point.until)}: ${number(Math.round(point.perMinute))} per minute`));
    svg.append(column);
    if ((points.length - 1 - index) % each === 0 && left + (index + 1) * step > left + 30) {
      svg.append(shape("text", { x: Math.min(width - 2, left + (index + 1) * step), y: height - 6, "text-anchor": "end" }, label(point.until)));
    }
  });
  place.replaceChildren(svg);
}

/** The same as rows of a table, the newest first; with a column for each choice where they are asked for. */
export function rows(points, byChoice) {
  return points.toReversed().map((point) => make("tr", {},
    make("td", { text: moment(point.until) }), make("td", { text: number(Math.round(point.perMinute)) }),
    ...(byChoice ? point.parts : []).map((value) => make("td", { text: number(Math.round(value)) }))));
}

function describe(points) {
  const busiest = points.reduce((one, other) => (other.perMinute > one.perMinute ? other : one), points[0]);
  return `Votes per minute from ${minute(points[0].until)} to ${minute(points.at(-1).until)}: `
    + `at most ${number(Math.round(busiest.perMinute))}, in the time until ${minute(busiest.until)}.`;
}

// The freelancer's requests: ticks, and where the eye goes after an answer.
// Every page works without this file.
"use strict";

const all = (selector) => [...document.querySelectorAll(selector)];
const cards = () => all("#requests article");
const holder = (element) => element?.closest?.("[data-request]");

// Ticks

let lastTicked;
const boxes = () => all(".tick input");

function tickTo(box) {
  const every = boxes();
  const ends = [every.findIndex((each) => each.value === lastTicked), every.indexOf(box)];
  if (ends[0] < 0) return;
  every.slice(Math.min(...ends), Math.max(...ends) + 1).forEach((each) => (each.checked = box.checked));
}

function countTicks() {
  const shown = document.getElementById("ticked");
  if (!shown) return;
  const everything = document.getElementById("all");
  countAll(everything);
  shown.textContent = everything.checked ? everything.dataset.count : boxes().filter((box) => box.checked).length;
}

// The box for everything stands for the cards here and those on other pages, as far as they are counted.
function countAll(everything) {
  if (!everything.dataset.beyond) return;
  const n = Number(everything.dataset.beyond) + cards().length;
  const said = everything.nextElementSibling;
  said.textContent = n === 1 ? said.dataset.one : said.dataset.all.replace("{n}", n);
  everything.dataset.count = n;
  everything.parentElement.hidden = !n;
  if (!n) everything.checked = false;
}

function tick(box, range) {
  if (range) tickTo(box);
  if (!box.checked) document.getElementById("all").checked = false;
  lastTicked = box.value;
  countTicks();
}

document.addEventListener("click", (event) => {
  if (event.target.matches?.(".tick input")) tick(event.target, event.shiftKey);
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "all") return;
  boxes().forEach((box) => (box.checked = event.target.checked));
  countTicks();
});
document.addEventListener("reset", () => setTimeout(countTicks, 0));
window.addEventListener("pageshow", countTicks);

// After an answer

// What was answered on this page, the last one last: ids of places, for what stands in a place may be
// put there anew.
const answered = new Set();

// The second press of a double click would land on the card that has just moved up.
document.addEventListener(
  "click",
  (event) => {
    if (event.detail > 1 && event.target.closest("#requests .acts button")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  true,
);

// The server says how long is left; from then on it is counted here, by the clock, for a page that
// lies in the background hears no seconds.
function watchRow(row) {
  if (!row.dataset.seconds) return;
  row.dataset.until = Date.now() + row.dataset.seconds * 1000;
}

function countDown() {
  for (const row of all(".request-row[data-until]")) {
    const left = Math.ceil((row.dataset.until - Date.now()) / 1000);
    if (left > 0) tellLeft(row.querySelector(".row-said"), left);
    else tellOver(row);
  }
}

function tellLeft(said, left) {
  said.textContent = said.textContent.replace(/\d+ seconds?(?=\.\s*$)/, left === 1 ? "1 second" : `${left} seconds`);
}

function tellOver(row) {
  const undo = row.querySelector("[data-key='u'], [data-undo]");
  if (undo === document.activeElement) focusBeside(row);
  undo?.remove();
  row.querySelector(".row-said").textContent = row.dataset.then;
  row.dataset.told = "yes";
  delete row.dataset.until;
}

setInterval(countDown, 1000);
document.addEventListener("visibilitychange", countDown);

// The next card below, or else the last one above; where none is left, the way on.
function focusBeside(element) {
  const place = holder(element);
  const after = (card) => place && place.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING;
  const next = cards().find(after) || cards().at(place ? -1 : 0);
  if (next) return next.focus();
  const done = document.getElementById("all-done");
  if (!done) return document.getElementById("main").focus();
  done.hidden = false;
  done.querySelector("a").focus();
}

function rowCame(place, row) {
  all("[data-told]").forEach((told) => told.closest("li")?.remove());
  answered.add(place.id);
  focusBeside(row);
}

function questionCame(asked) {
  const asking = document.getElementById("asking");
  if (!asking.open) asking.showModal();
  asked.querySelector("[aria-invalid='true'], button")?.focus();
}

// When what came stands in its place and its buttons work.
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.target;
  if (place.id === "ask") questionCame(place);
  if (!place.matches("[data-request]")) return;
  document.getElementById("asking").close();
  answered.delete(place.id);
  const row = place.querySelector(".request-row");
  if (row) rowCame(place, row);
  else place.querySelector("article")?.focus();
});

// Whatever brought it: the page itself, an answer, or the look after what others did.
document.addEventListener("htmx:load", (event) => {
  const come = event.target;
  [come, ...come.querySelectorAll(".request-row")].forEach(watchRow);
  countTicks();
});

// What this page does, it hears of as well. The look that follows may be older than the answer, and
// would put what was in its place back there.
const changing = new Set();
const changedAt = new Map();
let lookedAt = 0;

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { elt, target } = detail.requestConfig;
  if (elt.id === "arrivals") lookedAt = performance.now();
  if (target.matches("[data-request]")) changing.add(target.id);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { target } = detail.requestConfig;
  if (changing.delete(target.id)) changedAt.set(target.id, performance.now());
});
let isLook = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => (isLook = detail.requestConfig.elt.id === "arrivals"));
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target: place, fragment } = event.detail;
  if (!place.matches("[data-request]")) return;
  const isOlder = changing.has(place.id) || changedAt.get(place.id) > lookedAt;
  if (isLook && (isOlder || place.contains(document.activeElement))) event.detail.shouldSwap = false;
  else keepTick(place, fragment);
});

// A card that is drawn anew is ticked as it was.
function keepTick(place, fragment) {
  const [was, is] = [place, fragment].map((drawn) => drawn.querySelector(".tick input"));
  if (was && is) is.checked = was.checked;
}

// Over a dialog, or else where it stands in the page.
function notSent(shown) {
  const told = document.getElementById("not-sent");
  const dialog = document.querySelector("dialog[open]");
  if (shown) (dialog || document.getElementById("said").parentElement).prepend(told);
  told.hidden = !shown;
}

// What the page asks for by itself is nothing that somebody sent; a reply says itself how it went,
// and what follows it is another page.
const byItself = "[data-live], [data-sends], .draft";
const isSent = ({ detail }) => document.getElementById("not-sent") && !detail.requestConfig.elt.matches(byItself);

// A whole page in answer to a part: signed out meanwhile, and the page itself leads on to signing in.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, requestConfig } = event.detail;
  const { elt, path } = requestConfig;
  if (target === document.body || elt.matches(byItself) || !isPage(xhr.responseText)) return;
  const isAsked = new URL(xhr.responseURL).pathname === new URL(path, location).pathname;
  if (isAsked && elt.matches("[hx-select]")) return;
  event.detail.shouldSwap = false;
  if (xhr.status < 400) location.reload();
  else notSent(true);
});

document.addEventListener("htmx:beforeRequest", (event) => isSent(event) && notSent(false));
document.addEventListener("htmx:sendError", (event) => isSent(event) && notSent(true));
document.addEventListener("htmx:responseError", (event) => {
  if (!isSent(event)) return;
  // Signed out meanwhile: the page itself leads on to signing in.
  if (event.detail.xhr.status === 403) location.reload();
  else notSent(true);
});

// Requests that came since the page was made, let in by a press.
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || !event.detail.requestConfig.elt.matches(".pill")) return;
  document.getElementById("arrived")?.replaceChildren();
  countTicks();
  cards()[0]?.focus();
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".shelves [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});

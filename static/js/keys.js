// Keys on the list of requests and on the page of one, which can be switched off. After requests.js.
"use strict";

// The request that keys act on: the one that holds the focus, or the only one of the page.
const current = () => {
  const lone = document.getElementById("requests") ? null : document.querySelector("[data-request]");
  return holder(document.activeElement) || lone;
};

// Its place in the list, also when it is read beside it.
const listed = () => document.getElementById(current()?.dataset.card) || current();

const SWITCH = "threshold.keys";
let keysAreOn = true;
try {
  keysAreOn = localStorage.getItem(SWITCH) !== "off";
} catch {
  // Without storage the switch holds until the page is left.
}

function moveBy(step) {
  const every = cards();
  const at = every.indexOf(listed()?.querySelector("article"));
  const next = at < 0 ? (step > 0 ? 0 : every.length - 1) : at + step;
  every[Math.max(0, Math.min(next, every.length - 1))]?.focus();
}

const press = (key) => current()?.querySelector(`[data-key='${key}']`)?.click();

function undoLast() {
  const undoOf = (place) => place?.querySelector("[data-key='u']");
  const last = [...answered].findLast((id) => undoOf(document.getElementById(id)));
  (undoOf(current()) || undoOf(last ? document.getElementById(last) : document))?.click();
}

function tickCurrent(range) {
  const box = listed()?.querySelector(".tick input");
  if (!box) return;
  box.checked = range || !box.checked;
  tick(box, range);
}

const showKeys = () => document.getElementById("keys")?.showModal();

const KEYS = {
  j: () => moveBy(1),
  k: () => moveBy(-1),
  u: undoLast,
  x: (event) => tickCurrent(event.shiftKey),
  "/": () => document.querySelector(".search [name='q']")?.focus(),
  "?": showKeys,
};
for (const key of "oanlbf") KEYS[key] = () => press(key);

const isTyping = (element) => element.matches?.("input:not([type='checkbox']), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : "";
  const act = KEYS[key];
  if (!act || !keysAreOn || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.shiftKey && !"x/?".includes(key)) return;
  // A key held down moves on; it never answers one request after the other.
  if (event.repeat && !"jk".includes(key)) return;
  event.preventDefault();
  act(event);
});

// Also of a page that came in answer to a form.
document.addEventListener("htmx:load", () => {
  const [opener, keysOn] = ["keys-open", "keys-on"].map((id) => document.getElementById(id));
  if (!opener) return;
  opener.hidden = false;
  opener.onclick = showKeys;
  keysOn.checked = keysAreOn;
  keysOn.onchange = () => switchKeys(keysOn.checked);
});

function switchKeys(on) {
  keysAreOn = on;
  try {
    localStorage.setItem(SWITCH, on ? "on" : "off");
  } catch {
    // As above.
  }
}

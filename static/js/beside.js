// Beside the list of requests, where there is room: the one that was opened. After requests.js and
// keys.js; without this file, and on a narrow screen, a request is a page of its own.
"use strict";

(() => {
  const beside = () => document.getElementById("opened");
  const opened = () => beside()?.querySelector("[data-request]");
  const hasRoom = () => Boolean(window.htmx && beside()?.checkVisibility?.());
  const placeOf = (request) => document.getElementById(request?.dataset.card);

  // What was opened last: only its answer is shown. And what stood there before anything was.
  let latest;
  let atFirst;

  function show(way) {
    latest = way;
    atFirst ??= beside().innerHTML;
    const to = way.form ? way.getAttribute("formaction") || way.form.action : way.href;
    const into = { source: way, target: "#opened", swap: "innerHTML settle:0ms" };
    // That it failed is told where every failure is.
    htmx.ajax(way.form ? "POST" : "GET", to, into).catch(() => {});
  }

  // Whoever asked for it has gone on to another: then it takes no place, and only its card follows;
  // that it was refused is told.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    const { elt } = requestConfig;
    const isGone = !elt.isConnected;
    if (target !== beside() || elt === latest || !(isGone || elt.matches("[data-beside]"))) return;
    if (isGone) event.detail.shouldSwap = false;
    else event.detail.target = document.createElement("div");
    if (xhr.status >= 400) notSent(true);
  });

  function mark() {
    const id = opened()?.dataset.card;
    for (const card of cards()) {
      if (id && card.parentElement.id === id) card.setAttribute("aria-current", "true");
      else card.removeAttribute("aria-current");
    }
  }

  // The focus goes back to the card, or to what stands in its place.
  function close() {
    latest = null;
    if (!opened()) return;
    const hadFocus = beside().contains(document.activeElement);
    const place = placeOf(opened());
    beside().innerHTML = atFirst;
    mark();
    if (hadFocus) (place?.querySelector("article, button, a") || cards()[0])?.focus();
  }

  document.addEventListener("click", (event) => {
    const way = event.target.closest?.("[data-beside]");
    if (way && hasRoom() && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      show(way);
    }
    if (event.target.closest?.("[data-close]")) close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || isTyping(event.target)) return;
    if (!document.querySelector("dialog[open], details.menu[open]")) close();
  });

  // The eye goes to the letter, the focus to whose it is; unless somebody has gone on meanwhile, or is
  // told why something was refused.
  function hasCome() {
    const [article, sheet] = ["article", ".sheet"].map((part) => opened()?.querySelector(part));
    const active = document.activeElement;
    if (!opened() || active.closest(".problems, .refusal")) return;
    beside().scrollTop = 0;
    if (!opened().querySelector(".flash")) sheet?.scrollIntoView({ block: "nearest" });
    if (active === document.body || beside().contains(active)) article?.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.target;
    if (place === beside()) hasCome();
    const isIts = place.id && place === placeOf(opened());
    // Answered here, from either side; or its row has left the list.
    if ((isIts && place.querySelector(".request-row")) || (opened() && !placeOf(opened()))) close();
    else if (isIts) waitsAgain(place);
    mark();
  });

  // Answered, withdrawn or taken back elsewhere while it is read.
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const place = placeOf(opened());
    if (!isLook || !place || event.detail.target !== place) return;
    const row = place.querySelector(".request-row .row-said");
    if (row) isAnswered(row);
    else waitsAgain(place);
  });

  // It says so, without the seconds that only the list counts, and offers no answer any more; a reply
  // that was begun stays to be read.
  function isAnswered(row) {
    const acts = opened().querySelector("#answer .acts");
    if (!acts) return;
    const told = document.createElement("p");
    told.className = "stands";
    told.setAttribute("role", "alert");
    told.textContent = row.textContent.replace(/ They will be told in \d+ seconds?\./, "");
    acts.replaceWith(told);
    for (const offer of opened().querySelectorAll("#answer .unless-answered, #reply .field-help")) offer.remove();
  }

  function waitsAgain(place) {
    if (opened().querySelector("#answer .stands[role='alert']")) show(place.querySelector("[data-beside]"));
  }
})();

// Beside the list of requests, where there is room: the one that was opened. After requests.js; without
// this file, and on a narrow screen, a request is a page of its own.
"use strict";

(() => {
  const beside = () => document.getElementById("opened");
  const opened = () => beside()?.querySelector("[data-request]");
  const hasRoom = () => Boolean(beside()?.checkVisibility?.());
  let atFirst;

  // The card of what stands beside the list.
  const cardOf = (place) => document.getElementById(place?.dataset.card)?.querySelector("article");

  function show(way) {
    atFirst ??= beside().innerHTML;
    // The card is drawn anew with what comes, which it would not be while it holds the focus.
    beside().focus({ preventScroll: true });
    const into = { source: way, target: "#opened", swap: "innerHTML settle:0ms" };
    // That it failed is told where every failure is.
    htmx.ajax(way.form ? "POST" : "GET", way.form?.action || way.href, into).catch(() => {});
  }

  function mark() {
    const id = opened()?.dataset.card;
    for (const card of document.querySelectorAll("#requests article")) {
      if (id && card.parentElement.id === id) card.setAttribute("aria-current", "true");
      else card.removeAttribute("aria-current");
    }
  }

  function close() {
    const card = cardOf(opened());
    beside().innerHTML = atFirst;
    mark();
    return card;
  }

  document.addEventListener("click", (event) => {
    const way = event.target.closest?.("[data-beside]");
    if (way && hasRoom() && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      show(way);
    }
    if (event.target.closest?.("[data-close]")) close()?.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !beside()?.contains(document.activeElement) || document.querySelector("dialog[open]")) return;
    close()?.focus();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.target;
    if (place === beside()) {
      place.scrollTop = 0;
      place.querySelector("article")?.focus({ preventScroll: true });
    }
    // Answered, from either side: the focus has gone on. Where it stays somebody reads what was answered
    // or withdrawn elsewhere.
    const hasRow = place.id && place.id === opened()?.dataset.card && place.querySelector(".request-row");
    if (hasRow && !beside().contains(document.activeElement)) close();
    mark();
  });
})();

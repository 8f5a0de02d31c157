// Keeps open pages up to date. Every page works without this file.
//
// One stream for the whole browser: the tab that holds the lock listens and passes the word on. It
// says only that something changed; then each part marked data-live asks for itself anew, and so
// it does once a minute whatever happens to the stream.
"use strict";

(() => {
  const MINUTE = 60_000;
  const REST = 500; // milliseconds between two looks: many changes at once are one
  const SPOKEN = 10_000;
  const SOON = 5_000; // so long to the next try where the stream was refused, then twice as long
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("threshold.live") : null;
  let over = false;
  let asking = false;
  let stream;

  // Looking

  let resting = false;
  let again = false;

  function look() {
    if (over) return;
    if (resting) {
      again = true;
      return;
    }
    resting = true;
    htmx.trigger(document.body, "live");
    setTimeout(() => {
      resting = false;
      if (again) look();
      again = false;
    }, REST);
  }

  function changed() {
    tabs?.postMessage("changed");
    look();
  }

  // Signed out: there is nothing more to hear.
  function stop() {
    over = true;
    stream?.close();
    leave?.();
  }

  // Listening

  let leave; // gives the lock back
  let pause = SOON;

  function listen() {
    return new Promise((resolve) => {
      leave = resolve;
      if (over) return resolve();
      stream = new EventSource("/events/");
      // The first word comes at once, so nothing is missed between two connections.
      stream.onmessage = () => {
        pause = SOON;
        changed();
      };
      stream.onerror = () => {
        if (stream.readyState === EventSource.CLOSED) resolve();
      };
    });
  }

  async function ask() {
    if (asking || over || !navigator.locks || !tabs || !("EventSource" in window)) return;
    asking = true;
    await navigator.locks.request("threshold.live", listen);
    asking = false;
    if (over) return;
    // Refused: the server only begins, or the session is over, which the look finds.
    setTimeout(ask, pause);
    pause = Math.min(2 * pause, MINUTE);
    look();
  }

  // What comes

  let threadEnd;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const { elt } = requestConfig;
    if (!elt.matches("[data-live]")) return;
    if (new URL(xhr.responseURL).pathname !== new URL(requestConfig.path, location).pathname) {
      event.detail.shouldSwap = false;
      stop();
    } else if (elt.hasAttribute("hx-select") && isTheSame(elt, xhr.responseText)) {
      event.detail.shouldSwap = false;
    }
    if (elt.id === "thread-end") threadEnd = elt.getBoundingClientRect().top;
  });

  // What has not changed stays as it is, with what is selected or in focus there.
  function isTheSame(element, text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(element.id);
    return !fresh || partsOf(fresh) === partsOf(element);
  }

  const partsOf = (element) => [...element.children].map((part) => part.outerHTML).join("");

  document.addEventListener("htmx:afterSwap", (event) => {
    const { elt } = event.detail.requestConfig;
    if (elt?.id === "thread-end") followThread(elt);
    if (elt?.id === "live") tellCounts();
  });

  // Whoever was at the end stays there; whoever read further up finds the pill.
  function followThread(end) {
    if (threadEnd < window.innerHeight) window.scrollBy(0, end.getBoundingClientRect().top - threadEnd);
  }

  let spokenAt = 0;
  let timer;

  function tellCounts() {
    const told = document.querySelector("#live [data-title]");
    const waiting = Number(told.dataset.title);
    document.title = (waiting ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    const sentence = told.textContent;
    if (!sentence) return;
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        spokenAt = Date.now();
        document.getElementById("live-said").textContent = sentence;
      },
      Math.max(0, spokenAt + SPOKEN - Date.now()),
    );
  }

  document.addEventListener("DOMContentLoaded", () => {
    tabs?.addEventListener("message", look);
    setInterval(() => {
      look();
      ask();
    }, MINUTE);
    ask();
  });
})();

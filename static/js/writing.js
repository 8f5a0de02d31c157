// What is typed and not sent yet: a copy stays here until the server has one, and a sending that
// failed can be tried again. Every page works without this file.
"use strict";

(() => {
  const COPIES = "threshold.draft.";
  const FIELDS = ["skill", "kind", "budget", "start", "body"];

  // Without storage the server's copy is the only one.
  function stored(act) {
    try {
      return act(localStorage);
    } catch {
      return null;
    }
  }

  // By person and place, so that nobody who shares the browser is shown another's words.
  const nameOf = (draft) => `${COPIES}${draft.dataset.person}.${draft.dataset.place}`;
  const forget = (draft) => stored((storage) => storage.removeItem(nameOf(draft)));
  const clockOf = (instant) => new Date(instant).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  function copyOf(draft) {
    const text = stored((storage) => storage.getItem(nameOf(draft)));
    try {
      return text ? JSON.parse(text) : null;
    } catch {
      return null;
    }
  }

  function say(draft, sentence) {
    const said = document.createElement("span");
    said.textContent = sentence;
    draft.querySelector(".draft-said").replaceChildren(said);
  }

  // When the server's copy was saved that the page last knew of.
  const savedAt = (draft) => draft.dataset.savedAt || "";
  const keep = (draft, kept) => stored((storage) => storage.setItem(nameOf(draft), JSON.stringify(kept)));

  function copy(form, draft) {
    const data = new FormData(form);
    const fields = Object.fromEntries(FIELDS.filter((name) => data.has(name)).map((name) => [name, data.get(name)]));
    keep(draft, { at: Date.now(), savedAt: savedAt(draft), fields });
  }

  function restore(form, draft) {
    const kept = copyOf(draft);
    if (!kept || !("fresh" in draft.dataset)) return;
    const differs = Object.entries(kept.fields).some(([name, value]) => form.elements[name]?.value !== value);
    if (!differs) return forget(draft);
    // Typed on from the server's copy; or that one was typed elsewhere meanwhile, and a person chooses.
    if (savedAt(draft) === (kept.savedAt || "")) fill(form, draft, kept);
    else offer(form, draft, kept);
  }

  function fill(form, draft, kept) {
    for (const [name, value] of Object.entries(kept.fields)) {
      if (form.elements[name]) form.elements[name].value = value;
    }
    say(draft, `Restored what you typed at ${clockOf(kept.at)}`);
    // The count, and the server's copy, follow.
    form.elements.body.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function offer(form, draft, kept) {
    say(draft, `This browser kept another text, typed at ${clockOf(kept.at)}.`);
    const take = document.createElement("button");
    take.type = "button";
    take.className = "btn btn-link btn-sm";
    take.textContent = "Take that one";
    take.addEventListener("click", () => fill(form, draft, kept));
    draft.querySelector(".draft-said").append(" ", take);
  }

  // Typing

  document.addEventListener("input", (event) => {
    const draft = event.target.form?.querySelector(".draft");
    if (draft && event.isTrusted) copy(event.target.form, draft);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches(".draft")) event.detail.elt.dataset.asked = Date.now();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const draft = event.detail.elt;
    if (!draft.matches(".draft") || !event.detail.xhr.status) return;
    if (!event.detail.successful) return;
    const kept = copyOf(draft);
    draft.dataset.savedAt = draft.querySelector("time")?.dateTime || "";
    if (!kept) return;
    if (kept.at <= Number(draft.dataset.asked)) forget(draft);
    else keep(draft, { ...kept, savedAt: savedAt(draft) });
  });

  function notKept(event) {
    if (event.detail.elt.matches(".draft")) say(event.detail.elt, "Kept in this browser only: the site does not answer.");
  }
  for (const failed of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(failed, notKept);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name='discard']");
    if (button) forget(button.closest(".draft"));
  });

  // Who signs out leaves nothing behind.
  document.addEventListener("submit", (event) => {
    if (!new URL(event.target.action).pathname.endsWith("/logout/")) return;
    stored((storage) =>
      Object.keys(storage)
        .filter((name) => name.startsWith(COPIES))
        .forEach((name) => storage.removeItem(name)),
    );
  });

  // Sending

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
    const form = event.target.form;
    if (!event.target.matches("form[data-sends] textarea")) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector(".actions [type='submit']"));
  });

  const sends = (element) => element.matches?.("form[data-sends]");

  function notSent(form, reason) {
    const line = form.querySelector(".not-sent p");
    line.hidden = false;
    line.querySelector("span").textContent = line.dataset[reason];
  }

  document.addEventListener("htmx:sendError", (event) => {
    if (sends(event.detail.elt)) notSent(event.detail.elt, "offline");
  });
  document.addEventListener("htmx:timeout", (event) => {
    if (sends(event.detail.elt)) notSent(event.detail.elt, "offline");
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (sends(event.detail.elt)) notSent(event.detail.elt, "fault");
  });

  // Said anew each time, or nobody would hear that it failed again.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (sends(event.detail.elt)) event.detail.elt.querySelector(".not-sent span").textContent = "";
  });

  let keptHere = false;

  // Signed out meanwhile: whoever signs in again finds the copy where they were.
  function keepsACopy(form) {
    const draft = form.querySelector(".draft");
    if (!draft) return false;
    copy(form, draft);
    return copyOf(draft) !== null;
  }

  // Before what follows is shown, or gone to.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const form = event.detail.elt;
    if (!sends(form) || event.detail.xhr.status >= 400) return;
    for (const draft of form.querySelectorAll(".draft")) {
      forget(draft);
      tabs?.postMessage({ name: nameOf(draft), text: form.elements.body.value });
    }
  });

  // The same words in another tab would go twice.
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("threshold.sent") : null;
  tabs?.addEventListener("message", ({ data }) => {
    for (const draft of document.querySelectorAll("form[data-sends] .draft")) {
      const { body } = draft.closest("form").elements;
      if (nameOf(draft) !== data.name || body.value !== data.text) continue;
      body.value = "";
      body.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig.elt;
    const { status, responseText } = event.detail.xhr;
    if (!sends(form) || status >= 500) return;
    // A refusal is shown with what was typed: a page of its own, or the part that was asked for.
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if (isPage(responseText)) event.detail.target = document.body;
    keptHere = status === 403 && keepsACopy(form);
  });

  // A refusal stands on the page that was sent, so its address stays.
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
    const { requestConfig, xhr, history } = event.detail;
    if (sends(requestConfig.elt) && xhr.status >= 400) history.path = location.pathname + location.search;
  });

  // As after any other way to a page: at the newest message, or at the beginning. What was refused
  // holds the focus, and what was typed is below it.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!sends(event.detail.requestConfig.elt)) return;
    document.documentElement.classList.toggle("signed-in", Boolean(document.getElementById("live")));
    const why = document.activeElement.closest(".problems, .refusal");
    const place = why || document.getElementById("latest");
    if (!place) window.scrollTo(0, 0);
    (place || document.getElementById("main")).focus({ preventScroll: true });
    place?.scrollIntoView();
    document.querySelectorAll(".if-kept, .unless-kept").forEach((words) => {
      words.hidden = words.matches(".if-kept") !== keptHere;
    });
  });

  function begin(root) {
    root.querySelectorAll("form[data-sends] .draft").forEach((draft) => restore(draft.closest("form"), draft));
  }
  document.addEventListener("htmx:load", (event) => begin(event.target));
})();

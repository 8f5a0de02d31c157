// Small conveniences. Every page works without this file.
"use strict";

// Counts as the server does: CRLF is one character, composed accents are one, and so is an emoji.
const lengthOf = (text) => [...text.replace(/\r\n?/g, "\n").normalize("NFC")].length;

// Whether an answer is a whole page, not a part of one.
const isPage = (text) => /^\s*<!doctype/i.test(text);

const figure = (number) => number.toLocaleString("en");

function countSentence(length, min, max) {
  if (length > max) return `${figure(length - max)} too many. At most ${figure(max)} characters.`;
  if (length === 0) return min > 1 ? `${figure(min)} to ${figure(max)} characters.` : `At most ${figure(max)} characters.`;
  if (length < min) return `${figure(min - length)} more to go. At least ${figure(min)} characters.`;
  return `${figure(max - length)} characters left.`;
}

function watchLength(area) {
  if (area.dataset.watched) return;
  area.dataset.watched = "yes";
  // The browser would cut a pasted letter without a word, and count an emoji as two.
  area.removeAttribute("maxlength");
  const min = Number(area.dataset.min || 0);
  const max = Number(area.dataset.max || 2000);
  const shown = document.createElement("p");
  const spoken = document.createElement("p");
  shown.className = "count";
  shown.setAttribute("aria-hidden", "true");
  spoken.className = "visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  area.after(shown, spoken);

  let timer;
  const update = () => {
    const length = lengthOf(area.value);
    const near = length <= max && max - length <= Math.max(50, max / 20);
    const sentence = countSentence(length, min, max);
    shown.textContent = sentence;
    shown.classList.toggle("is-near", near);
    shown.classList.toggle("is-over", length > max);
    clearTimeout(timer);
    // Spoken only where it helps and after a pause, so that a reader is not interrupted at every key.
    timer = setTimeout(() => {
      const worthSaying = near || length > max || (length > 0 && length < min);
      spoken.textContent = worthSaying ? sentence : "";
    }, 900);
  };
  area.addEventListener("input", update);
  update();
}

function grow(area) {
  if (CSS.supports("field-sizing", "content")) {
    area.classList.add("grows");
    return;
  }
  const fit = () => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  area.addEventListener("input", fit);
  fit();
}

function prepare(root) {
  root.querySelectorAll("textarea[data-count]").forEach(watchLength);
  root.querySelectorAll("textarea").forEach(grow);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  root.querySelectorAll("input[type='hidden'][name='time_zone']").forEach((field) => {
    if (zone) field.value = zone;
  });
  // A refused form comes back with its reasons on top: bring the reader there.
  root.querySelector(".problems, .refusal[data-answer]")?.focus();
}

// One press, one submission. Disabled a moment later, because a disabled button's name is not sent.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  setTimeout(() => submitsOf(form).forEach((button) => (button.disabled = true)), 0);
});

function submitsOf(form) {
  const inside = [...form.querySelectorAll("button:not([type='button']), input[type='submit']")];
  const outside = form.id ? [...document.querySelectorAll(`button[form="${CSS.escape(form.id)}"]`)] : [];
  return [...inside, ...outside];
}

function release(form) {
  if (!form.dataset.sending) return;
  delete form.dataset.sending;
  submitsOf(form).forEach((button) => (button.disabled = false));
}

// The page may come back from the browser's memory with its buttons still off.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) release(form);
});
document.addEventListener("htmx:load", (event) => prepare(event.target));

// Menus close as people expect: by Escape, and by pressing elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

document.addEventListener("DOMContentLoaded", () => prepare(document));

// Copies the address of an open-door link. Without this file it is selected and copied by hand.
"use strict";

document.querySelectorAll("[data-copy]").forEach((button) => {
  const field = button.parentElement.querySelector("input");
  const word = button.querySelector("[data-copy-word]");
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      word.textContent = "Copied";
    } catch {
      field.select();
    }
  });
});

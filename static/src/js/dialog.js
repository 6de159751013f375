// A link with hx-target="#dialog-body" opens its answer in the dialog; without JavaScript it's a page.
const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");
const toasts = document.getElementById("toasts");

function open() {
  if (!dialog.open) dialog.showModal();
  dialog.append(toasts); // nothing outside a modal dialog can be seen or heard
  const first = body.querySelector("[aria-invalid=true], [autofocus]") || body.querySelector("h1, h2");
  if (!first) return;
  if (/^h\d$/i.test(first.tagName)) first.tabIndex = -1;
  first.focus();
}

if (dialog && dialog.showModal) {
  body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === body && body.childElementCount > 0) open();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-close]")) {
      event.preventDefault(); // the same link leads back to the page where there's no JavaScript
      dialog.close();
    }
  });
  // What was asked is done, and the page behind shows it already (HX-Trigger: kiteline:close).
  body.addEventListener("kiteline:close", () => dialog.close());
  // Emptied a tick later, so that a draft in it is saved first (autosave.js listens too).
  dialog.addEventListener("close", () => {
    document.body.append(toasts);
    setTimeout(() => dialog.open || body.replaceChildren());
  });
}

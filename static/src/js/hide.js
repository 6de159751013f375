// Quick hide: Escape twice, or any [data-hide] button, covers the page until [data-show] is pressed.
const cover = document.getElementById("cover");
const TWICE_WITHIN = 600;
let lastEscape = 0;
let title = document.title;
let before = null;

function hide() {
  if (!cover.hidden) return;
  before = document.activeElement;
  title = document.title;
  document.title = cover.dataset.title;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.classList.add("is-covered");
  document.documentElement.classList.add("is-hidden");
  cover.hidden = false;
  // A modal dialog stands above everything else on the page, so the cover must be one too.
  if (cover.showModal && !cover.open) cover.showModal();
  cover.querySelector("[data-show]").focus();
}

function show() {
  if (cover.close && cover.open) cover.close();
  cover.hidden = true;
  document.documentElement.classList.remove("is-hidden");
  for (const dialog of document.querySelectorAll(".is-covered")) dialog.classList.remove("is-covered");
  document.title = title;
  if (before && before.isConnected) before.focus();
}

if (cover) {
  cover.addEventListener("cancel", (event) => event.preventDefault());
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      if (!cover.hidden) {
        event.preventDefault();
        return;
      }
      if (event.timeStamp - lastEscape < TWICE_WITHIN) hide();
      lastEscape = event.timeStamp;
    },
    true,
  );
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-hide]")) hide();
    else if (event.target.closest("[data-show]")) show();
  });
}

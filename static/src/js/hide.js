// Quick hide: Escape twice, or any [data-hide] link. What stands on the page goes at once, out of the document and
// out of this place in the history; then a neutral page comes from the server. Drafts are on the server already.
const link = document.querySelector("[data-hide]");
const TWICE_WITHIN = 600;
let lastEscape = 0;

function hide(address) {
  document.dispatchEvent(new CustomEvent("kiteline:flush"));
  document.title = " ";
  document.body.replaceChildren();
  history.replaceState(null, "", address);
  location.replace(address);
}

if (link) {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      if (event.timeStamp - lastEscape < TWICE_WITHIN) hide(link.href);
      lastEscape = event.timeStamp;
    },
    true,
  );
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-hide]")) return;
    event.preventDefault();
    hide(link.href);
  });
}

// What htmx leaves open: a request that failed says so, and an ended session leads to the sign-in page
// instead of putting that page into a corner of this one.
import { say } from "./toast.js";

const words = document.body.dataset;

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  const signIn = words.signIn;
  if (!signIn || !xhr.responseURL || target === document.body) return;
  const landed = new URL(xhr.responseURL, location.href);
  if (landed.pathname !== signIn || location.pathname === signIn) return;
  event.detail.shouldSwap = false;
  if (event.target.closest("form")) {
    say(words.signedOut); // what was typed stays on the screen, and its draft on the server
    return;
  }
  location.assign(`${signIn}?next=${encodeURIComponent(location.pathname)}`);
});

document.addEventListener("htmx:sendError", () => say(words.offline));
document.addEventListener("htmx:timeout", () => say(words.offline));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  say(status === 429 ? words.tooFast : status === 403 ? words.refused : words.failed);
});

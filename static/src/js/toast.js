// Toasts leave by themselves; one that offers undo counts its ten seconds down; an error stays.
const region = document.getElementById("toasts");
const SHOWN = 6;
const watched = new WeakSet();

function countDown(toast) {
  let left = Number(toast.dataset.undo) || SHOWN;
  const clock = toast.querySelector("[data-seconds]");
  const timer = setInterval(() => {
    if (!toast.isConnected) return clearInterval(timer);
    if (toast.matches(":hover, :focus-within") && !toast.dataset.undo) return;
    left -= 1;
    if (clock) clock.textContent = String(Math.max(left, 0));
    if (left <= 0) {
      clearInterval(timer);
      toast.remove();
    }
  }, 1000);
}

function watch() {
  for (const toast of region.querySelectorAll(".flash")) {
    if (watched.has(toast)) continue;
    watched.add(toast);
    if (toast.dataset.stay === undefined) countDown(toast);
  }
}

export function say(text, tone = "danger") {
  const template = document.getElementById(`toast-${tone}`) || document.getElementById("toast-danger");
  if (!region || !template) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-text]").textContent = text;
  region.append(toast);
}

if (region) {
  watch();
  new MutationObserver(watch).observe(region, { childList: true });
  region.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest(".flash").remove();
  });
}

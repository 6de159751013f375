// The finder at the top of every page: "/" focuses it, arrows walk the results, Enter opens, Escape closes.
const input = document.getElementById("finder-input");
const list = document.getElementById("finder-results");

const options = () => [...list.querySelectorAll('[role="option"]')];

function mark(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function show(open) {
  input.setAttribute("aria-expanded", String(open));
  list.hidden = !open;
  if (!open) mark(null);
}

function step(by) {
  const all = options();
  if (all.length === 0) return;
  const now = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  mark(all[(now + by + (now < 0 && by < 0 ? 1 : 0) + all.length) % all.length]);
}

function typing(target) {
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}

function onKey(event) {
  if (event.isComposing) return; // pinyin is still being typed
  const chosen = list.querySelector('[aria-selected="true"]');
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (list.hidden) return;
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !list.hidden && chosen) {
    event.preventDefault();
    chosen.click();
  } else if (event.key === "Escape") {
    if (list.hidden) input.blur();
    show(false);
  }
}

if (input && list) {
  show(false);
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", () => input.value.trim() || show(false));
  input.addEventListener("focus", () => options().length && input.value.trim() && show(true));
  list.addEventListener("htmx:afterSwap", () => {
    options().forEach((one, index) => (one.id ||= `finder-option-${index}`));
    show(document.activeElement === input && list.childElementCount > 0);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".finder")) show(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

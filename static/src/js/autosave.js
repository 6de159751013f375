// Drafts rest on the server, never on the device. A form with data-autosave="url" is posted there 800 ms
// after the last keystroke and whenever it is left; the words for its states come with the page.
const PAUSE = 800;
const LONGEST_WAIT = 30000;
const KEEPALIVE_LIMIT = 60000; // the browser refuses more in a request that may outlive the page
const states = new WeakMap();

function stateOf(form) {
  if (!states.has(form)) states.set(form, { dirty: false, busy: false, timer: 0, wait: 1000, done: false });
  return states.get(form);
}

function tell(form, state, time) {
  const line = form.querySelector("[data-autosave-status]");
  if (!line) return;
  line.dataset.state = state;
  line.textContent = (line.dataset[state] || "").replace("{time}", time || "");
}

function clock() {
  return new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: document.body.dataset.timeZone || undefined,
  }).format(new Date());
}

function later(form, delay) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.timer = setTimeout(() => save(form), delay);
}

function failed(form, why) {
  const state = stateOf(form);
  state.dirty = true;
  tell(form, why);
  later(form, state.wait);
  state.wait = Math.min(state.wait * 2, LONGEST_WAIT);
}

function fields(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return new URLSearchParams(data);
}

async function save(form, background = false) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  if (!state.dirty || state.busy || state.done) return;
  const body = fields(form);
  state.dirty = false;
  state.busy = true;
  tell(form, "saving");
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body,
      headers: {
        "X-CSRFToken": body.get("csrfmiddlewaretoken") || "",
        "X-Requested-With": "autosave",
        ...(background ? { "X-Background": "1" } : {}),
      },
      credentials: "same-origin",
      keepalive: body.toString().length < KEEPALIVE_LIMIT,
    });
    if (answer.redirected || answer.status === 401 || answer.status === 403) failed(form, "signedOut");
    else if (answer.status === 400 || answer.status === 413 || answer.status === 422) tell(form, "refused");
    else if (!answer.ok) failed(form, "failed");
    else {
      state.wait = 1000;
      tell(form, "saved", clock());
    }
  } catch {
    failed(form, "failed");
  } finally {
    state.busy = false;
    if (state.dirty && !state.done && state.wait === 1000) later(form, PAUSE);
  }
}

const formOf = (element) => element.closest?.("form[data-autosave]");
const all = () => document.querySelectorAll("form[data-autosave]");

function changed(event) {
  const form = formOf(event.target);
  if (!form) return;
  const state = stateOf(form);
  state.dirty = true;
  state.done = false;
  later(form, PAUSE);
}

const flush = (event) => all().forEach((form) => save(form, event.detail?.background === true));

document.addEventListener("input", changed);
document.addEventListener("change", changed);
document.addEventListener("focusout", (event) => formOf(event.target) && save(formOf(event.target)));
document.addEventListener("close", flush, true);
document.addEventListener("visibilitychange", (event) => document.visibilityState === "hidden" && flush(event));
window.addEventListener("pagehide", flush);
window.addEventListener("online", flush);
document.addEventListener("kiteline:flush", flush);
document.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  const state = stateOf(form);
  clearTimeout(state.timer); // the real entry is on its way; a late draft must not follow it
  state.done = true;
  state.dirty = false;
});
window.addEventListener("beforeunload", (event) => {
  if ([...all()].some((form) => stateOf(form).dirty && stateOf(form).wait > 1000)) event.preventDefault();
});

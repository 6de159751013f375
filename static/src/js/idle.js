// A staff-room computer is everybody's. When nobody has done anything for a while, the page warns, saves its
// drafts, and then goes to the sign-in page. The server keeps the time; this only asks it and shows it.
const dialog = document.getElementById("idle");
const words = document.body.dataset;
const idle = Number(words.idle);
const WARNING = Math.min(60, idle / 3);
const TELL_EVERY = Math.min(60, idle / 5) * 1000;
const ASK_EVERY = 5000;
let until = Date.now() + idle * 1000;
let active = false;
let told = Date.now();
let asked = 0;

async function ask(headers) {
  asked = Date.now();
  try {
    const answer = await fetch(words.idleLeft, { headers, credentials: "same-origin", cache: "no-store" });
    if (answer.ok) until = Date.now() + (await answer.json()).left * 1000;
  } catch {
    // Without a connection the page's own clock goes on.
  }
}

const background = () => ask({ "X-Background": "1" });

async function stay() {
  active = false;
  told = Date.now();
  await ask({});
}

function leave() {
  clearInterval(timer);
  document.body.replaceChildren();
  location.replace(`${words.idleOver}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

async function warn() {
  await background(); // somebody may be busy in another tab
  if ((until - Date.now()) / 1000 > WARNING || dialog.open) return;
  document.dispatchEvent(new CustomEvent("kiteline:flush", { detail: { background: true } }));
  dialog.showModal();
}

function tick() {
  const left = Math.ceil((until - Date.now()) / 1000);
  if (left <= 0) return leave();
  if (dialog.open) {
    dialog.querySelector("[data-left]").textContent = String(left);
    if (left > WARNING) dialog.close();
    else if (Date.now() - asked > ASK_EVERY) background();
  } else if (active && Date.now() - told > TELL_EVERY) stay();
  else if (left <= WARNING && Date.now() - asked > 1000) warn();
}

let timer = 0;
if (dialog && dialog.showModal && idle) {
  timer = setInterval(tick, 1000);
  for (const name of ["keydown", "pointerdown", "wheel", "touchmove"]) {
    document.addEventListener(name, () => (active = !dialog.open), { passive: true });
  }
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("click", async (event) => {
    if (!event.target.closest("[data-stay]")) return;
    await stay();
    dialog.close();
  });
}

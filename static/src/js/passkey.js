// Passkeys: the page's question goes to the browser, its answer into the form. Without a browser that can,
// the form stays hidden, and the other ways stand beside it.
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const opened = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

function read(question) {
  const { publicKey } = JSON.parse(question);
  const options = { ...publicKey, challenge: toBytes(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: toBytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) options.excludeCredentials = opened(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) options.allowCredentials = opened(publicKey.allowCredentials);
  return { publicKey: options };
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function ask(form) {
  const problem = form.querySelector(":scope > [role=alert]");
  try {
    const credential = await navigator.credentials[form.dataset.passkey](read(form.dataset.question));
    form.elements.credential.value = written(credential);
    form.submit();
  } catch {
    problem.hidden = false; // refused, waited too long, or no passkey here: the browser doesn't say which
  }
}

if (globalThis.PublicKeyCredential && navigator.credentials) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  }
}

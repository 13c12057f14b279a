// Passkeys and security keys: allauth's own code asks the browser for one; what goes wrong is said beside the button.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const refused = event.detail.exception.name === "NotAllowedError";
  document.querySelector("[data-passkey-said]").textContent = refused
    ? "No key was used: it was cancelled, or took too long. Try again."
    : "The browser can’t use a key here. It needs HTTPS and a host name, and a browser that knows passkeys.";
});

for (const button of document.querySelectorAll("[data-passkey]")) {
  const { passkey, credential, passwordless } = button.dataset;
  const { id } = button;
  window.allauth.webauthn.forms[passkey]({
    ids: { add: id, authenticate: id, login: id, credential, passwordless, data: "js_data" },
  });
}

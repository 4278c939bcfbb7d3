// Forms marked data-passkey send what a passkey says: data-passkey="create" makes one, "get" asks for one.
// The questions stand in data-options; without them they are fetched from where the form is sent to.
const tell = (form, key) => {
  const box = form.querySelector("[data-passkey-trouble]");
  box.hidden = !key;
  box.querySelector("p").textContent = key ? box.dataset[key] : "";
};

const questions = async (form) => {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).request_options;
};

const make = (form, asked) => {
  const wanted = asked.publicKey.authenticatorSelection;
  if (form.elements.namedItem("passwordless").checked) {
    Object.assign(wanted, { residentKey: "required", requireResidentKey: true, userVerification: "required" });
  }
  return window.webauthnJSON.create(asked);
};

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  const credential = form.elements.namedItem("credential");
  form.addEventListener("submit", async (event) => {
    if (credential.value) return;
    event.preventDefault();
    tell(form, "");
    if (!window.isSecureContext || !window.webauthnJSON.supported()) {
      tell(form, "unable");
      return;
    }
    try {
      const asked = await questions(form);
      const said = form.dataset.passkey === "create" ? await make(form, asked) : await window.webauthnJSON.get(asked);
      credential.value = JSON.stringify(said);
      form.submit();
    } catch (error) {
      tell(form, { SecurityError: "unable", InvalidStateError: "known" }[error.name] ?? "refused");
    }
  });
  // Sent before anybody listens, the form would say nothing of a passkey.
  form.querySelector("button[type=submit]").disabled = false;
});

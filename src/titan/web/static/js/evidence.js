// Bringing in the signed sheet: drop, choose or photograph; sent at once, with progress; copied hashes.
function say(form, message) {
  const place = form.querySelector("[data-upload-error]");
  place.hidden = !message;
  place.firstElementChild.textContent = message;
}

function send(form) {
  const most = Number(form.dataset.maxBytes);
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (!files.length) return;
  const large = files.find((file) => file.size > most);
  say(form, large ? form.dataset.tooLarge.replace("%s", large.name) : "");
  if (!large) form.requestSubmit();
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-upload]");
  if (!form || event.target.type !== "file") return;
  for (const other of form.querySelectorAll("input[type=file]")) {
    if (other !== event.target) other.value = "";
  }
  send(form);
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.("[data-drop]");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("over", kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    const [input, ...others] = place.querySelectorAll("input[type=file]");
    others.forEach((other) => { other.value = ""; });
    input.files = event.dataTransfer.files;
    send(place.closest("[data-upload]"));
  });
}

function progress(form, shown, percent, text) {
  const place = form.querySelector("[data-progress]");
  place.hidden = !shown;
  const bar = place.querySelector("progress");
  if (percent === null) bar.removeAttribute("value");
  else bar.value = percent;
  place.querySelector("[data-progress-text]").textContent = text;
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (!form || !event.detail.lengthComputable) return;
  const percent = Math.round((event.detail.loaded / event.detail.total) * 100);
  // Everything is sent: what takes time now is the look into the file.
  if (percent >= 100) progress(form, true, null, form.dataset.checking);
  else progress(form, true, percent, `${form.dataset.sending} ${percent} %`);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (form) say(form, "");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (!form) return;
  progress(form, false, 0, "");
  if (event.detail.xhr.status === 0) say(form, form.dataset.lost);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    const text = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = text; }, 2000);
  } catch {
    // No clipboard without https: the hash stands beside the button, to be selected by hand.
    getSelection().selectAllChildren(button.closest("section").querySelector(".hash"));
  }
});

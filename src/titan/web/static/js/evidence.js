// Bringing in the signed sheet: drop, choose or photograph. What is chosen is kept in this browser until the server has
// it: it waits for the network, outlives the page, and is sent when it can be, once.
import { counted, forget, keep, keptFiles } from "./kept.js";
import { toast } from "./titan.js";

const RETRY = 5000;
// The upload that is on its way.
let sent = null;

function place() {
  return document.querySelector("[data-sheet]");
}

function words() {
  return JSON.parse(place().dataset.words);
}

function say(form, message) {
  if (message) form.querySelector("[data-refusal]")?.remove();
  const notice = form.querySelector("[data-upload-error]");
  notice.hidden = !message;
  notice.firstElementChild.textContent = message;
}

async function take(form, files) {
  if (!files.length) return;
  const large = files.find((file) => file.size > Number(form.dataset.maxBytes));
  const empty = files.find((file) => file.size === 0);
  say(form, large ? words().too_large.replace("%s", large.name) : empty ? words().empty.replace("%s", empty.name) : "");
  if (large || empty) return;
  await keep({ of: place().dataset.sheet, files, tries: 0, refused: false });
  await flush();
}

async function flush() {
  if (!place() || sent) return;
  const uploads = await keptFiles(place().dataset.sheet);
  const next = uploads.find((upload) => !upload.refused);
  const form = place()?.querySelector("[data-upload]");
  if (sent) return;
  if (next && form && navigator.onLine) {
    sent = next;
    sent.tries += 1;
    await keep(sent);
    submit(form, sent);
  }
  draw(uploads.filter((upload) => upload !== sent));
}

function submit(form, upload) {
  const [input, ...others] = form.querySelectorAll("input[type=file]");
  others.forEach((other) => { other.value = ""; });
  const transfer = new DataTransfer();
  upload.files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  // Sent before, and the answer was lost: the server may have it already.
  form.elements.again.value = upload.tries > 1 ? "1" : "";
  form.requestSubmit();
}

async function answered(xhr) {
  const upload = sent;
  const isLost = xhr.status === 0 || xhr.status === 429 || xhr.status >= 500;
  // Signed out, or not to be believed any more: it is sent when the page is opened again.
  const isOut = [401, 403].includes(xhr.status) || Boolean(xhr.getResponseHeader("HX-Redirect"));
  const isTaken = (xhr.getResponseHeader("HX-Trigger") ?? "").includes("titan:sheet-attached");
  if (isTaken || [413, 415, 422].includes(xhr.status)) {
    await forget(upload.id);
  } else if (!isLost && !isOut) {
    upload.refused = true;
    await keep(upload);
  }
  sent = null;
  if (isLost) setTimeout(flush, RETRY);
  if (isLost || isOut) draw(await keptFiles(upload.of));
  else await flush();
}

// The files that wait, each to be had back or removed.
function draw(uploads) {
  const notice = place()?.querySelector("[data-kept]");
  if (!notice) return;
  notice.querySelectorAll("a").forEach((link) => URL.revokeObjectURL(link.href));
  notice.hidden = !uploads.length;
  const waits = uploads.filter((upload) => !upload.refused).flatMap((upload) => upload.files).length;
  const refused = uploads.filter((upload) => upload.refused).flatMap((upload) => upload.files).length;
  const closed = !place().querySelector("[data-upload]");
  notice.dataset.status = refused || closed ? "red" : "amber";
  const texts = [
    waits ? counted(closed ? words().closed : words().waits, waits) : "",
    refused ? counted(words().refused, refused) : "",
  ];
  notice.querySelector("[data-kept-text]").textContent = texts.filter(Boolean).join(" ");
  notice.querySelector("[data-kept-list]").replaceChildren(...uploads.map(line));
}

function line(upload) {
  const made = document.createElement("li");
  for (const file of upload.files) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = file.name;
    link.append(Object.assign(document.createElement("bdi"), { textContent: file.name }));
    made.append(link, Object.assign(document.createElement("span"), { className: "muted small", textContent: size(file) }));
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = words().remove;
  button.setAttribute("aria-label", `${words().remove}: ${upload.files.map((file) => file.name).join(", ")}`);
  button.addEventListener("click", () => remove(upload));
  made.append(button);
  return made;
}

function size(file) {
  return `${Math.ceil(file.size / 1024).toLocaleString(document.documentElement.lang)} kB`;
}

async function remove(upload) {
  await forget(upload.id);
  draw(await keptFiles(upload.of));
  document.getElementById("h-evidence")?.focus();
  const run = async () => {
    await keep(upload);
    await flush();
  };
  toast({ text: words().removed, undo: { text: words().undo, run } });
}

document.addEventListener("change", async (event) => {
  const form = event.target.closest("[data-upload]");
  if (!form || event.target.type !== "file") return;
  await take(form, [...event.target.files]);
});

// A file that is dropped beside the place for it must not take the page away.
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!place() || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const zone = event.target.closest?.("[data-sheet]")?.querySelector("[data-drop]");
    place().querySelector("[data-drop]")?.classList.toggle("over", Boolean(zone) && kind === "dragover");
    if (kind === "dragover") event.dataTransfer.dropEffect = zone ? "copy" : "none";
    if (kind !== "drop" || !zone) return;
    zone.closest("details")?.setAttribute("open", "");
    take(zone.closest("[data-upload]"), [...event.dataTransfer.files]);
  });
}

function progress(form, shown, percent, text) {
  const notice = form.querySelector("[data-progress]");
  notice.hidden = !shown;
  const bar = notice.querySelector("progress");
  if (percent === null) bar.removeAttribute("value");
  else bar.value = percent;
  notice.querySelector("[data-progress-text]").textContent = text;
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (!form || !event.detail.lengthComputable) return;
  const percent = Math.round((event.detail.loaded / event.detail.total) * 100);
  // Everything is sent: what takes time now is the look into the file.
  if (percent >= 100) progress(form, true, null, words().checking);
  else progress(form, true, percent, `${words().sending} ${percent} %`);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (form) say(form, "");
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, serverResponse } = event.detail;
  const form = requestConfig.elt;
  if (!form.matches?.("[data-upload]") || xhr.status < 400 || xhr.getResponseHeader("HX-Retarget")) return;
  // The trouble of a server, or of a proxy before it, is no sheet to show.
  if (serverResponse.includes("data-sheet")) return;
  event.detail.shouldSwap = false;
  say(form, xhr.status === 413 ? words().too_large_all : words().trouble);
});

document.addEventListener("htmx:afterRequest", async (event) => {
  // Told by whoever is left of its parents when the answer replaced the form.
  const form = event.detail.requestConfig.elt;
  if (!form.matches?.("[data-upload]")) return;
  progress(form, false, 0, "");
  if (sent) await answered(event.detail.xhr);
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

addEventListener("online", flush);
document.addEventListener("htmx:load", (event) => {
  if (event.target.querySelector?.("[data-sheet]") || event.target.matches?.("[data-sheet]")) flush();
});

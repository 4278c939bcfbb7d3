// In lists of sessions: what still waits in this browser for one of them, marks and files.
import { counted, keptFiles, keptMarks } from "./kept.js";

async function show() {
  const words = document.querySelector("[data-waiting-words]");
  if (!words) return;
  const say = JSON.parse(words.dataset.waitingWords);
  const uploads = await keptFiles();
  for (const place of document.querySelectorAll("[data-waiting-of]")) {
    const of = place.dataset.waitingOf;
    const marks = keptMarks(of);
    const files = uploads.filter((upload) => upload.of === of);
    const waiting = marks.filter((mark) => mark.state === "waiting").length;
    const held = files.filter((upload) => !upload.refused).flatMap((upload) => upload.files).length;
    const refused = marks.length - waiting + files.filter((upload) => upload.refused).length;
    const parts = [["marks", waiting], ["files", held], ["refused", refused]].filter(([, n]) => n);
    place.hidden = !parts.length;
    place.dataset.status = refused ? "red" : "amber";
    const text = parts.map(([word, n]) => counted(say[word], n)).join(" · ");
    if (place.textContent !== text) place.textContent = text;
  }
}

for (const kind of ["pageshow", "storage", "online", "focus"]) addEventListener(kind, show);
document.addEventListener("htmx:load", show);
show();

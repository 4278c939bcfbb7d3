// The verification queue: ticked records are signed together, without a tick the one that is open; J and K walk through
// the queue; what was typed about a record comes back with it.
import { guard } from "./guard.js";

const FIELDS = ["status", "method_id", "assessed_on", "remarks"];
const typed = new Map();
let touched = false;

function form() {
  return document.querySelector("form.verify");
}

function ticked() {
  return [...form().querySelectorAll('[name="bulk"]:checked')];
}

function count() {
  const chosen = ticked().length;
  const place = document.getElementById("verify-count");
  if (place) place.textContent = chosen ? `✓ ${chosen}` : "";
}

function open() {
  return document.getElementById("verify-detail")?.dataset.record;
}

function keep() {
  if (!touched || !open()) return;
  const given = new FormData(form());
  typed.set(open(), Object.fromEntries(FIELDS.map((name) => [name, given.get(name) ?? ""])));
}

function restore() {
  const kept = typed.get(open());
  touched = Boolean(kept);
  if (!kept) return;
  for (const field of form().querySelectorAll("#verify-detail [name]")) {
    if (!(field.name in kept)) continue;
    if (field.type === "radio") field.checked = field.value === kept[field.name];
    else field.value = kept[field.name];
  }
}

function select() {
  for (const row of form().querySelectorAll("tr[data-record]")) {
    if (row.dataset.record === open()) row.setAttribute("aria-selected", "true");
    else row.removeAttribute("aria-selected");
  }
}

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (!step) return;
  const rows = [...form().querySelectorAll("tr[data-record]")];
  const here = rows.findIndex((row) => row.dataset.record === open());
  const next = rows[here + Number(step.dataset.step)];
  if (!next) return;
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a").click();
});

document.addEventListener("input", (event) => {
  if (event.target.closest("#verify-detail") && FIELDS.includes(event.target.name)) touched = true;
});

document.addEventListener("change", (event) => {
  if (!event.target.closest("form.verify")) return;
  if (event.target.matches("[data-check-all]")) {
    for (const box of form().querySelectorAll('[name="bulk"]:not(:disabled)')) box.checked = event.target.checked;
  }
  count();
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "post" || event.target !== form()) return;
  const chosen = ticked().map((box) => box.value);
  event.detail.parameters.delete("bulk");
  if (chosen.length) {
    event.detail.parameters.delete("ids");
    for (const id of chosen) event.detail.parameters.append("ids", id);
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig.verb === "get") keep();
  else if (event.detail.xhr.status < 400) {
    for (const id of [open(), ...ticked().map((box) => box.value)]) typed.delete(id);
    touched = false;
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!form()) return;
  if (event.detail.requestConfig.verb === "get") restore();
  select();
  count();
  if (event.detail.xhr.status < 400) document.getElementById("h-sign")?.focus({ preventScroll: true });
});

guard(() => touched || typed.size > 0);

// The session's page: what is typed is guarded, checks are shown at their fields, ticks are counted.

let unsaved = false;

function setUnsaved(value) {
  unsaved = value;
  const note = document.getElementById("unsaved");
  if (note) note.hidden = !value;
}

function reasonTyped() {
  return document.getElementById("cancel-reason")?.value.trim() ?? "";
}

document.addEventListener("input", (event) => {
  if (event.target.closest("#plan-form, form[data-guard]")) setUnsaved(true);
});

addEventListener("beforeunload", (event) => {
  if (unsaved || reasonTyped()) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave]")) setUnsaved(false);
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("#delete-form, #plan-form, form[data-guard]")) setUnsaved(false);
  if (event.target.matches("#delete-form")) document.getElementById("cancel-form")?.reset();
});

// What somebody types while the server works is newer than its answer: it goes back into the fields that come.
const TYPED = "#plan-form :is(input:not([type=hidden], [type=checkbox]), select, textarea)[id]";
const asked = new WeakMap();

function typed() {
  return new Map([...document.querySelectorAll(TYPED)].map((field) => [field.id, field.value]));
}

document.addEventListener("htmx:beforeSend", (event) => asked.set(event.detail.xhr, typed()));

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (!target?.matches?.("#session-page, #details, #slots")) return;
  const before = asked.get(xhr) ?? new Map();
  const newer = new Map([...typed()].filter(([id, value]) => before.has(id) && before.get(id) !== value));
  const isCancelled = event.detail.requestConfig.path.endsWith("/cancel");
  if (!isCancelled && reasonTyped()) newer.set("cancel-reason", document.getElementById("cancel-reason").value);
  asked.set(xhr, newer);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target, xhr } = event.detail;
  if (!target?.matches?.("#session-page, #details, #slots")) return;
  for (const [id, value] of asked.get(xhr) ?? []) {
    const field = document.getElementById(id);
    if (field && field.value !== value) field.value = value;
  }
});

function keptTyping(xhr) {
  return [...(asked.get(xhr)?.keys() ?? [])].some((id) => id !== "cancel-reason" && document.getElementById(id));
}

// A day without times asks for the times that the course's duration proposes.
document.addEventListener("change", (event) => {
  const row = event.target.closest("[data-slot]");
  if (!row || event.target.name !== "day" || !event.target.value) return;
  const times = [...row.querySelectorAll("[name=starts], [name=ends]")];
  if (document.querySelectorAll("[data-slot]").length === 1 && times.every((field) => !field.value)) {
    document.getElementById("propose").click();
  }
});

function showCheck() {
  const check = document.getElementById("check");
  if (!check) return;
  const invalid = check.dataset.invalid.split(" ").filter(Boolean);
  for (const field of document.querySelectorAll("#plan-form [data-field]")) {
    const name = field.dataset.field;
    if (invalid.includes(name) || invalid.includes(name.split(".")[0])) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  for (const button of document.querySelectorAll("#schedule, #save[data-checked]")) {
    if (check.dataset.passes === "yes") {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-describedby");
    } else {
      button.setAttribute("aria-disabled", "true");
      button.setAttribute("aria-describedby", "check");
    }
  }
  const step = document.querySelector(".stepper [aria-current]:first-child small");
  if (step) step.textContent = check.dataset.note;
  for (const label of document.querySelectorAll("#trainer-labels data")) {
    const option = document.querySelector(`#f-trainer option[value="${CSS.escape(label.value)}"]`);
    if (option) option.textContent = label.textContent;
  }
}

function countTicks() {
  const list = document.getElementById("pick-list");
  const meter = document.getElementById("pick-meter");
  if (!list || !meter) return;
  const n = list.querySelectorAll("[name=worker_ids]:checked").length;
  const seats = Number(list.dataset.seats);
  const value = Number(list.dataset.seated) + n;
  const invite = document.getElementById("invite");
  invite.textContent = n ? invite.dataset.label.replace("{n}", n) : invite.dataset.none;
  if (n) invite.removeAttribute("aria-disabled");
  else invite.setAttribute("aria-disabled", "true");
  meter.classList.toggle("no-seats", !seats);
  document.getElementById("pick-count").textContent = meter.dataset.chosen.replace("{n}", n);
  if (!seats) return;
  drawMeter(meter, n ? meter.dataset.after.replace("{n}", n) : meter.dataset.seats, value, seats);
  const listed = document.getElementById("people-meter");
  if (listed) drawMeter(listed, listed.dataset.label, Number(listed.dataset.value), seats);
}

function drawMeter(place, label, value, seats) {
  const shown = place.querySelector(".meter");
  const words = shown.querySelector("span");
  const over = value > seats;
  words.className = over ? "status" : "";
  if (over) words.dataset.status = "amber";
  else delete words.dataset.status;
  words.textContent = `${value}/${seats} ${label}`;
  shown.setAttribute("aria-valuemax", seats);
  shown.setAttribute("aria-valuenow", value);
  shown.setAttribute("aria-label", `${label}: ${value}/${seats}`);
  const within = Math.trunc((1000 * Math.min(value, seats)) / (over ? value : seats));
  const track = shown.querySelector(".track");
  track.querySelector("rect").setAttribute("width", within);
  let rest = track.querySelector(".over");
  if (over && !rest) {
    rest = track.querySelector("rect").cloneNode();
    rest.classList.add("over");
    track.append(rest);
  }
  if (!over) rest?.remove();
  rest?.setAttribute("x", within);
  rest?.setAttribute("width", 1000 - within);
}

// The picker counts against the venue in the form, saved or not.
function takeSeats() {
  const list = document.getElementById("pick-list");
  const seats = document.getElementById("f-venue")?.selectedOptions[0]?.dataset.seats;
  if (!list || !seats || list.dataset.seats === seats) return;
  list.dataset.seats = seats;
  document.getElementById("pick-seats").value = seats;
  const fill = document.getElementById("pick-fill");
  fill.hidden = false;
  fill.textContent = fill.dataset.label.replace("{n}", seats);
}

document.addEventListener("change", (event) => {
  if (event.target.id === "f-venue") takeSeats();
  if (event.target.name === "worker_ids" || event.target.id === "f-venue") countTicks();
});

// Arrows walk through the picker's ticks.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.name !== "worker_ids") return;
  const ticks = [...document.querySelectorAll("#pick-list [name=worker_ids]")];
  const next = ticks[ticks.indexOf(event.target) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  const { target, xhr } = event.detail;
  if (event.target.id === "session-page" || target?.id === "session-page") {
    setUnsaved(Boolean(xhr) && (xhr.status >= 400 || keptTyping(xhr)));
    document.querySelectorAll("dialog[data-show]:not([open])").forEach((dialog) => dialog.showModal());
    document.getElementById("clash")?.scrollIntoView({ block: "center" });
  }
  if (event.target.id === "details") setUnsaved(true);
  if (xhr && ["session-page", "details"].includes(event.target.id) && keptTyping(xhr)) {
    document.getElementById("f-title")?.dispatchEvent(new Event("change", { bubbles: true }));
  }
  if (event.target.id === "slots") {
    // Only the times are replaced, so that nothing chosen meanwhile is lost; then all of it is checked.
    setUnsaved(true);
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  }
  // Whoever acted on a line that is gone goes on at the heading of its list.
  if (event.target.id === "people" && document.activeElement === document.body) {
    document.getElementById("h-people")?.focus();
  }
  showCheck();
  takeSeats();
  countTicks();
});

showCheck();

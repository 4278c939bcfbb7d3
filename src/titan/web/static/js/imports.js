// Comfort on the pages of an import; each of them works without this.
import "./worker.js";

const isNew = performance.getEntriesByType("navigation")[0]?.type === "navigate";

// A file is dropped or chosen, and opened at once.
const form = document.querySelector("[data-open-file]");
if (form) {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const trouble = form.querySelector("[data-file-error]");
  form.querySelector("[data-send]").hidden = true;

  const take = () => {
    const file = input.files[0];
    if (!file) return;
    const wrong = file.size > Number(form.dataset.maxBytes) ? form.dataset.tooLarge : file.size === 0 ? form.dataset.empty : "";
    trouble.hidden = !wrong;
    trouble.firstElementChild.textContent = wrong.replace("%s", file.name);
    if (wrong) {
      input.value = "";
      return;
    }
    form.querySelector("[data-file-name]").textContent = file.name;
    drop.classList.add("over");
    drop.setAttribute("aria-busy", "true");
    form.requestSubmit();
  };
  input.addEventListener("change", take);
  // Chosen before this script was there. A browser that goes back brings along a file that was sent already.
  if (isNew) take();
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    const transfer = new DataTransfer();
    transfer.items.add(event.dataTransfer.files[0]);
    input.files = transfer.files;
    take();
  });
  // Back from the next page: the file is not on its way any more.
  addEventListener("pageshow", () => {
    drop.classList.remove("over");
    drop.removeAttribute("aria-busy");
  });
}

// A day or a badge that is typed is the answer that it belongs to.
document.addEventListener("input", (event) => {
  const other = document.getElementById(event.target.dataset?.other);
  if (other && event.target.value) other.checked = true;
});

for (const button of document.querySelectorAll("[data-hides]")) button.hidden = true;

// What decides what else there is to say is read anew at once.
const NOW = "[data-now], #empty input";
document.addEventListener("change", (event) => {
  if (event.target.matches(NOW)) event.target.form.requestSubmit();
});

// So is what was chosen before this script was there. What a browser that goes back brings along was sent already.
const chosen = (field) => {
  if (field.options) return field.value !== ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value;
  return field.checked !== field.defaultChecked || field.value !== field.defaultValue;
};
if (isNew) for (const form of new Set([...document.querySelectorAll(NOW)].filter(chosen).map((field) => field.form))) form.requestSubmit();

// The code is asked for only where it is “another one”.
function settle(select) {
  const code = select.closest("tr").querySelector("[data-code]");
  if (code) code.hidden = select.value !== "map:";
}

for (const select of document.querySelectorAll("[data-answer]")) settle(select);
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-answer]")) return;
  settle(event.target);
  if (event.target.value === "map:") event.target.closest("tr").querySelector("[data-code]")?.focus();
});

for (const button of document.querySelectorAll("[data-create-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const select of button.closest("section").querySelectorAll("[data-answer]")) {
      if (![...select.options].some((option) => option.value === "create")) continue;
      select.value = "create";
      select.dispatchEvent(new Event("input", { bubbles: true }));
      settle(select);
    }
  });
}

// Whoever mends row after row stays where they are: in the row that moved up into the place of the mended one.
let mended = -1;
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = document.activeElement?.closest(".refused-rows > li");
  mended = row ? [...row.parentElement.children].indexOf(row) : -1;
});
document.addEventListener("htmx:afterSettle", () => {
  if (mended < 0) return;
  const rows = document.querySelectorAll(".refused-rows > li");
  const next = rows[Math.min(mended, rows.length - 1)];
  mended = -1;
  (document.getElementById("refused") ?? next?.querySelector("input.input, button") ?? document.getElementById("main")).focus();
});

document.getElementById("refused")?.focus();

// What was typed and not saved is asked about before the page is left. Forms marked data-guard are watched; a form that
// came back refused is unsaved from the start, unless it is marked data-guard="typed": what those hold was wrong before
// anybody typed. A link marked data-leave drops what was typed on purpose.
const unsaved = new Set();
const checks = [];

// Ask `check` as well: whether something is unsaved that stands in no form marked data-guard.
export function guard(check) {
  checks.push(check);
}

function watch() {
  for (const form of document.querySelectorAll("form[data-guard]:not([data-guard=typed])")) {
    if (form.querySelector('[aria-invalid="true"], [role="alert"]')) unsaved.add(form);
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.form?.closest("[data-guard]");
  if (form) unsaved.add(form);
});
document.addEventListener("submit", (event) => unsaved.delete(event.target));
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-leave]")) return;
  unsaved.clear();
});
document.addEventListener("htmx:afterSettle", watch);
addEventListener("beforeunload", (event) => {
  for (const form of unsaved) if (!form.isConnected) unsaved.delete(form);
  if (unsaved.size || checks.some((check) => check())) event.preventDefault();
});
watch();

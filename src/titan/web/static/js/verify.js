// Ticked records are signed together; without a tick, the one that is open.
const form = document.querySelector(".verify");

function ticked() {
  return [...form.querySelectorAll('[name="bulk"]:checked')];
}

function count() {
  const chosen = ticked().length;
  const place = document.getElementById("verify-count");
  if (place) place.textContent = chosen ? `✓ ${chosen}` : "";
}

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-check-all]")) {
    for (const box of form.querySelectorAll('[name="bulk"]:not(:disabled)')) box.checked = event.target.checked;
  }
  count();
});

form?.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "post") return;
  const chosen = ticked().map((box) => box.value);
  event.detail.parameters.delete("bulk");
  if (chosen.length) {
    event.detail.parameters.delete("ids");
    for (const id of chosen) event.detail.parameters.append("ids", id);
  }
});

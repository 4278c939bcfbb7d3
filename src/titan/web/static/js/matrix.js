// A cell opens its dialog, by click or by Enter; focus comes back to the cell.
const dialog = document.getElementById("cell");
let opener = null;

async function open(cell) {
  opener = cell;
  await window.htmx.ajax("GET", cell.dataset.opensCell, { target: dialog, swap: "innerHTML" });
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-opens-cell]");
  if (cell) open(cell);
});

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest("[data-opens-cell]");
  if (cell && event.key === "Enter") open(cell);
});

dialog.addEventListener("close", () => opener?.focus());

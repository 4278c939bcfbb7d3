// Rows that are ticked: how many they are, and all of a page at once. The bar works without this too.
const boxesOf = (form) => [...document.querySelectorAll(`input[type="checkbox"][form="${form.id}"]`)];

function count(form) {
  const boxes = boxesOf(form);
  const ticked = boxes.filter((box) => box.checked).length;
  const words = form.querySelector("[data-chosen]");
  words.textContent = words.dataset.chosen.replace("#", ticked);
  const all = form.querySelector("[data-choose-page] input");
  all.checked = ticked > 0 && ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}

function begin() {
  const form = document.querySelector("[data-choosing]");
  if (!form) return;
  form.querySelector("[data-choose-page]").hidden = false;
  count(form);
}

document.addEventListener("change", (event) => {
  const form = document.querySelector("[data-choosing]");
  if (!form) return;
  if (event.target.closest("[data-choose-page]")) {
    boxesOf(form).forEach((box) => { box.checked = event.target.checked; });
  } else if (event.target.form !== form) return;
  count(form);
});
document.addEventListener("htmx:afterSettle", begin);
// A browser that goes back brings the ticks back after the page.
addEventListener("pageshow", begin);
begin();

// The address of a feed is copied by a button, where the browser lets it; and of the two lists only the chosen kind's
// is shown.
for (const button of document.querySelectorAll("[data-copies]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = button.dataset.copied;
  });
}

const kind = document.getElementById("f-kind");
if (kind) {
  const lists = { TRAINER: "f-trainer_id", VENUE: "f-venue_id" };
  const show = () => {
    for (const [of, id] of Object.entries(lists)) document.getElementById(id).closest(".field").hidden = kind.value !== of;
  };
  kind.addEventListener("change", show);
  show();
}

// Forms marked data-guard are not lost by leaving the page; the first wrong field is where the focus goes.
const guarded = [...document.querySelectorAll("form[data-guard]")];
let unsaved = guarded.some((form) => form.querySelector('[aria-invalid="true"], [role="alert"]'));
guarded.forEach((form) => {
  form.addEventListener("input", () => { unsaved = true; });
});
document.addEventListener("submit", () => { unsaved = false; });
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
document.querySelector('[aria-invalid="true"]')?.focus();

// A day of grace belongs to a requirement after entry; choosing another one puts it out of the way.
document.querySelectorAll("[data-grace]").forEach((select) => {
  const days = document.getElementById(select.dataset.grace);
  const show = () => { days.readOnly = select.value !== "POST_MOB"; };
  select.addEventListener("change", () => {
    show();
    if (!days.readOnly) days.focus();
  });
  show();
});

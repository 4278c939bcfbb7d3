// Forms marked data-guard are not lost by leaving the page; the focus goes to the first wrong field, or to what saving would do.
const guarded = [...document.querySelectorAll("form[data-guard]")];
let unsaved = guarded.some((form) => form.querySelector('[aria-invalid="true"], [role="alert"]'));
guarded.forEach((form) => {
  form.addEventListener("input", () => { unsaved = true; });
});
document.addEventListener("submit", () => { unsaved = false; });
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
(document.querySelector('input[aria-invalid="true"], select[aria-invalid="true"]') ?? document.getElementById("effect"))?.focus();

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

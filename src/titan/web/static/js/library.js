// The focus goes to the first wrong field, to what somebody else changed, or to what saving would do.
import "./guard.js";

(document.querySelector('input[aria-invalid="true"], select[aria-invalid="true"]') ?? document.getElementById("clash") ?? document.getElementById("effect"))?.focus();

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

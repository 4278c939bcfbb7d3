// Dialogs that come from the server, and forms that are not left by accident.
const dialog = document.getElementById("dialog");
let opener = null;

async function open(link) {
  opener = link;
  await window.htmx.ajax("GET", link.href, { target: dialog, swap: "innerHTML" });
  if (dialog.childElementCount && !dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
}

if (dialog instanceof HTMLDialogElement) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-dialog]");
    if (link && window.htmx && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(link);
    }
    if (event.target.closest("[data-closes-dialog]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => opener?.focus());
}

// A change that was typed and not saved is asked about before the page is left.
const form = document.querySelector("form[data-guard]");
let unsaved = Boolean(form?.querySelector('[aria-invalid="true"], [role="alert"]'));
form?.addEventListener("input", () => { unsaved = true; });
form?.addEventListener("submit", () => { unsaved = false; });
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave]")) unsaved = false;
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

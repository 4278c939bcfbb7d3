// Dialogs that come from the server, and forms that are not left by accident.
import "./guard.js";

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
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    opener?.focus();
  });
}

document.getElementById("clash")?.focus();

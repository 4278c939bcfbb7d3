// Theme, dialogs, keys. Everything else is plain HTML and htmx.
const root = document.documentElement;

function isDark() {
  const chosen = root.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function toggleTheme() {
  root.dataset.theme = isDark() ? "light" : "dark";
  // The server renders the theme from this cookie, so that a page never flashes in the other one.
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) toggleTheme();
  const opener = event.target.closest("[data-opens]");
  if (opener && opener.getAttribute("aria-disabled") !== "true") {
    document.getElementById(opener.dataset.opens).showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio],[type=checkbox]), textarea, select");
  if (event.key === "/" && !typing) {
    const field = document.querySelector("[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  }
});

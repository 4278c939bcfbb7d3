// Theme, dialogs, keys, toasts, and what htmx needs to know. Everything else is plain HTML.
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
    if (opener.dataset.opens === "keys") listKeys();
    document.getElementById(opener.dataset.opens).showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  // A blocked button says why: it stays focusable, and leads to its first reason.
  const blocked = event.target.closest('[aria-disabled="true"]');
  if (blocked) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const reason = document.getElementById((blocked.getAttribute("aria-describedby") || "").split(" ")[0]);
    if (reason) {
      reason.tabIndex = -1;
      reason.focus();
    }
  }
}, true);

export function isTyping(target) {
  return Boolean(target.closest("input:not([type=radio],[type=checkbox]), textarea, select, [contenteditable]"));
}

// Single keys can be turned off, for whoever speaks to the computer or hits keys by accident (WCAG 2.1.4).
export function keysAreOff() {
  return localStorage.getItem("titan:keys") === "off";
}

// The help lists what the page offers now: each element that a key clicks says in its own words what it does.
function listKeys() {
  const list = document.querySelector("#keys dl");
  list.querySelectorAll("[data-here]").forEach((row) => row.remove());
  const rows = [...document.querySelectorAll("[data-key]")].filter((found) => found.offsetParent).flatMap((found) => {
    const words = found.cloneNode(true);
    words.querySelectorAll("kbd, svg, .visually-hidden").forEach((extra) => extra.remove());
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    key.textContent = found.dataset.key.toUpperCase();
    term.append(key);
    const meaning = document.createElement("dd");
    meaning.textContent = found.getAttribute("aria-label") || words.textContent.trim();
    return [term, meaning];
  });
  rows.forEach((row) => { row.dataset.here = ""; });
  list.prepend(...rows);
  document.querySelector("[data-keys-switch]").checked = !keysAreOff();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-switch]")) {
    localStorage.setItem("titan:keys", event.target.checked ? "on" : "off");
  }
});

document.addEventListener("keydown", (event) => {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || keysAreOff()) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const field = [...document.querySelectorAll("[type=search]")].find((one) => one.checkVisibility());
    if (field) {
      event.preventDefault();
      field.focus();
    }
  }
  const shortcut = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)
    ?? (event.key === "?" ? document.querySelector('[data-opens="keys"]') : null);
  if (shortcut) {
    event.preventDefault();
    shortcut.click();
  }
});

// Arrows walk through a grid, which is one stop of the Tab key.
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest('[role="gridcell"]');
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  if (!cell || !step) return;
  const row = cell.parentElement;
  const rows = [...row.parentElement.rows];
  const next = rows[rows.indexOf(row) + step[0]]?.cells[cell.cellIndex + step[1]];
  if (next?.matches('[role="gridcell"]')) {
    event.preventDefault();
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
});

export function toast({ text, link, linkText }) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const shown = document.createElement("div");
  shown.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  shown.append(words);
  if (link) {
    const anchor = document.createElement("a");
    anchor.className = "button small";
    anchor.href = link;
    anchor.textContent = linkText;
    shown.append(anchor);
  }
  place.replaceChildren(shown);
  let left = setTimeout(() => shown.remove(), 8000);
  shown.addEventListener("pointerenter", () => clearTimeout(left));
  shown.addEventListener("pointerleave", () => { left = setTimeout(() => shown.remove(), 8000); });
}

document.addEventListener("titan:toast", (event) => toast(event.detail));

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});

// A lost connection is seen at once, and what could not be sent is sent again.
const waiting = new Set();

function showConnection() {
  const banner = document.getElementById("connection");
  if (banner) banner.hidden = waiting.size === 0;
}

document.addEventListener("htmx:sendError", (event) => {
  const element = event.detail.elt;
  waiting.add(element);
  showConnection();
  setTimeout(() => {
    if (waiting.has(element) && element.isConnected && element.matches("[data-retry]")) {
      window.htmx.trigger(element, "titan:retry");
    }
  }, 3000);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status > 0) {
    waiting.delete(event.detail.elt);
    showConnection();
  }
});

document.querySelectorAll("dialog[data-show]").forEach((dialog) => dialog.showModal());

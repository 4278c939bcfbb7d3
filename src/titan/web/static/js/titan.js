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

// The help lists what the page offers now: each element that a key clicks says in its own words what it does, and each
// part with keys of its own brings them along as a list (data-keys: its heading).
function listKeys() {
  const place = document.querySelector("[data-keys-here]");
  place.querySelectorAll("[data-found]").forEach((group) => group.remove());
  const acts = [...document.querySelectorAll("[data-key]")].filter((found) => found.offsetParent);
  const lists = [...document.querySelectorAll("[data-keys]")].filter((list) => list.parentElement.checkVisibility());
  place.append(
    ...(acts.length ? [keyGroup(document.querySelector("[data-page-keys]").dataset.pageKeys, acts.flatMap(keyOf))] : []),
    ...lists.map((list) => keyGroup(list.dataset.keys, [...list.cloneNode(true).children])),
  );
  document.querySelector("[data-keys-switch]").checked = !keysAreOff();
}

function keyGroup(title, rows) {
  const group = document.createElement("section");
  group.className = "stack tight";
  group.dataset.found = "";
  const list = document.createElement("dl");
  list.className = "key-list";
  list.append(...rows);
  group.append(Object.assign(document.createElement("h3"), { textContent: title }), list);
  return group;
}

function keyOf(found) {
  const words = found.cloneNode(true);
  words.querySelectorAll("kbd, svg, .visually-hidden").forEach((extra) => extra.remove());
  const term = document.createElement("dt");
  term.append(Object.assign(document.createElement("kbd"), { textContent: found.dataset.key.toUpperCase() }));
  const meaning = document.createElement("dd");
  meaning.textContent = found.getAttribute("aria-label") || words.textContent.trim();
  return [term, meaning];
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

const TOAST = 8000;
const TOAST_WITH_ACT = 15000;

// undo: how what was done is taken back. {text, run}: by this page; {text, url, target, include}: by the server.
export function toast({ text, link, linkText, undo }) {
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
  if (undo) shown.append(undoButton(undo, shown));
  place.replaceChildren(shown);
  fade(shown, undo ? TOAST_WITH_ACT : TOAST);
}

function undoButton(undo, shown) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.dataset.key = "z";
  button.append(undo.text, " ", Object.assign(document.createElement("kbd"), { textContent: "Z" }));
  button.addEventListener("click", () => {
    if (undo.url) askToUndo(undo, shown, button);
    else {
      shown.remove();
      undo.run();
    }
  });
  return button;
}

// htmx looks for what an answer replaces from whoever asked: the toast is gone by then, so somebody else asks.
function askToUndo(undo, shown, button) {
  button.disabled = true;
  const asker = document.createElement("div");
  const asks = { post: undo.url, target: undo.target, swap: "outerHTML", include: undo.include, trigger: "titan:undo" };
  for (const [name, value] of Object.entries(asks)) asker.setAttribute(`hx-${name}`, value);
  asker.hidden = true;
  asker.addEventListener("htmx:afterRequest", (event) => {
    asker.remove();
    if (event.detail.xhr.status) shown.remove();
    else button.disabled = false;
  });
  document.body.append(asker);
  window.htmx.process(asker);
  window.htmx.trigger(asker, "titan:undo");
}

// A toast goes by itself, but not while somebody is at it.
function fade(shown, after) {
  let left = setTimeout(() => shown.remove(), after);
  for (const kind of ["pointerenter", "focusin"]) shown.addEventListener(kind, () => clearTimeout(left));
  for (const kind of ["pointerleave", "focusout"]) {
    shown.addEventListener(kind, () => {
      clearTimeout(left);
      left = setTimeout(() => shown.remove(), after);
    });
  }
}

document.querySelectorAll("[data-toast]").forEach((shown) => fade(shown, TOAST));

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
  for (const element of waiting) if (!element.isConnected) waiting.delete(element);
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

// Where the way through the product is wider than the window, one sees where one is.
const here = document.querySelector(".main-nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;

document.querySelectorAll("dialog[data-show]").forEach((dialog) => dialog.showModal());

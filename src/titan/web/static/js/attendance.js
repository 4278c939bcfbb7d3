// Marks are saved as they are made. Until the server has them they are kept in this browser, and sent when they can be.
import { csrfToken, isTyping, keysAreOff, toast } from "./titan.js";

const EMPTY = { status: "REGISTERED", result: null, score: null, verified: false, method_id: null, remarks: "" };
const AT_ONCE = 200;
const RETRY = 3000;

// The mark after a change, as the server makes it: a score decides the result, absence clears it.
function overlay(shown, change, minimum) {
  const mark = { ...shown, ...change };
  if (mark.status !== "ATTENDED") return { ...EMPTY, status: mark.status, remarks: mark.remarks };
  if ("score" in change && !("result" in change) && change.score !== null && minimum !== null) {
    mark.result = change.score >= minimum ? "PASSED" : "FAILED";
  }
  if (!mark.verified) mark.method_id = null;
  return mark;
}

class Marks {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
    this.minimum = root.dataset.minimum ? Number(root.dataset.minimum) : null;
    this.key = `titan.marks.${root.dataset.user}.${root.dataset.session}`;
    this.rows = new Map([...root.querySelectorAll("[data-row]")].map((row) => [Number(row.dataset.row), row]));
    this.shown = new Map([...this.rows].map(([id, row]) => [id, JSON.parse(row.dataset.shown)]));
    this.entries = this.restore();
    this.sending = false;
    this.signedOut = false;
    this.savedAt = "";
    root.addEventListener("change", (event) => this.changed(event));
    root.addEventListener("input", (event) => this.typed(event));
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => this.pressed(event));
    window.addEventListener("online", () => this.flush());
    for (const id of this.entries.keys()) this.draw(id);
    this.tell();
    this.flush();
  }

  // What was not saved yet outlives the page, the browser, and a dropped connection.
  restore() {
    try {
      return new Map(JSON.parse(localStorage.getItem(this.key) ?? "[]"));
    } catch {
      return new Map();
    }
  }

  keep() {
    try {
      if (this.entries.size) localStorage.setItem(this.key, JSON.stringify([...this.entries]));
      else localStorage.removeItem(this.key);
    } catch {
      // A browser that keeps nothing still sends.
    }
  }

  mark(id) {
    const entry = this.entries.get(id);
    return overlay(this.shown.get(id) ?? EMPTY, entry ? entry.change : {}, this.minimum);
  }

  set(id, change, delay = 0) {
    const before = this.entries.get(id);
    const entry = before ?? { change: {}, shown: this.shown.get(id), edits: 0 };
    if (entry.state === "conflict") entry.shown = this.shown.get(id);
    entry.change = { ...entry.change, ...change };
    const status = entry.change.status ?? this.shown.get(id).status;
    if (status !== "ATTENDED") for (const name of ["result", "score", "verified", "method_id"]) delete entry.change[name];
    if ("result" in change && change.result !== "PASSED" && (entry.change.verified ?? this.shown.get(id).verified)) {
      Object.assign(entry.change, { verified: false, method_id: null });
    }
    if ("score" in change && !("result" in change)) delete entry.change.result;
    Object.assign(entry, { state: "waiting", message: "", edits: entry.edits + 1 });
    this.entries.set(id, entry);
    // What was taken back before it was ever sent waits for nothing.
    if (!entry.sent && isSame(this.mark(id), this.shown.get(id))) this.entries.delete(id);
    this.keep();
    this.draw(id);
    this.tell();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  async flush() {
    const batch = [...this.entries].filter(([, entry]) => entry.state === "waiting").slice(0, AT_ONCE);
    if (this.sending || !batch.length || !this.root.isConnected) return;
    this.sending = true;
    for (const [, entry] of batch) entry.sent = true;
    this.keep();
    const edits = new Map(batch.map(([id, entry]) => [id, entry.edits]));
    const answer = await this.send(batch.map(([id, entry]) => ({ worker_id: id, shown: entry.shown, change: entry.change })));
    this.sending = false;
    // The list was drawn anew meanwhile: what it kept is sent by the new one, and saved once.
    if (!this.root.isConnected) return;
    this.signedOut = answer === "signed out";
    if (answer === "lost") setTimeout(() => this.flush(), RETRY);
    else if (answer !== "signed out") this.take(answer, edits);
    this.keep();
    this.tell();
  }

  async send(rows) {
    try {
      const response = await fetch(this.root.dataset.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify(rows),
        signal: AbortSignal.timeout(15000),
        redirect: "manual",
      });
      if (response.type === "opaqueredirect" || response.status === 401) return "signed out";
      if (response.status >= 500 || response.status === 429) return "lost";
      const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : { message: "" };
      if (response.ok) return answer;
      return { rows: rows.map((row) => ({ worker_id: row.worker_id, state: "REFUSED", message: answer.message })) };
    } catch {
      return "lost";
    }
  }

  take(answer, edits) {
    for (const { worker_id: id, state, mark, message } of answer.rows) {
      const entry = this.entries.get(id);
      if (mark) this.shown.set(id, mark);
      if (!entry) continue;
      if (!this.rows.has(id) && state !== "SAVED") {
        this.entries.delete(id);
        this.lose();
        continue;
      }
      if (state === "SAVED" && entry.edits === edits.get(id)) {
        this.entries.delete(id);
      } else if (state === "SAVED") {
        entry.shown = mark;
      } else if (entry.edits === edits.get(id)) {
        Object.assign(entry, { state: state === "CONFLICT" ? "conflict" : "refused", message: message || this.words.not_saved });
        if (mark && state === "REFUSED") entry.shown = mark;
      }
      this.draw(id);
    }
    if (answer.saved_at) {
      this.savedAt = answer.saved_at;
      clearTimeout(this.told);
      this.told = setTimeout(() => document.body.dispatchEvent(new CustomEvent("titan:session-changed")), 300);
    }
    setTimeout(() => this.flush());
  }

  lose() {
    const notice = document.createElement("div");
    notice.className = "notice glyph";
    notice.dataset.status = "red";
    notice.append(Object.assign(document.createElement("p"), { textContent: this.words.gone }));
    document.getElementById("messages")?.append(notice);
  }

  draw(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const entry = this.entries.get(id);
    const mark = this.mark(id);
    for (const name of ["status", "result"]) {
      for (const input of row.querySelectorAll(`[name="${name}-${id}"]`)) input.checked = input.value === mark[name];
    }
    const values = { score: mark.score ?? "", method: mark.verified ? mark.method_id : "", remarks: mark.remarks };
    for (const [name, value] of Object.entries(values)) {
      const input = row.querySelector(`[name="${name}-${id}"]`);
      if (input && document.activeElement !== input) input.value = value;
    }
    const present = mark.status === "ATTENDED";
    const seen = { present, passed: present && mark.result === "PASSED", absent: mark.status === "NO_SHOW" };
    for (const part of row.querySelectorAll("[data-when]")) part.hidden = !seen[part.dataset.when];
    row.dataset.state = entry?.state ?? "";
    this.note(id, entry);
  }

  note(id, entry) {
    const place = this.root.querySelector(`[data-note-of="${id}"]`);
    if (!place) return;
    const message = entry?.message ?? "";
    place.hidden = !message;
    const note = place.querySelector("[data-note]");
    if (note.dataset.says === message) return;
    note.dataset.says = message;
    note.dataset.status = entry?.state === "conflict" ? "amber" : "red";
    note.replaceChildren();
    if (!message) return;
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent = message;
    const acts = document.createElement("div");
    acts.className = "actions";
    if (entry.state === "conflict") acts.append(this.button("mine", id, this.words.keep_mine));
    acts.append(this.button("theirs", id, this.words.use_theirs));
    note.append(words, acts);
  }

  button(act, id, text) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button small";
    made.dataset.act = act;
    made.dataset.of = id;
    made.textContent = text;
    return made;
  }

  tell() {
    const all = [...this.entries.values()];
    const waiting = all.filter((entry) => entry.state === "waiting").length;
    const refused = all.length - waiting;
    const lost = waiting && !this.sending;
    const [colour, text] = this.signedOut ? ["red", this.words.signed_out]
      : refused ? ["red", this.counted("refused", refused)]
      : this.sending && navigator.onLine ? ["none", this.words.saving]
      : lost || waiting ? ["amber", this.counted("waits", waiting)]
      : this.savedAt ? ["green", this.words.saved.replace("%t", this.savedAt)] : ["none", ""];
    for (const place of document.querySelectorAll("[data-saved]")) {
      place.hidden = !text;
      place.dataset.status = colour;
      if (place.textContent !== text) place.textContent = text;
    }
    this.count();
  }

  counted(word, n) {
    return n === 1 ? this.words[`${word}_one`] : this.words[`${word}_many`].replace("%n", n);
  }

  count() {
    const counts = { present: 0, absent: 0, open: 0, passed: 0, failed: 0, undecided: 0 };
    for (const id of this.rows.keys()) {
      const mark = this.mark(id);
      counts[{ ATTENDED: "present", NO_SHOW: "absent" }[mark.status] ?? "open"] += 1;
      if (mark.status === "ATTENDED") counts[{ PASSED: "passed", FAILED: "failed" }[mark.result] ?? "undecided"] += 1;
    }
    for (const place of document.querySelectorAll("[data-count]")) place.textContent = counts[place.dataset.count];
    const whole = this.rows.size || 1;
    let x = 0;
    for (const part of document.querySelectorAll("[data-bar]")) {
      const width = Math.round((counts[part.dataset.bar] / whole) * 1000);
      part.setAttribute("x", x);
      part.setAttribute("width", width);
      x += width;
    }
  }

  changed(event) {
    const [name, id] = named(event.target);
    if (!id) return;
    const value = event.target.value;
    if (name === "status") this.set(id, { status: value });
    if (name === "result") this.set(id, { status: "ATTENDED", result: value });
    if (name === "method") this.set(id, { verified: value !== "", method_id: value ? Number(value) : null });
    if (name === "remarks") this.set(id, { remarks: value });
    if (name === "score") this.scored(id, event.target);
  }

  typed(event) {
    const [name, id] = named(event.target);
    if (name === "remarks") this.set(id, { remarks: event.target.value }, 1000);
  }

  scored(id, input) {
    const value = input.value.trim();
    const wrong = value !== "" && !(/^\d{1,3}$/.test(value) && Number(value) <= 100);
    input.setAttribute("aria-invalid", wrong);
    if (wrong) this.note(id, { state: "refused", message: this.words.score });
    else this.set(id, { status: "ATTENDED", score: value === "" ? null : Number(value) });
    const place = this.root.querySelector(`[data-note-of="${id}"]`);
    if (wrong && place) place.hidden = false;
  }

  clicked(event) {
    const all = event.target.closest("[data-all]");
    if (all) this.markAll(all.dataset.all);
    const act = event.target.closest("[data-act]");
    if (!act) return;
    const id = Number(act.dataset.of);
    const entry = this.entries.get(id);
    if (act.dataset.act === "mine" && entry) {
      this.set(id, {});
    } else {
      this.entries.delete(id);
      const input = this.rows.get(id)?.querySelector(`[name="score-${id}"]`);
      input?.removeAttribute("aria-invalid");
      this.keep();
      this.draw(id);
      this.tell();
    }
    this.focus(this.rows.get(id));
  }

  markAll(what) {
    const before = new Map();
    const after = new Map();
    for (const id of this.rows.keys()) {
      const mark = this.mark(id);
      const change = what === "present" && mark.status === "REGISTERED" ? { status: "ATTENDED" }
        : what === "passed" && mark.status === "ATTENDED" && !mark.result ? { result: "PASSED" } : null;
      if (!change) continue;
      before.set(id, mark);
      this.set(id, change);
      after.set(id, this.mark(id));
    }
    if (!before.size) return;
    const undo = { text: this.words.undo, run: () => this.takeBack(before, after) };
    toast({ text: this.counted(`all_${what}`, before.size), undo });
  }

  // Each mark as it was; a row that was changed since keeps what it has. What somebody else changed is a conflict.
  takeBack(before, after) {
    const rows = [...before].filter(([id]) => this.rows.has(id) && isSame(this.mark(id), after.get(id)));
    for (const [id, mark] of rows) this.set(id, { status: mark.status, result: mark.result });
    const kept = before.size - rows.length;
    toast({ text: kept ? this.counted("kept", kept) : this.words.undone });
    this.focus(this.rows.get(rows[0]?.[0]));
  }

  pressed(event) {
    const row = event.target.closest("[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = Number(row.dataset.row);
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const ids = [...this.rows.keys()];
    if (event.target.matches("select")) return;
    if (move) {
      event.preventDefault();
      this.focus(this.rows.get(ids[ids.indexOf(id) + move]), event.target);
      return;
    }
    if (isTyping(event.target)) return;
    if (keysAreOff() && event.key.length === 1) return;
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      this.focus(this.rows.get(event.key === "Home" ? ids[0] : ids[ids.length - 1]), event.target);
      return;
    }
    const change = {
      p: { status: "ATTENDED" },
      x: { status: "NO_SHOW" },
      o: { status: "ATTENDED", result: "PASSED" },
      f: { status: "ATTENDED", result: "FAILED" },
      Backspace: { status: "REGISTERED" },
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!change || !row.querySelector(`[name="status-${id}"]`)) return;
    event.preventDefault();
    event.stopPropagation();
    this.set(id, change);
  }

  // Into the same column of the row, where there is one.
  focus(row, like) {
    if (!row) return;
    const [name] = like ? named(like) : ["status"];
    const inputs = [...row.querySelectorAll(`[name="${name}-${row.dataset.row}"]`)].filter((input) => !input.closest("[hidden]"));
    const choices = inputs.length ? inputs : [...row.querySelectorAll(`[name="status-${row.dataset.row}"]`)];
    const target = choices.find((input) => input.checked) ?? choices[0];
    target?.focus();
    target?.scrollIntoView({ block: "nearest" });
  }
}

function isSame(one, other) {
  return Boolean(other) && Object.keys(EMPTY).every((name) => (one[name] ?? null) === (other[name] ?? null));
}

function named(input) {
  const [, name, id] = /^(status|result|score|method|remarks)-(\d+)$/.exec(input.name ?? "") ?? [];
  return [name ?? "status", id ? Number(id) : 0];
}

function start(within) {
  const roots = within.matches?.("[data-marks]") ? [within] : within.querySelectorAll("[data-marks]");
  for (const root of roots) {
    if (!root.marks) root.marks = new Marks(root);
  }
}

// A click anywhere in a row puts the keys there.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (row && !event.target.closest("input, label, select, a, button")) {
    row.closest("[data-marks]")?.marks?.focus(row);
  }
});

// A reason against finalizing leads to its row.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#row-"]');
  const row = link && document.getElementById(link.hash.slice(1));
  const marks = row?.closest("[data-marks]")?.marks;
  if (!marks) return;
  event.preventDefault();
  row.closest("details")?.setAttribute("open", "");
  row.scrollIntoView({ block: "center" });
  marks.focus(row);
});

document.addEventListener("htmx:load", (event) => start(event.target));
start(document.body);
// Nothing can be marked before (screens.css), or a mark would be shown and never saved.
document.documentElement.dataset.marksReady = "";

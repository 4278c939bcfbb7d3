// What the server does not have yet, kept in this browser by person and session: files (IndexedDB) and marks.
const FILES = "files";
// Where a browser keeps nothing, files wait as long as the page stands.
const passing = new Map();
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("titan", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(FILES, { keyPath: "id", autoIncrement: true }).createIndex("of", "of");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => reject(asked.error);
  });
  return opened;
}

async function ask(mode, work) {
  const transaction = (await database()).transaction(FILES, mode);
  const asked = work(transaction.objectStore(FILES));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

// One upload: {of: "person.session", files, tries, refused}. It gets its id here.
export async function keep(upload) {
  if (passing.has(upload.id)) return upload;
  try {
    upload.id = await ask("readwrite", (store) => store.put(upload));
  } catch {
    upload.id ??= `passing-${passing.size}-${Date.now()}`;
    passing.set(upload.id, upload);
  }
  return upload;
}

export async function forget(id) {
  if (!passing.delete(id)) await ask("readwrite", (store) => store.delete(id));
}

export async function keptFiles(of) {
  let kept = [];
  try {
    kept = await ask("readonly", (store) => (of ? store.index("of").getAll(of) : store.getAll()));
  } catch {
    // Nothing can be kept here, so nothing is.
  }
  return [...kept, ...[...passing.values()].filter((upload) => !of || upload.of === of)];
}

export function keptMarks(of) {
  try {
    return JSON.parse(localStorage.getItem(`titan.marks.${of}`) ?? "[]").map(([, entry]) => entry);
  } catch {
    return [];
  }
}

// Words come as {one: "1 file waits", many: "%n files wait"}.
export function counted({ one, many }, n) {
  return n === 1 ? one : many.replace("%n", n);
}

addEventListener("beforeunload", (event) => {
  if (passing.size) event.preventDefault();
});

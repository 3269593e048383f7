// Small comforts. Every page works without them.

// --- copy buttons: <button data-copy="id of the element" hidden> ---------------------------------
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  const word = button.querySelector("[data-copy-word]") ?? button;
  const before = word.textContent;
  word.textContent = "Copied";
  setTimeout(() => { word.textContent = before; }, 1500);
});

// --- what went wrong in a form comes into focus ----------------------------------------------------
document.querySelector(".errors, .errors--clash")?.focus();

// --- what was refused of a field is gone from the page once that field is changed --------------------
document.addEventListener("input", ({ target }) => {
  const field = target.closest(".field--error");
  if (!field) return;
  field.classList.remove("field--error");
  field.querySelector(".field__errors")?.remove();
  for (const element of [field, ...field.querySelectorAll("[id]")]) {
    element.removeAttribute("aria-invalid");
    for (const link of document.querySelectorAll(`.errors a[href="#${CSS.escape(element.id)}"]`)) link.closest("li").remove();
  }
  for (const list of document.querySelectorAll(".errors ul:not(:has(li))")) list.closest(".errors").remove();
});

// --- what htmx was refused: the server's own sentences, or a plain one -----------------------------
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.getResponseHeader("HX-Retarget")) detail.shouldSwap = true;
});
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    const place = document.getElementById("refusal");
    if (!place || detail.xhr?.getResponseHeader("HX-Retarget")) return;
    const words = document.createElement("p");
    words.className = "notice notice--danger";
    words.textContent = "The server did not answer as expected. Reload the page and try again.";
    place.replaceChildren(words);
  });
}

// --- live parts: data-live="url of the same fragment", swapped cell by cell -----------------------
// What a person works on is left as it is: the focus, a selection, text half typed, boxes ticked.
const isTouched = (field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : "defaultValue" in field && field.value !== field.defaultValue;
const holdsAttention = (element) => {
  const selection = getSelection();
  const isSelected = !selection.isCollapsed && selection.containsNode(element, true);
  return element.contains(document.activeElement) || isSelected || [...element.querySelectorAll("input, textarea")].some(isTouched);
};

// The nearest descendants that have an id.
const named = (element) =>
  [...element.querySelectorAll("[id]")].filter((child) => (child.parentElement.closest("[id]") ?? element) === element);

// Motion says that a state has just changed, and nothing else moves.
const states = (element) => [...element.querySelectorAll("[data-state]")].map((badge) => badge.dataset.state).join();
function becameAnother(fresh) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const badge of fresh.querySelectorAll("[data-state]")) badge.animate([{ scale: 1.15 }, { scale: 1 }], 400);
}

function refresh(shown, fresh) {
  const cells = named(fresh);
  const match = (list) => list.map((cell) => cell.id).join(" ");
  if (cells.length && match(cells) === match(named(shown))) {
    for (const cell of cells) refresh(document.getElementById(cell.id), cell);
  } else if (!shown.isEqualNode(fresh) && !holdsAttention(shown)) {
    if (states(shown) !== states(fresh)) becameAnother(fresh);
    shown.replaceWith(fresh);
    window.htmx?.process(fresh);
  }
}

// Each part is asked for once a second while the page is to be seen; the server sends it when it differs, else 304.
// After a failure it waits, longer each time, and says how old what is shown has become.
function keepLive(element) {
  let seenAt = Date.now(), etag = "", failures = 0, timer;
  const lost = document.createElement("p");
  lost.className = "notice notice--warning";
  lost.setAttribute("role", "status");
  lost.hidden = true;
  element.before(lost);

  function show(text) {
    const body = new DOMParser().parseFromString(text, "text/html").body;
    const fresh = body.querySelector(`#${CSS.escape(element.id)}`) ?? body;
    for (const cell of named(fresh)) {
      const shown = document.getElementById(cell.id);
      if (shown) refresh(shown, cell);
    }
  }

  async function look() {
    const address = new URL(element.dataset.live, location.href).href;
    const headers = { "HX-Request": "true", Live: "1" };
    // What the person has typed into the address meanwhile is another part.
    if (etag && element.liveAddress === address) headers["If-None-Match"] = etag;
    const reply = await fetch(address, { headers, signal: AbortSignal.timeout(10000) });
    if (reply.redirected || reply.headers.has("HX-Redirect")) return location.reload();
    if (reply.status !== 304) {
      if (!reply.ok) throw new Error(reply.status);
      const text = await reply.text();
      if (address !== new URL(element.dataset.live, location.href).href) return;
      show(text);
      // What was held back is asked for again.
      etag = holdsAttention(element) ? "" : reply.headers.get("ETag") ?? "";
      element.liveAddress = address;
    }
    seenAt = Date.now();
    failures = 0;
    lost.hidden = true;
  }

  async function loop() {
    clearTimeout(timer);
    if (!element.isConnected) return lost.remove();
    if (document.hidden) return;
    try {
      await look();
    } catch {
      failures += 1;
    }
    clearTimeout(timer);
    timer = setTimeout(loop, Math.min(1000 * 2 ** failures, 15000));
  }

  setInterval(() => {
    if (!failures || !element.isConnected) return;
    const words = `Connection lost: what you see is ${inWords(Date.now() - seenAt)} old. Trying again by itself.`;
    if (lost.textContent !== words) lost.textContent = words;
    lost.hidden = false;
  }, 1000);
  document.addEventListener("visibilitychange", loop);
  window.addEventListener("online", loop);
  timer = setTimeout(loop, 1000);
}

// --- ages pass: <time datetime title>3 min ago</time>, as the server says them -----------------------
function inWords(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const [size, unit] = [[86400, "day"], [3600, "h"], [60, "min"], [1, "s"]].find(([size]) => seconds >= size) ?? [1, "s"];
  const number = Math.floor(seconds / size);
  return `${number} ${unit}${unit === "day" && number !== 1 ? "s" : ""}`;
}
const clockIsAhead = Date.now() - Date.parse(document.documentElement.dataset.now || new Date());
setInterval(() => {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("main time[datetime][title]")) {
    const age = Date.now() - clockIsAhead - Date.parse(time.dateTime);
    if (!(age >= 1000) || !/ ago$|^just now$/.test(time.textContent)) continue;
    const words = `${inWords(age)} ago`;
    if (time.textContent !== words && !getSelection().containsNode(time, true)) time.textContent = words;
  }
}, 1000);
for (const element of document.querySelectorAll("[data-live]")) keepLive(element);

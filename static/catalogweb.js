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
const holdsAttention = (element) => {
  const selection = getSelection();
  return element.contains(document.activeElement) || (!selection.isCollapsed && selection.containsNode(element, true));
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

function keepLive(element) {
  const every = 1000 * Number(element.dataset.liveEvery || 2);
  let seenAt = Date.now();
  const lost = document.createElement("p");
  lost.className = "notice notice--warning";
  lost.setAttribute("role", "status");
  lost.hidden = true;
  element.before(lost);

  async function look() {
    try {
      const reply = await fetch(element.dataset.live, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(10000) });
      if (reply.redirected || reply.headers.has("HX-Redirect")) return location.reload();
      if (!reply.ok) throw new Error(reply.status);
      const body = new DOMParser().parseFromString(await reply.text(), "text/html").body;
      const fresh = body.querySelector(`#${CSS.escape(element.id)}`) ?? body;
      const cells = named(fresh).filter((cell) => document.getElementById(cell.id));
      for (const cell of cells) refresh(document.getElementById(cell.id), cell);
      seenAt = Date.now();
      lost.hidden = true;
    } catch {
      const words = `Connection lost: what you see is ${Math.round((Date.now() - seenAt) / 1000)} s old.`;
      if (lost.textContent !== words) lost.textContent = words;
      lost.hidden = false;
    }
  }

  async function loop() {
    if (!element.isConnected) return lost.remove();
    if (!document.hidden) await look();
    setTimeout(loop, every);
  }
  setTimeout(loop, every);
}
for (const element of document.querySelectorAll("[data-live]")) keepLive(element);

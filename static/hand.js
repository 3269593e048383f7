// Speed of hand: keys, the palette, and a question before typed text is lost. Every page works without them.

const palette = document.getElementById("palette");
const keys = document.getElementById("keys");
const isOn = () => localStorage.getItem("keys") !== "off";

// --- the palette: the search page's own list, asked for while one types ----------------------------------
const field = palette?.querySelector("input");
const results = document.getElementById("palette-results");
let asked = 0;

async function ask() {
  const number = ++asked;
  const address = `${palette.dataset.search}?q=${encodeURIComponent(field.value)}`;
  try {
    const reply = await fetch(address, { headers: { "HX-Request": "true" } });
    if (reply.redirected || reply.headers.has("HX-Redirect")) return location.reload();
    if (!reply.ok) throw new Error(reply.status);
    const found = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("results");
    if (number !== asked) return;
    found.removeAttribute("id");
    results.replaceChildren(found);
    document.getElementById("palette-count").textContent = `${found.dataset.count} found. Arrow keys choose, Enter opens.`;
  } catch {
    if (number !== asked) return;
    results.replaceChildren();
    document.getElementById("palette-count").textContent = "The server did not answer. Press Enter to search on a page.";
  }
}

function openPalette() {
  if (palette.open) return;
  keys.close();
  palette.showModal();
  field.select();
  ask();
}

let pause;
field?.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(ask, 120);
});
palette?.querySelector("form").addEventListener("submit", (event) => {
  if (!field.value.trim()) return;
  event.preventDefault();
  // What was typed last decides, not what was found before.
  clearTimeout(pause);
  ask().then(() => {
    const first = results.querySelector("a");
    if (first) first.click();
    else location.assign(`${palette.dataset.search}?q=${encodeURIComponent(field.value)}`);
  });
});
palette?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    // In a search field this key would only empty it.
    event.preventDefault();
    return palette.close();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const links = [...results.querySelectorAll("a")];
  const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  (links[next] ?? field).focus();
});
for (const link of document.querySelectorAll(`.nav a[href="${palette?.dataset.search}"]`)) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openPalette();
  });
}

// --- the list of keys, with the switch that turns single ones off -----------------------------------------
const onOff = document.getElementById("keys-on");
if (onOff) onOff.checked = isOn();
onOff?.addEventListener("change", () => localStorage.setItem("keys", onOff.checked ? "on" : "off"));
for (const button of document.querySelectorAll("dialog [data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
for (const button of document.querySelectorAll("[data-shows-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => keys.showModal());
}

// --- keys -----------------------------------------------------------------------------------------------
const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const ACTS = {
  "/": () => document.querySelector("main [role=search] input[type=search]") ?? openPalette,
  "?": () => () => keys.showModal(),
  n: () => document.querySelector('.page-head a[href*="/add/"], .page-head a[href*="/deploy/"]'),
  e: () => document.querySelector('.page-head a[href$="/edit/"]'),
};
let goesUntil = 0;

document.addEventListener("keydown", (event) => {
  if (!palette) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openPalette();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !isOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const isGoing = Date.now() < goesUntil;
  goesUntil = 0;
  if (isGoing) {
    const link = keys.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      location.assign(link.href);
      return;
    }
  }
  if (event.key === "g") {
    goesUntil = Date.now() + 1500;
    return;
  }
  const found = ACTS[event.key]?.();
  if (!found) return;
  event.preventDefault();
  if (typeof found === "function") found();
  else if (found.matches("input")) found.select(), found.focus();
  else found.click();
});

// --- a form that was changed asks before it is left --------------------------------------------------------
const said = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));
const guarded = [...document.querySelectorAll("main form.form[method=post]")].filter((form) =>
  form.querySelector("input:not([type=hidden]), textarea, select"),
);
// What was refused is on the page as it was typed, and stored nowhere.
const before = new Map(guarded.map((form) => [form, form.querySelector(".field--error") ? "" : said(form)]));
let isLeaving = false;
document.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (!defaultPrevented && target.matches("main form")) isLeaving = true;
});
// An htmx request leaves the page where it is.
document.addEventListener("htmx:beforeRequest", () => { isLeaving = false; });
addEventListener("pageshow", () => { isLeaving = false; });
addEventListener("beforeunload", (event) => {
  if (!isLeaving && guarded.some((form) => form.isConnected && said(form) !== before.get(form))) event.preventDefault();
});

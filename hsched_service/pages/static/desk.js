// Keys and live updates for staff pages. Everything works without this file.
"use strict";

const cards = () => [...document.querySelectorAll("[data-case]")];
const focused = () => document.activeElement?.closest("[data-case]") ?? null;
// Without a choice keys act on a page that is about one case; never on a list that happens to have one.
const current = () => focused() ?? document.querySelector("[data-case][data-alone]");

function move(step) {
  const all = cards();
  const at = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  next?.focus();
}

// Change: what else can be chosen here, or the page where it is changed.
function change(scope) {
  const first = scope?.querySelector(".choices button, .change select");
  if (!first) return scope?.querySelector('[data-key="c"]')?.click();
  const folded = first.closest("details");
  if (folded) folded.open = true;
  first.focus();
}

if (location.hash === "#change") document.querySelector(".change select")?.focus();

// On a narrow screen rows of links scroll: where one is, is in sight.
for (const here of document.querySelectorAll(".rooms [aria-current], .week [aria-current], .tabs [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.repeat) return; // a key that is held down decides once
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
    return;
  }
  if (event.key === "c") {
    event.preventDefault();
    change(current());
    return;
  }
  if (!/^[axou]$/.test(event.key)) return;
  const scope = event.key === "u" ? document : current();
  const target = scope?.querySelector(`[data-key="${event.key}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
});

// A second click while the first is on its way would only be told that it came second.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) setTimeout(() => { button.disabled = true; });
});

const parts = [...document.querySelectorAll("[data-live]")];
const live = document.querySelector("meta[name=live]")?.content;
const main = document.querySelector("main");
// Where nothing of the page itself is live, any page tells whether everything is stopped.
const whole = main?.querySelector("[data-live]") ? location.href : document.querySelector("meta[name=frame]")?.content;
let source = null;
let wanted = false;
let busy = false;
let again = false;

function isBusy(part) {
  const active = document.activeElement;
  return (part.contains(active) && active.matches("input, select, textarea")) || part.querySelector("details[open]") !== null;
}

// As the server sent it, whatever was opened or clicked since.
function asSent(part) {
  const copy = part.cloneNode(true);
  for (const one of copy.querySelectorAll("details[open]")) one.removeAttribute("open");
  for (const one of copy.querySelectorAll("button[disabled]")) one.removeAttribute("disabled");
  return copy.innerHTML;
}

function told(words, link, where) {
  const line = document.createElement("p");
  const way = document.createElement("a");
  line.className = "notice news";
  line.setAttribute("role", "status");
  way.href = where;
  way.textContent = link;
  line.append(words, way);
  return line;
}

function tellNews() {
  if (!main.querySelector(".news")) main.prepend(told("Something changed: ", "reload", location.href));
}

// What stood here was for somebody who is signed in.
function signedOut() {
  source?.close();
  for (const part of parts) part.replaceChildren();
  document.querySelector(".who")?.replaceChildren();
  main.replaceChildren(told("Signed out: ", "sign in again", location.href));
}

async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  wanted = false;
  try {
    const answer = await fetch(whole, { headers: { "X-Live": "1" }, credentials: "same-origin", redirect: "error" });
    if (answer.status === 401) signedOut();
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The next change, or the next look, brings it.
  } finally {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function show(page) {
  const name = focused()?.dataset.case;
  for (const part of parts) {
    const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!fresh || asSent(fresh) === asSent(part)) continue;
    if (isBusy(part)) wanted = true;
    else part.replaceChildren(...fresh.childNodes);
  }
  if (wanted) tellNews();
  else main.querySelector(".news")?.remove();
  if (document.querySelector("[data-reading]")) setTimeout(refresh, 3000);
  if (name && !focused()) document.querySelector(`[data-case="${name}"]`)?.focus({ preventScroll: true });
}

if (live && parts.length) {
  source = new EventSource(live);
  let beat = null;
  source.addEventListener("beat", (event) => {
    if (beat !== null && event.data !== beat) refresh();
    beat = event.data;
  });
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) refresh(); });
  if (document.querySelector("[data-reading]")) setTimeout(refresh, 3000);
  document.addEventListener("focusout", () => { if (wanted) setTimeout(refresh, 300); });
  document.addEventListener("toggle", () => { if (wanted) setTimeout(refresh, 300); }, true);
}

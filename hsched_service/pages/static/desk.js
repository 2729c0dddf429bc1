// Keys and live updates for staff pages. Everything works without this file.
"use strict";

const cards = () => [...document.querySelectorAll("[data-case]")];
const current = () => document.activeElement?.closest("[data-case]") ?? (cards().length === 1 ? cards()[0] : null);

function move(step) {
  const all = cards();
  const at = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  next?.focus();
}

// On a narrow screen rows of links scroll: where one is, is in sight.
for (const here of document.querySelectorAll(".rooms [aria-current], .week [aria-current], .tabs [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
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

const parts = document.querySelectorAll("[data-live]");
const live = document.querySelector("meta[name=live]")?.content;
let wanted = false;
let busy = false;

function isBusyHere() {
  const active = document.activeElement;
  return Boolean(active?.matches("input, select, textarea") || document.querySelector("[data-live] details[open]"));
}

async function refresh() {
  if (busy || isBusyHere()) { wanted = true; return; }
  busy = true;
  wanted = false;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin", redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = current()?.dataset.case;
    for (const part of parts) {
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    }
    if (document.querySelector("[data-reading]")) setTimeout(refresh, 3000);
    if (focused) document.querySelector(`[data-case="${focused}"]`)?.focus({ preventScroll: true });
  } catch {
    // The next change, or the next look, brings it.
  } finally {
    busy = false;
  }
}

if (live && parts.length) {
  const source = new EventSource(live);
  let beat = null;
  source.addEventListener("beat", (event) => {
    if (beat !== null && event.data !== beat) refresh();
    beat = event.data;
  });
  if (document.querySelector("[data-reading]")) setTimeout(refresh, 3000);
  document.addEventListener("focusout", () => { if (wanted) setTimeout(refresh, 300); });
  document.addEventListener("toggle", () => { if (wanted) setTimeout(refresh, 300); }, true);
}

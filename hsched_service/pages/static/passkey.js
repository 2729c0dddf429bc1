// Adding a passkey, or showing one: asks the service for a challenge, the browser for an answer, and goes on where the service says.
"use strict";

async function post(path, csrf, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": csrf },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error("refused");
  return answer.json();
}

async function ceremony(place) {
  const { csrf, options, finish, act } = place.dataset;
  const { publicKey } = await post(options, csrf, {});
  const made =
    act === "add"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  const { next } = await post(finish, csrf, made.toJSON());
  location.assign(next);
}

document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll("[data-act]")) {
    const said = place.querySelector("[role=alert]");
    if (!window.PublicKeyCredential || !PublicKeyCredential.parseCreationOptionsFromJSON) {
      said.textContent = "This browser has no passkeys, or is too old for them.";
      continue;
    }
    const button = place.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => {
      said.textContent = "";
      ceremony(place).catch(() => { said.textContent = "That did not work. Please try again."; });
    });
  }
});

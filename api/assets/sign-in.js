"use strict";

const at = (id) => document.getElementById(id);
const form = at("sign-in");
const button = form.querySelector("button");
const fields = ["email", "password"];

// The code leaves the address bar at once, so that it is in no history and no screenshot.
const code = new URLSearchParams(location.search).get("code");
history.replaceState(null, "", location.pathname);

if (code) {
  at("words").textContent = "Welcome. Say which e-mail address you will sign in with, and choose a password.";
  at("password-label").textContent = "New password";
  at("password").autocomplete = "new-password";
}
form.hidden = false;
at("email").focus();

// Whoever is invited signs in with the address they were invited by.
async function showInvitation() {
  const answer = await post("/v1/sessions/invitation", { code });
  const said = await answer.json();
  if (!answer.ok) {
    return show(said);
  }
  if (said.email) {
    at("words").textContent = "Welcome. Choose a password.";
    at("email").value = said.email;
    at("email").readOnly = true;
    at("password").focus();
  }
}

function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

function say(id, text) {
  at(id).textContent = text;
  at(id).hidden = !text;
}

function clear() {
  say("problem", "");
  for (const field of fields) {
    say(`${field}-problem`, "");
    at(field).removeAttribute("aria-invalid");
  }
}

function show(problem) {
  let first = null;
  for (const { field, message } of problem.errors ?? []) {
    if (fields.includes(field)) {
      say(`${field}-problem`, message);
      at(field).setAttribute("aria-invalid", "true");
      first ??= at(field);
    }
  }
  if (first) {
    first.focus();
  } else {
    say("problem", problem.detail ?? "That did not work. Try again.");
  }
}

async function signIn() {
  const body = { email: at("email").value.trim(), password: at("password").value };
  const missing = fields.filter((field) => !body[field]);
  if (missing.length) {
    return show({ errors: missing.map((field) => ({ field, message: "Needed to sign in." })) });
  }
  if (code) {
    body.code = code;
  }
  const answer = await post("/v1/sessions", body);
  const said = await answer.json();
  if (!answer.ok) {
    return show(said);
  }
  form.remove();
  at("role").textContent = said.role;
  at("done").hidden = false;
  at("done").focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clear();
  button.disabled = true;
  try {
    await signIn();
  } catch {
    show({ detail: "The desk cannot be reached. Try again." });
  }
  button.disabled = false;
});

if (code) {
  showInvitation().catch(() => show({ detail: "The desk cannot be reached. Try again." }));
}

import { makeDetector, watch } from "./door-camera.js";
import { play, wake } from "./door-sound.js";

// The door with JavaScript: the page stays, verdicts come and go over it. Without it every form
// posts by itself.
const tools = document.querySelector("[data-door]");
const main = tools.parentElement;
const note = tools.querySelector("[data-door-note]");
const counter = document.querySelector("[data-door-count]");
const GO_SHOWN = 4000,
  SAME_CODE = 2500,
  RETRIES = [400, 1200, 2500];
let verdict = null,
  busy = false,
  timer = 0,
  forget = 0,
  last = { text: "", at: 0 };

tools.querySelector("[data-door-start]").addEventListener("click", start);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !main.contains(form) || form.closest(".door-ways")) return;
  event.preventDefault();
  wake();
  send(form.action, new FormData(form)).then((answer) => renew(form, answer));
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-door-next]")) {
    event.preventDefault();
    next();
  }
  const search = event.target.closest("[data-door-search]");
  if (!search) return;
  next();
  if (search.dataset.doorSearch) return; // the link brings the people of that name
  event.preventDefault();
  tools.querySelector("#q").focus();
});
// A hand scanner types: what comes while no field is in focus is the next ticket.
document.addEventListener("keydown", (event) => {
  if (
    event.key.length !== 1 ||
    event.key === " " ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey ||
    event.target.closest("input")
  )
    return;
  if (verdict) next();
  tools.querySelector("#code").select();
});
for (const touch of ["pointerdown", "keydown"])
  document.addEventListener(touch, () => {
    clearTimeout(timer);
    wake();
  });
tools.querySelector("[data-door-photo]").addEventListener("change", ({ target }) => {
  if (target.files.length) target.form.requestSubmit();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
if (!window.isSecureContext) say(tools.dataset.insecure);
else if (!navigator.mediaDevices?.getUserMedia) say(tools.dataset.noCamera);
else
  navigator.permissions
    ?.query({ name: "camera" })
    .then((state) => {
      if (state.state === "granted") start();
    })
    .catch(() => {});

async function start() {
  wake();
  if (!navigator.mediaDevices?.getUserMedia)
    return say(window.isSecureContext ? tools.dataset.noCamera : tools.dataset.insecure);
  const finder = tools.querySelector("[data-door-finder]"),
    button = tools.querySelector("[data-door-start]");
  button.setAttribute("aria-busy", "true");
  try {
    const detector = await makeDetector(tools.dataset);
    finder.hidden = false;
    const broken = () => {
      finder.hidden = true;
      button.hidden = false;
      say(tools.dataset.noCamera);
    };
    await watch(
      tools.querySelector("[data-door-video]"),
      detector,
      seen,
      () => busy || verdict !== null,
      broken,
    );
    button.hidden = true;
    say("");
  } catch {
    finder.hidden = true;
    say(tools.dataset.noCamera);
  }
  button.removeAttribute("aria-busy");
}

function seen(text) {
  // the ticket is still before the camera
  if (text === last.text && Date.now() - last.at < SAME_CODE) return;
  last = { text, at: Date.now() };
  const body = new FormData();
  body.set("code", text);
  body.set("nonce", crypto.randomUUID());
  body.set("csrf_token", tools.dataset.token);
  body.set("mode", tools.dataset.mode);
  send(tools.dataset.scans, body);
}

// The nonce in the body makes repeating harmless: the server answers a repeat as it answered the
// first.
async function send(address, body) {
  if (busy) return;
  busy = true;
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await fetch(address, {
          method: "POST",
          body,
          headers: { Accept: "application/json" },
        });
        if (response.status >= 500) throw new Error("server");
        if (!response.ok || response.redirected) {
          location.reload();
          return;
        } // the session has ended: sign in again
        const answer = await response.json();
        show(answer);
        return answer;
      } catch (error) {
        if (attempt === RETRIES.length) throw error;
        say(tools.dataset.offline);
        await new Promise((again) => setTimeout(again, RETRIES[attempt]));
      }
    }
  } catch {
    say(tools.dataset.failed);
    play("no");
  } finally {
    busy = false;
    last.at = Date.now();
  }
}

function show(answer) {
  say("");
  if (answer.line) counter.textContent = answer.line;
  if (answer.last !== undefined) tell(answer.last);
  if (answer.kind === "undone") return next();
  verdict?.remove();
  const holder = document.createElement("div");
  holder.innerHTML = answer.html; // our own template, escaped there
  verdict = holder.firstElementChild;
  main.append(verdict);
  tools.hidden = true;
  document.querySelector(".door-bar").hidden = true;
  verdict.querySelector("[data-door-next]").focus({ preventScroll: true });
  scrollTo(0, 0);
  play(answer.kind);
  clearTimeout(timer);
  if (answer.kind === "go" && !tools.querySelector("[data-door-finder]").hidden)
    timer = setTimeout(next, GO_SHOWN);
}

function next() {
  clearTimeout(timer);
  verdict?.remove();
  verdict = null;
  tools.hidden = false;
  document.querySelector(".door-bar").hidden = false;
  last.at = Date.now();
}

// Whom this volunteer let in last, with the way back: ten minutes, as long as the server offers it.
function tell(html) {
  const line = tools.querySelector("[data-door-last]");
  line.innerHTML = html; // our own template, escaped there
  clearTimeout(forget);
  forget = setTimeout(() => line.replaceChildren(), 600_000);
}

// A form that was sent gets a new nonce and an empty field for the next person; a code that opened
// nothing stays.
function renew(form, answer) {
  const nonce = form.elements.nonce;
  if (nonce) nonce.value = crypto.randomUUID();
  const wrong = !answer || answer.answer === "unknown";
  for (const field of form.querySelectorAll(
    wrong ? "input[type=file]" : "input[name=code], input[type=file]",
  ))
    field.value = "";
}

async function refresh() {
  try {
    counter.textContent = (await (await fetch(tools.dataset.count)).json()).line;
  } catch {
    /* the next scan tells */
  }
}

function say(text) {
  note.textContent = text;
  note.hidden = !text;
}

// Keeps what is being typed without a press: some time after the last stroke, and when the page is
// put aside.
const PAUSE = 1500;
const AGAIN = 10000;

export function bind(line) {
  const form = line.closest("form");
  let timer = 0,
    changed = false,
    sending = null,
    stopped = false;

  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  const save = () => {
    clearTimeout(timer);
    if (!changed || stopped || sending) return;
    changed = false;
    line.textContent = line.dataset.saving;
    sending = send().finally(() => {
      sending = null;
    });
  };
  const send = async () => {
    try {
      const answer = await fetch(line.dataset.autosave, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        keepalive: true,
      });
      stopped ||= answer.status === 409;
      if (!answer.ok) throw new Error(answer.statusText);
      const told = await answer.json();
      form.elements.version.value = told.version;
      line.textContent = told.message;
      if (told.part) show(told.part);
      if (changed) later(PAUSE);
    } catch {
      changed = true;
      line.textContent = stopped ? line.dataset.conflict : line.dataset.failed;
      if (!stopped) later(AGAIN);
    }
  };

  // What the page says of the whole may have changed with a field: a deed becomes possible, a
  // number is another.
  const show = (html) => {
    const old = document.getElementById(line.dataset.part);
    const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!old || old.contains(document.activeElement)) return;
    const title = (one) => one.querySelector("h2").textContent;
    if (title(part) !== title(old)) line.textContent += `. ${title(part)}`;
    old.replaceWith(part);
    part.dispatchEvent(new Event("content-added", { bubbles: true }));
  };

  form.addEventListener("input", () => {
    changed = true;
    later(PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) save();
  });
  // Another form of the page is sent, a document attached: what was typed here goes first.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form) save();
    },
    { capture: true },
  );
  // A press while the last stroke is on its way waits for it: else the server would see two people.
  form.addEventListener(
    "submit",
    (event) => {
      clearTimeout(timer);
      if (sending) {
        event.preventDefault();
        event.stopImmediatePropagation();
        const button = event.submitter;
        sending.then(() => form.requestSubmit(button));
        return;
      }
      changed = false;
      stopped = true;
    },
    { capture: true },
  );
  // Somebody may type before this script is here.
  const typing = document.activeElement;
  if (form.contains(typing) && typing.value !== typing.defaultValue) {
    changed = true;
    later(PAUSE);
  }
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

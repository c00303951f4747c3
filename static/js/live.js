// The page of whoever takes part from afar: it moves on by itself and tells the minutes it was open.
// Minutes not told yet wait in the browser's own store, so that a lost line or a reload loses none.
const TICK = 20_000;
// Timers of a page in the background come once a minute; a longer gap means that the page was asleep.
const AWAKE = 90_000;
const MOST = 60 * 12;

// Where the browser keeps nothing, minutes wait as long as the page stands.
function openStore() {
  try {
    localStorage.setItem("presence", "");
    localStorage.removeItem("presence");
    return localStorage;
  } catch {
    const held = {};
    const hidden = { enumerable: false };
    return Object.defineProperties(held, {
      getItem: { value: (name) => held[name] ?? null, ...hidden },
      setItem: { value: (name, text) => (held[name] = text), ...hidden },
      removeItem: { value: (name) => delete held[name], ...hidden },
    });
  }
}

export function bind(page) {
  const { state, tell, key } = page.dataset;
  const ahead = Number(page.dataset.clock) * 1000 - Date.now();
  const minute = (time) => Math.floor((time + ahead) / 60_000);
  const waiting = page.querySelector("[data-live-waiting]");
  let seen = Date.now();
  let version = page.dataset.version;

  const store = openStore();
  const box = () => `presence ${key} ${page.dataset.section}`;
  const kept = (name) => new Set(JSON.parse(store.getItem(name) ?? "[]"));
  const keep = (name, minutes) =>
    minutes.size
      ? store.setItem(name, JSON.stringify([...minutes].slice(-MOST)))
      : store.removeItem(name);

  function mark() {
    const time = Date.now();
    const first = time - seen <= AWAKE ? minute(seen) : minute(time);
    seen = time;
    if (!page.dataset.counts) return;
    const minutes = kept(box());
    for (let one = first; one <= minute(time); one++) minutes.add(one);
    keep(box(), minutes);
  }

  function body(section, minutes) {
    const form = new URLSearchParams({ section });
    for (const one of minutes) form.append("at", one);
    return form;
  }

  async function send() {
    const start = `presence ${key} `;
    for (const name of Object.keys(store).filter((one) => one.startsWith(start))) {
      const minutes = kept(name);
      const answer = await fetch(tell, {
        method: "POST",
        body: body(name.slice(start.length), minutes),
      });
      // A refusal will be one the next time, too; trouble on the way or on the server passes.
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
      if (answer.ok) page.dataset.beat = (await answer.json()).next;
      const later = kept(name);
      for (const one of minutes) later.delete(one);
      keep(name, later);
    }
  }

  async function look() {
    const answer = await fetch(state, { headers: { "If-None-Match": `"${version}"` } });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(answer.statusText);
    const now = await answer.json();
    page.dataset.beat = now.next;
    page.dataset.counts = now.counts ? "yes" : "";
    if (now.section !== page.dataset.section) {
      if (!isTyping()) return location.reload();
      page.dataset.section = now.section;
    }
    if (now.version !== version) {
      version = now.version;
      page.querySelector("[data-live-now]").innerHTML = now.html;
    }
  }

  const isTyping = () =>
    [...document.querySelectorAll("main :is(input:not([type=hidden]), textarea)")].some(
      (field) => field.value,
    );

  async function beat() {
    mark();
    try {
      await send();
      await look();
      waiting?.setAttribute("hidden", "");
    } catch {
      waiting?.removeAttribute("hidden");
    }
    setTimeout(beat, Number(page.dataset.beat) * 1000);
  }

  setInterval(mark, TICK);
  addEventListener("online", () => send().catch(() => {}));
  addEventListener("pagehide", () => {
    mark();
    const minutes = kept(box());
    if (minutes.size) navigator.sendBeacon(tell, body(page.dataset.section, minutes));
  });
  beat();
}

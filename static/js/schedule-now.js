// Marks items with data-start and data-end (ISO, with offset) inside a data-schedule-now list as
// past, now or next; in a table of a day a line ([data-now-line]) moves down its rows.
// The list carries the words: data-now-word, data-next-word. Pages are cached for everybody, so the
// clock is the reader's.
export function bind(list) {
  const items = [...list.querySelectorAll("[data-start][data-end]")];
  const words = { now: list.dataset.nowWord, next: list.dataset.nextWord };
  const draw = () => {
    const time = Date.now();
    const later = items
      .map((item) => Date.parse(item.dataset.start))
      .filter((start) => start > time);
    const soon = later.length && Math.min(...later);
    const today = soon && soon - time < 3 * 60 * 60 * 1000;
    for (const item of items) {
      const start = Date.parse(item.dataset.start),
        end = Date.parse(item.dataset.end);
      const state =
        end <= time ? "past" : start <= time ? "now" : today && start === soon ? "next" : "";
      item.dataset.now = state;
      const label = item.querySelector("[data-now-label]");
      if (label) {
        label.textContent = words[state] ?? "";
        label.hidden = !words[state];
      }
    }
  };
  const jump = document.querySelector("[data-now-jump]");
  const lead = () => {
    const current = items.find((item) => item.dataset.now === "now" && item.id);
    if (jump) {
      jump.hidden = !current;
      if (current) jump.hash = current.id;
    }
  };
  const line = list.querySelector("[data-now-line]");
  const rows = line ? [...list.querySelectorAll("[data-row-start]")] : [];
  const mark = () => {
    const time = Date.now();
    const row = rows.find(
      ({ dataset }) => Date.parse(dataset.rowStart) <= time && time < Date.parse(dataset.rowEnd),
    );
    if (line) line.hidden = !row;
    if (!row) return;
    const start = Date.parse(row.dataset.rowStart),
      end = Date.parse(row.dataset.rowEnd);
    const share = (time - start) / (end - start);
    line.style.insetBlockStart = `${row.offsetTop + share * row.offsetHeight}px`;
  };
  for (const step of [draw, lead, mark]) {
    step();
    setInterval(step, 30_000);
  }
}

// A bar of parts that is wider than the screen shows the current one.
export function bind(bar) {
  const current = bar.querySelector("[aria-current]");
  if (current) {
    bar.scrollLeft =
      current.offsetLeft - bar.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
  }
}

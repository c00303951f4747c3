// A second press while the first is on its way sends nothing.
export function bind(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // Back from the next page, or a file download that leaves this page standing.
  const again = () => {
    sent = false;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", again);
  form.addEventListener("submit", () => setTimeout(again, 8000));
}

// The list of errors takes the focus, and its links lead into the fields rather than beside them.
export function bind(summary) {
  summary.focus({ preventScroll: false });
  summary.addEventListener("click", (event) => {
    const id = event.target.closest("a")?.hash.slice(1);
    const target = id && document.getElementById(id);
    if (!target) return;
    event.preventDefault();
    const field = target.matches("input, select, textarea")
      ? target
      : target.querySelector("input, select, textarea");
    (field ?? target).focus();
    (field ?? target).scrollIntoView({ block: "center" });
  });
}

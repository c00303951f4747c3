export function bind(toast) {
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => toast.remove());
}

// A button that opens the browser's own print dialogue.
export function bind(button) {
  button.addEventListener("click", () => print());
}

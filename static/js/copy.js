// <button data-copy="text" data-copied="Скопировано"> puts the text on the clipboard and says so.
export function bind(button) {
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = button.dataset.copied ?? before;
    label.setAttribute("role", "status");
    setTimeout(() => {
      label.textContent = before;
    }, 2500);
  });
}

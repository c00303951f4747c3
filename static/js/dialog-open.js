// <button data-dialog-open="id"> opens <dialog id="id">; a click beside it, Escape or data-dialog-
// close shuts it.
export function bind(opener) {
  const dialog = document.getElementById(opener.dataset.dialogOpen);
  if (!dialog) return;
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dialog-close]")) dialog.close();
  });
}

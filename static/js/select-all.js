// <input type=checkbox data-select-all="name"> rules the boxes of that name; data-selected-count
// shows how many.
export function bind(master) {
  const form = master.form ?? document;
  const boxes = () => [
    ...form.querySelectorAll(`input[type=checkbox][name="${master.dataset.selectAll}"]`),
  ];
  const show = () => {
    const all = boxes(),
      chosen = all.filter((box) => box.checked);
    master.checked = all.length > 0 && chosen.length === all.length;
    master.indeterminate = chosen.length > 0 && chosen.length < all.length;
    for (const box of all) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    for (const place of form.querySelectorAll("[data-selected-count]"))
      place.textContent = chosen.length;
    for (const bar of form.querySelectorAll("[data-selection]")) bar.hidden = chosen.length === 0;
  };
  master.addEventListener("change", () => {
    for (const box of boxes()) box.checked = master.checked;
    show();
  });
  form.addEventListener("change", (event) => {
    if (event.target !== master) show();
  });
  show();
}

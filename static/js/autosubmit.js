// Filters apply at once: selects, ticks and dates on change, text on Enter. In a sheet that covers
// the results
// people choose several things first: there the button applies them.
export function bind(form) {
  form.addEventListener("change", (event) => {
    if (event.target.closest("[popover]")?.matches(":popover-open")) return;
    if (!event.target.matches("[type=search], [type=text]")) form.requestSubmit();
  });
  // An address without the empty parts is one a person can read and send on.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [key, value] of [...formData]) if (value === "") formData.delete(key);
  });
}

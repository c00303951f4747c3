// Filters apply at once: selects, ticks and dates on change, text on Enter.
export function bind(form) {
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[type=search], [type=text]")) form.requestSubmit();
  });
  // An address without the empty parts is one a person can read and send on.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [key, value] of [...formData]) if (value === "") formData.delete(key);
  });
}

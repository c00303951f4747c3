import { matches, wholeWords } from "./fold-text.js";

// A <select> becomes a searchable list (ARIA 1.2 combobox). The select stays in the form and keeps
// the value.
const SHOWN = 60;

export function bind(box) {
  const select = box.querySelector("select");
  const input = make("input", {
    id: select.id,
    type: "text",
    autocomplete: "off",
    spellcheck: false,
    placeholder: box.dataset.start,
  });
  const list = make("ul", { id: `${select.id}-list`, hidden: true });
  const button = make("button", {
    type: "button",
    tabIndex: -1,
    ariaLabel: box.dataset.open,
    textContent: "▾",
  });
  attributes(input, {
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  });
  for (const name of ["aria-describedby", "aria-invalid", "required"])
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  attributes(list, {
    role: "listbox",
    "aria-label": document.querySelector(`label[for="${select.id}"]`)?.textContent ?? "",
  });
  select.id = `${select.id}-value`;
  select.hidden = true;
  box.append(input, button, list);

  let options = read(select),
    active = -1,
    asked = 0;
  const chosen = () => (select.value ? (select.selectedOptions[0]?.text ?? "") : "");
  input.value = chosen();

  const close = () => {
    list.hidden = true;
    active = -1;
    attributes(input, { "aria-expanded": "false" });
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    if (![...select.options].some((known) => known.value === option.value))
      select.add(new Option(option.label, option.value));
    select.value = option.value;
    input.value = option.label;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  const point = (step) => {
    const rows = list.querySelectorAll("[role=option]");
    if (!rows.length) return;
    active = active < 0 && step < 0 ? rows.length - 1 : (active + step + rows.length) % rows.length;
    rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === active)));
    rows[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", rows[active].id);
  };
  const open = async (query) => {
    const turn = ++asked;
    const found = await find(box, options, query);
    if (turn !== asked) return; // a later question was asked meanwhile
    list.replaceChildren(
      ...found.slice(0, SHOWN).map((option, index) => {
        const row = make("li", { id: `${list.id}-${index}`, textContent: option.label });
        attributes(row, { role: "option", "aria-selected": "false" });
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          choose(option);
        });
        row.option = option;
        return row;
      }),
    );
    if (!found.length)
      list.append(
        attributes(make("li", { className: "nothing", textContent: box.dataset.nothing }), {
          role: "option",
          "aria-disabled": "true",
          "aria-selected": "false",
        }),
      );
    list.hidden = false;
    active = -1;
    attributes(input, { "aria-expanded": "true" });
    if (query && found.length) point(1);
  };

  input.addEventListener("input", () => {
    if (!input.value.trim()) select.value = "";
    open(input.value);
  });
  input.addEventListener("click", () => {
    if (list.hidden) {
      input.select();
      open("");
    }
  });
  button.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    input.focus();
    if (list.hidden) open("");
    else close();
  });
  input.addEventListener("blur", () => {
    const only =
      list.hidden || input.value === chosen() ? null : list.querySelectorAll("[role=option]");
    if (only?.length === 1 && only[0].option) choose(only[0].option); // typed clearly enough
    close();
    input.value = input.value.trim() ? chosen() : "";
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open("");
      else point(event.key === "ArrowDown" ? 1 : -1);
    }
    if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      const row = list.children[active];
      if (row.option) choose(row.option);
    }
    if (event.key === "Tab" && !list.hidden && active >= 0 && list.children[active].option)
      choose(list.children[active].option);
    if (event.key === "Escape") {
      if (!list.hidden) event.preventDefault();
      input.value = chosen();
      close();
    }
  });
}

const read = (select) =>
  [...select.options]
    .filter((option) => option.value)
    .map((option) => ({ value: option.value, label: option.text }));
const make = (tag, values) => Object.assign(document.createElement(tag), values);
function attributes(element, values) {
  for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
  return element;
}

// Whole words first; the list's own order among equals.
function ranked(options, query) {
  const found = options
    .filter((option) => matches(option.label, query))
    .map((option) => ({ option, whole: wholeWords(option.label, query) }));
  return found.sort((one, other) => other.whole - one.whole).map(({ option }) => option);
}

async function find(box, options, query) {
  if (!query.trim()) return options;
  if (!box.dataset.optionsUrl) return ranked(options, query);
  const address = new URL(box.dataset.optionsUrl, location.href);
  address.searchParams.set("q", query);
  try {
    return await (await fetch(address)).json();
  } catch {
    return ranked(options, query);
  }
}

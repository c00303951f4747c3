import { load } from "./loader.js";

const names = [
  "autosave",
  "autosubmit",
  "combobox",
  "confirm",
  "copy",
  "dialog-open",
  "menu",
  "schedule-now",
  "once",
  "print",
  "select-all",
  "summary",
  "tilemap-search",
  "toast",
  "unsaved",
];
load(names);
// Parts of a page that arrive later announce themselves on the element they fill.
document.addEventListener("content-added", (event) => load(names, event.target));

import { load } from "./loader.js";

const names = [
  "autosave",
  "autosubmit",
  "combobox",
  "confirm",
  "copy",
  "live",
  "menu",
  "schedule-now",
  "once",
  "print",
  "summary",
  "tabs",
  "toast",
];
load(names);
// Parts of a page that arrive later announce themselves on the element they fill.
document.addEventListener("content-added", (event) => load(names, event.target));

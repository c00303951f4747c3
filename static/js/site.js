import { load } from "./loader.js";

load([
  "autosubmit",
  "combobox",
  "copy",
  "dialog-open",
  "menu",
  "schedule-now",
  "once",
  "print",
  "summary",
  "tilemap-search",
]);

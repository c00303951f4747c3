import { load } from "./loader.js";

load([
  "autosubmit",
  "combobox",
  "copy",
  "menu",
  "schedule-now",
  "once",
  "print",
  "summary",
  "tabs",
]);

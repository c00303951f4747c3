import { matches } from "./fold-text.js";

// <input data-tilemap-search> dims the tiles whose names do not answer; Enter opens the only one
// that does.
// With a value, data-tilemap-search="id" searches that map, else the first on the page.
export function bind(input) {
  const id = input.dataset.tilemapSearch;
  const map = id ? document.getElementById(id) : document.querySelector("[data-tilemap]");
  if (!map) return;
  const tiles = [...map.querySelectorAll(".tile[data-name]")];
  const draw = () => {
    const query = input.value.trim();
    map.toggleAttribute("data-searching", query !== "");
    for (const tile of tiles)
      tile.classList.toggle("hit", query !== "" && matches(tile.dataset.name, query));
  };
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    const hits = tiles.filter((tile) => tile.classList.contains("hit"));
    if (event.key === "Enter" && hits.length === 1) {
      event.preventDefault();
      location.href = hits[0].querySelector("a").href.baseVal;
    }
    if (event.key === "Escape") {
      input.value = "";
      draw();
    }
  });
  draw();
}

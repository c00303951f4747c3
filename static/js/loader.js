// A module is fetched only when the page holds an element marked data-<name>; each element is bound
// once.
const bound = new WeakMap();

export function load(names, root = document) {
  for (const name of names) {
    const found = [...root.querySelectorAll(`[data-${name}]`)];
    if (!found.length) continue;
    import(`./${name}.js`).then(({ bind }) => {
      for (const element of found) {
        const done = bound.get(element) ?? bound.set(element, new Set()).get(element);
        if (!done.has(name)) {
          done.add(name);
          bind(element);
        }
      }
    });
  }
}

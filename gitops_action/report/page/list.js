// Long lists: what is near the window is made, the rest when somebody scrolls there.

const AHEAD = "1200px";

/** Fill a parent with `make(item)` for each item, `size` at a time; `more()` makes the next ones at once. */
function fill(parent, items, make, size) {
  let at = 0;
  const end = h(parent.tagName === "TBODY" ? "tr" : "div", { class: "end" });
  const watcher = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) more();
    },
    { rootMargin: AHEAD });

  function more(count = size) {
    const next = items.slice(at, at + count);
    at += next.length;
    end.before(...next.map(make));
    if (at >= items.length) {
      watcher.disconnect();
      end.remove();
    }
  }

  parent.replaceChildren(end);
  more();
  if (at < items.length) watcher.observe(end);
  parent.fillAll = () => more(items.length);
  return parent;
}

/** Call `make` once the element is near the window. */
function whenNear(element, make) {
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      make();
    },
    { rootMargin: AHEAD });
  watcher.observe(element);
  element.makeNow = () => {
    watcher.disconnect();
    make();
  };
  element.classList.add("lazy");
  return element;
}

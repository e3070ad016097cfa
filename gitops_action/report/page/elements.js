// Elements from values. Text reaches the page as text nodes only; nothing here, or anywhere, parses markup.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element; `on…` properties are listeners, `null` and `false` leave a property out. */
function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

/** Append children, however nested; what is empty is passed over. */
function add(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    parent.append(child instanceof Node ? child : String(child));
  }
  return parent;
}

function byId(id) {
  return document.getElementById(id);
}

/** Say something to a screen reader. */
function announce(text) {
  byId("announce").textContent = text;
}

function plural(count, noun, many) {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : many || noun + "s"}`;
}

/** Return a button that copies a text. */
function copyButton(text, label) {
  const word = h("span", {}, label || "Copy");
  const button = h("button", { type: "button", class: "small", onclick: copy }, icon("copy"), word);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = h("textarea", { class: "hidden" }, text);
      button.after(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    word.textContent = "Copied";
    announce("Copied");
    setTimeout(() => (word.textContent = label || "Copy"), 1500);
  }
  return button;
}

/** Return a command in a box, ready to copy. */
function command(text) {
  return h("span", { class: "command" }, h("code", {}, text), copyButton(text));
}

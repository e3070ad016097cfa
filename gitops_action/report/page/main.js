// Start: tools in the bar, keys, and the page that the address names.

let focusLater = "";

function show() {
  const route = readRoute();
  if (pageOf(route.application, route.parameters) !== shownPage) {
    const view = byId("view");
    const isFirst = !route.application;
    shownPage = pageOf(route.application, route.parameters);
    document.querySelector(".hero").classList.toggle("compact", !isFirst);
    view.replaceChildren();
    if (route.isUnknown) view.append(alertBox("care", "No such application", h("p", {}, "The address names an application that this report does not have.")));
    add(view, [isFirst ? overview(route.parameters) : applicationPage(route.application, route.parameters)]);
    window.scrollTo(0, isFirst ? 0 : Math.min(window.scrollY, view.offsetTop - 60));
    document.title = isFirst ? TITLE : `${route.application.name} · ${report.run.repository || "report"}`;
  }
  if (focusLater) {
    const target = byId(focusLater);
    focusLater = "";
    if (target) target.focus();
  }
  const resource = route.application && route.resource && route.application.resources.find((each) => each.id === route.resource);
  if (resource) openDetail(route.application, resource, readRoute().parameters);
  else if (byId("detail").open) byId("detail").close();
}

function themeButton() {
  const order = ["auto", "light", "dark"];
  const button = h("button", { type: "button", class: "icon", onclick: () => set(order[(order.indexOf(current) + 1) % 3]) });
  let current = "auto";
  const set = (theme) => {
    current = theme;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    remember("theme", theme);
    const words = { auto: "Colours follow the system", light: "Light colours", dark: "Dark colours" }[theme];
    button.setAttribute("aria-label", words);
    button.title = words;
    button.replaceChildren(icon({ auto: "auto", light: "sun", dark: "moon" }[theme]));
  };
  set(order.includes(remembered("theme")) ? remembered("theme") : "auto");
  return button;
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  const search = document.querySelector("#view input[type=search]");
  if (event.key === "/" && !isTyping && search) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape") {
    for (const menu of document.querySelectorAll(".menu[open]")) menu.open = false;
  } else if (!isTyping && byId("detail").open && (event.key === "j" || event.key === "k")) {
    const link = byId(event.key === "j" ? "next" : "previous");
    if (link && link.getAttribute("href")) link.click();
  }
}

/** Make what is to be printed: paper does not scroll. */
function beforePrint() {
  for (const list of document.querySelectorAll("#view *")) if (list.fillAll) list.fillAll();
  for (const box of document.querySelectorAll(".lazy")) if (box.makeNow) box.makeNow();
}

const TITLE = document.title;
byId("tools").append(
  h("button", { type: "button", class: "icon", "aria-label": "Print", title: "Print", onclick: () => { beforePrint(); setTimeout(() => window.print(), 100); } }, icon("print")),
  themeButton());
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
window.addEventListener("hashchange", show);
window.addEventListener("beforeprint", beforePrint);
show();
document.documentElement.dataset.ready = "yes";

// Where we are, as the address says: `#?filters` or `#app/NAMESPACE/NAME/KIND/NAMESPACE/NAME?tab=…&filters`.

/** Return the place that an address names. */
function readRoute() {
  const [path, query] = location.hash.replace(/^#/, "").split("?");
  const parts = path.split("/").map((part) => encodeURIComponent(decoded(part)));
  const parameters = new URLSearchParams(query || "");
  if (parts[0] !== "app" || parts.length < 3) return { application: null, resource: "", parameters };
  const application = applicationOf(`${parts[1]}/${parts[2]}`);
  const resource = parts.length >= 6 ? parts.slice(3, 6).join("/") : "";
  return { application, resource, parameters, isUnknown: !application };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Return the address of an application, of one of its objects, or (without either) of the first page. */
function address({ application, resource, parameters } = {}) {
  const query = parameters && parameters.toString();
  const base = application ? `app/${application.path}` : "";
  return "#" + base + (resource ? `/${resource.id}` : "") + (query ? `?${query}` : "");
}

/** Return a copy of the parameters with some changed; an empty value removes. */
function withParameters(parameters, changes) {
  const copy = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes)) {
    if (value) copy.set(name, value);
    else copy.delete(name);
  }
  return copy;
}

let shownPage = null;

/** Return what names a page: two addresses of it differ only in the object that is open. */
function pageOf(application, parameters) {
  return `${application ? application.path : ""}?${parameters}`;
}

/** Let the address say what is shown already, without a new entry in the browser's history, as while somebody types. */
function moveTo(application, parameters, resource) {
  history.replaceState(null, "", address({ application, resource, parameters }));
  shownPage = pageOf(application, parameters);
}

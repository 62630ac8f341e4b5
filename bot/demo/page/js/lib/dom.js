// Elements described as plain data and patched into the page, so that focus, typed text and scrolling survive. An element is
// known by its key, or else by its place among the children as they are written: one that is left out leaves its place empty.
// Data only ever becomes text, attributes and properties: there is no way from here to markup.

const SVG = "http://www.w3.org/2000/svg";
const NODE = Symbol("what this node shows");
const PROPERTIES = new Set(["checked", "disabled", "selected", "open", "inert", "hidden", "multiple", "required"]);
const OURS = new Set(["key", "class", "style", "value", "mounted", "around"]);

/** h("button.primary", {onclick}, "Run"): classes may follow the tag; children may be nested lists, false and null are left out. */
export function h(tag, props, ...children) {
  const [name, ...classes] = tag.split(".");
  const given = props ?? {};
  const look = [...classes, given.class].filter(Boolean).join(" ");
  return { name, props: look ? { ...given, class: look } : given, key: given.key, children: flat(children) };
}

/** One list of the children that are shown, each with its place: where it stands in these lists, the empty places counted. */
function flat(children, at = "") {
  return children.flatMap((child, index) => {
    const place = `${at}.${index}`;
    if (Array.isArray(child)) return flat(child, place);
    if (child == null || child === false || child === true || child === "") return [];
    return typeof child === "object" ? { ...child, place } : { text: String(child), place };
  });
}

/** Makes `parent` show exactly these. */
export function render(parent, wanted) {
  patchChildren(parent, flat([wanted]));
}

function patchChildren(parent, wanted) {
  const nodes = match([...parent.childNodes], wanted);
  const staying = new Set(nodes);
  for (const node of [...parent.childNodes]) if (!staying.has(node)) node.remove();
  const fresh = [];
  let place = parent.firstChild;
  wanted.forEach((child, index) => {
    const node = nodes[index] ?? create(child, parent);
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
    patch(node, child);
    if (!nodes[index]) fresh.push([node, child]);
  });
  for (const [node, child] of fresh) child.props?.mounted?.(node);
}

/** For each wanted child the node that shows it already. */
function match(nodes, wanted) {
  const shown = new Map(nodes.filter((node) => node[NODE]).map((node) => [identity(node[NODE]), node]));
  return wanted.map((child) => shown.get(identity(child)));
}

const identity = (child) => `${child.name ?? "#text"} ${child.key == null ? child.place : `key ${child.key}`}`;

function create(child, parent) {
  if (!child.name) return document.createTextNode(child.text);
  const inSvg = child.name === "svg" || parent.namespaceURI === SVG;
  return inSvg ? document.createElementNS(SVG, child.name) : document.createElement(child.name);
}

function patch(node, child) {
  const before = node[NODE]?.props ?? {};
  node[NODE] = child;
  if (!child.name) {
    if (node.data !== child.text) node.data = child.text;
    return;
  }
  const settle = child.props.around?.(node);
  patchProps(node, before, child.props);
  patchChildren(node, child.children);
  if ("value" in child.props && child.props.value !== before.value) setValue(node, child.props.value);
  settle?.();
}

function setValue(node, value) {
  if (node.value !== value) node.value = value ?? "";
}

function patchProps(node, before, after) {
  for (const name of Object.keys({ ...before, ...after })) {
    if (name === "class") setAttribute(node, "class", after.class);
    else if (name === "style") patchStyle(node, before.style ?? {}, after.style ?? {});
    else if (OURS.has(name)) continue;
    else if (name.startsWith("on")) node[name] = after[name] ?? null;
    else if (before[name] !== after[name]) setPlain(node, name, after[name]);
  }
}

function setPlain(node, name, value) {
  if (PROPERTIES.has(name)) node[name] = Boolean(value);
  else setAttribute(node, name, value);
}

function setAttribute(node, name, value) {
  if (value == null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function patchStyle(node, before, after) {
  for (const name of Object.keys({ ...before, ...after })) {
    if (before[name] !== after[name]) node.style.setProperty(name, after[name] ?? "");
  }
}

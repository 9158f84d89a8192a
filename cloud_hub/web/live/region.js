// A piece of a page drawn by the server. New markup is merged into the old, so that focus, an open
// menu, a chosen layer, a scrolled list and a loaded picture outlive a refresh.
export default {
  template: `<div></div>`,
  props: { content: String },
  mounted() {
    this.$el.innerHTML = this.content;
    window.dispatchEvent(new CustomEvent("aisle-drawn"));
  },
  watch: {
    content(markup) {
      const next = document.createElement("div");
      next.innerHTML = markup;
      merge(this.$el, next);
      window.dispatchEvent(new CustomEvent("aisle-drawn"));
    },
  },
};

function merge(old, next) {
  const keyed = new Map();
  for (const child of old.children) if (child.dataset?.key) keyed.set(child.dataset.key, child);
  let place = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const known = wanted.dataset?.key ? keyed.get(wanted.dataset.key) : alike(place, wanted);
    if (!known) {
      old.insertBefore(wanted, place);
      continue;
    }
    if (known !== place) old.insertBefore(known, place);
    else place = place.nextSibling;
    update(known, wanted);
  }
  while (place) {
    const after = place.nextSibling;
    place.remove();
    place = after;
  }
}

function alike(node, wanted) {
  if (!node || node.nodeType !== wanted.nodeType || node.nodeName !== wanted.nodeName) return null;
  return node.dataset?.key || (node.id || "") !== (wanted.id || "") ? null : node;
}

function update(node, wanted) {
  if (node.nodeType === Node.TEXT_NODE) {
    if (node.data !== wanted.data) node.data = wanted.data;
    return;
  }
  // What the page itself keeps: an open menu, the text of a ticking age, a field being filled in.
  const own = (name) =>
    (name === "open" && node.nodeName === "DETAILS") || name === "data-scrolled";
  for (const { name } of [...node.attributes])
    if (!wanted.hasAttribute(name) && !own(name)) node.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (node.getAttribute(name) !== value && !own(name)) node.setAttribute(name, value);
  if (node.nodeName === "TIME" && node.hasAttribute("data-age")) return;
  merge(node, wanted);
}

// The page's link to the hub: what is drawn anew is merged into what is on screen, acts are sent and
// answered, and a link that drops is told and taken up again. Without this script the pages and all
// their forms still work; they only stand still.
(() => {
  const root = document.documentElement;
  const notices = document.getElementById("notices");
  const FIRST_WAIT_MS = 1000;
  const LONGEST_WAIT_MS = 30000;
  const SILENCE_MS = 60000; // The hub says something every 20 s.
  const SHOWN_MS = 8000;
  const AFTER_LINK = "aisle-after-link";
  let socket = null;
  let tries = 0;
  let heard = 0;
  let next = 0;
  let retry = 0;
  let hide = 0;
  let stays = false; // Nothing leads away from this page while something typed is unsaved.
  const waiting = new Map(); // Number of an act: its form and button.

  // --- merging ---------------------------------------------------------------------------------

  // New markup is merged into the old, so that focus, an open menu, a chosen layer, a scrolled list,
  // a loaded picture and a form being filled in outlive a redraw.
  function merge(old, fresh, answered) {
    const keyed = new Map();
    for (const child of old.children) if (keyOf(child)) keyed.set(keyOf(child), child);
    const wantedKeys = new Set([...fresh.children].map(keyOf).filter(Boolean));
    let place = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      // What nobody wants any more goes first, so that what stays need not be moved and keeps focus.
      while (place && keyOf(place) && !wantedKeys.has(keyOf(place))) place = removed(place);
      const known = keyOf(wanted) ? keyed.get(keyOf(wanted)) : alike(place, wanted);
      if (!known || known.nodeName !== wanted.nodeName) {
        old.insertBefore(wanted, place);
        continue;
      }
      if (known !== place) old.insertBefore(known, place);
      else place = place.nextSibling;
      update(known, wanted, answered);
    }
    while (place) place = removed(place);
  }

  function removed(node) {
    const after = node.nextSibling;
    node.remove();
    return after;
  }

  const keyOf = (node) => node.dataset?.key || node.id || "";

  function alike(node, wanted) {
    if (!node || node.nodeType !== wanted.nodeType || node.nodeName !== wanted.nodeName) return null;
    return keyOf(node) ? null : node;
  }

  // What the page itself keeps: an open menu, how far a film was scrolled, a button that waits.
  function isOwn(node, name) {
    if (name === "open") return node.nodeName === "DETAILS";
    if (name === "disabled") return node.hasAttribute("data-waits");
    return name === "data-scrolled" || name === "data-waits" || name === "data-kept";
  }

  function update(node, wanted, answered) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data !== wanted.data) node.data = wanted.data;
      return;
    }
    // A form with something unsaved in it is the person's until its own answer comes.
    if (node.hasAttribute?.("data-kept") && node.id !== answered) return;
    for (const { name } of [...(node.attributes ?? [])])
      if (!wanted.hasAttribute(name) && !isOwn(node, name)) node.removeAttribute(name);
    for (const { name, value } of wanted.attributes ?? [])
      if (node.getAttribute(name) !== value && !isOwn(node, name)) node.setAttribute(name, value);
    if (node.nodeName === "TIME" && node.hasAttribute("data-age")) return;
    merge(node, wanted, answered);
  }

  function draw(markup, answered) {
    const held = document.activeElement;
    const fresh = new DOMParser().parseFromString(markup, "text/html").getElementById("content");
    update(document.getElementById("content"), document.adoptNode(fresh), answered);
    if (held !== document.activeElement && held?.isConnected) held.focus({ preventScroll: true });
    dispatchEvent(new CustomEvent("aisle-drawn"));
  }

  // --- telling ---------------------------------------------------------------------------------

  function tell(id, text) {
    for (const other of ["done", "problem"]) document.getElementById(other).hidden = true;
    const line = document.getElementById(id);
    line.textContent = text;
    line.hidden = !text;
    clearTimeout(hide);
    if (id === "done") hide = setTimeout(() => (line.hidden = true), SHOWN_MS);
  }

  const unsaved = () => document.querySelector("form[data-kept]") !== null;

  function go(address) {
    stays = false;
    for (const form of document.querySelectorAll("form[data-kept]")) delete form.dataset.kept;
    if (address) location.assign(address);
    else location.reload();
  }

  // --- acts ------------------------------------------------------------------------------------

  function send(form, button) {
    if (socket?.readyState !== WebSocket.OPEN) {
      tell("problem", notices.dataset.notSent);
      return;
    }
    const fields = Object.fromEntries(new FormData(form, button));
    const id = ++next;
    waiting.set(id, { form, button });
    if (button) {
      button.disabled = true;
      button.dataset.waits = "yes";
    }
    const act = new URL(form.action).pathname.split("/").pop();
    socket.send(JSON.stringify({ id, act, fields }));
  }

  function release({ button }) {
    if (!button) return;
    delete button.dataset.waits;
    button.disabled = false;
  }

  function answered(said) {
    const act = waiting.get(said.answer);
    waiting.delete(said.answer);
    if (!act) return;
    release(act);
    if (said.kind === "done") {
      delete act.form.dataset.kept;
      if (said.goto) {
        sessionStorage.setItem(AFTER_LINK, said.said);
        go(said.goto);
        return;
      }
      act.form.reset();
    }
    tell(said.kind === "done" ? "done" : "problem", said.said);
    if (said.draw) {
      act.form.dataset.kept = "yes";
      draw(said.draw, act.form.id);
      act.form.querySelector("[aria-invalid=true]")?.focus();
    }
  }

  addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-acts") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.querySelector("[data-waits]")) return;
    const sure = event.submitter?.dataset.sure;
    if (!sure || confirm(sure)) send(form, event.submitter);
  });

  addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-fills")) form.dataset.kept = "yes";
  });

  addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });

  // --- the link --------------------------------------------------------------------------------

  function open() {
    clearTimeout(retry);
    const url = new URL("/console/live", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = new URLSearchParams({
      at: root.dataset.at,
      mark: root.dataset.mark,
      drawing: root.dataset.drawing,
    });
    heard = Date.now();
    const mine = new WebSocket(url);
    socket = mine;
    mine.onmessage = (event) => mine === socket && take(JSON.parse(event.data));
    mine.onclose = () => mine === socket && lost();
  }

  function take(said) {
    heard = Date.now();
    if (said.leave || said.reload) {
      end(said);
    } else if (said.full) {
      tries = 100;
      tell("problem", notices.dataset.full);
    } else {
      tries = 0;
      root.dataset.linked = "yes";
      document.getElementById("cut").hidden = true;
    }
    if (said.now) dispatchEvent(new CustomEvent("aisle-clock", { detail: said.now }));
    if (said.answer) answered(said);
    else if (said.draw) {
      root.dataset.drawing = said.drawing;
      draw(said.draw, null);
    }
  }

  // The session has ended, or the page is of an older hub: away, unless something would be lost.
  function end(said) {
    tries = Math.max(tries, 3);
    if (!unsaved()) go(said.leave ? `${said.leave}&next=${encodeURIComponent(root.dataset.at)}` : "");
    else if (!stays) {
      stays = true;
      tell("problem", said.leave ? notices.dataset.ended : notices.dataset.unsaved);
    }
  }

  function lost() {
    delete root.dataset.linked;
    if (!stays) document.getElementById("cut").hidden = tries === 0 && !waiting.size;
    for (const act of waiting.values()) release(act);
    if (waiting.size) tell("problem", notices.dataset.unknown);
    waiting.clear();
    const wait = Math.min(FIRST_WAIT_MS * 2 ** tries++, LONGEST_WAIT_MS);
    retry = setTimeout(open, wait * (0.75 + Math.random() / 2));
    if (tries === 1) setTimeout(() => root.dataset.linked || stays || showCut(), FIRST_WAIT_MS);
  }

  const showCut = () => (document.getElementById("cut").hidden = false);

  function hurry() {
    if (document.visibilityState === "visible" && !root.dataset.linked && tries > 1) open();
  }

  setInterval(() => Date.now() - heard > SILENCE_MS && root.dataset.linked && socket.close(), 5000);
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);

  // A form that came by a plain post is at another address than the page it shows.
  if (location.pathname.startsWith("/console/act/")) history.replaceState(null, "", root.dataset.at);
  const said = sessionStorage.getItem(AFTER_LINK);
  sessionStorage.removeItem(AFTER_LINK);
  if (said) tell("done", said);
  open();
})();

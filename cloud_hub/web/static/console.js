// What the browser does by itself: ages that grow, layers and slots that are pointed at, the choice
// of language, theme and role. Everything else is drawn by the server; live.js keeps it up to date.
(() => {
  const root = document.documentElement;
  let ahead = Number(root.dataset.now) - Date.now();
  const now = () => Date.now() + ahead;
  const units = JSON.parse(root.dataset.units);

  // The two largest units: "12 s", "4 min", "2 h 22 min", "2 d 1 h".
  function spell(seconds) {
    const s = Math.max(0, Math.floor(seconds));
    const part = (count, unit) => units[unit].replace("{n}", count);
    if (s < 60) return part(s, "s");
    const min = Math.floor(s / 60);
    if (min < 60) return part(min, "min");
    const h = Math.floor(min / 60);
    if (h < 24) return min % 60 ? `${part(h, "h")} ${part(min % 60, "min")}` : part(h, "h");
    const d = Math.floor(h / 24);
    return h % 24 ? `${part(d, "d")} ${part(h % 24, "h")}` : part(d, "d");
  }

  function tick() {
    for (const time of document.querySelectorAll("time[data-age]")) {
      if (time.dataset.clock) continue;
      const said = spell((now() - Date.parse(time.getAttribute("datetime"))) / 1000);
      if (time.textContent !== said) time.textContent = said;
      const due = Date.parse(time.dataset.due);
      if (due && now() > due) time.closest("[data-fresh]")?.classList.add("is-old");
    }
    for (const clock of document.querySelectorAll("time[data-clock]")) {
      const local = new Date(now() + Number(clock.dataset.clock) * 60000);
      clock.textContent = local.toISOString().slice(11, 19);
    }
  }

  // --- slots and story: what was pointed at stays shown when the page is drawn again -------------

  let slot = null;
  let step = 0;

  function showSlot(id) {
    const card = document.getElementById(id);
    if (!card) return;
    slot = id;
    for (const other of card.parentElement.children) other.classList.toggle("is-shown", other === card);
    for (const box of document.querySelectorAll("[data-shows]"))
      box.classList.toggle("is-pointed", box.dataset.shows === id);
  }

  function showStep(change) {
    const steps = [...document.querySelectorAll("[data-stepper] .story-step")];
    if (!steps.length) return;
    step = Math.min(Math.max(step + change, 0), steps.length - 1);
    steps.forEach((one, place) => one.classList.toggle("is-shown", place === step));
    document.querySelector('[data-story="-1"]').disabled = step === 0;
    document.querySelector('[data-story="1"]').disabled = step === steps.length - 1;
    document.querySelector("[data-story-place]").textContent = `${step + 1} / ${steps.length}`;
  }

  function drawn() {
    tick();
    const shown = document.querySelector(".slot-card.is-shown");
    if (slot || shown) showSlot(slot ?? shown.id);
    for (const film of document.querySelectorAll("[data-scroll-end]:not([data-scrolled])")) {
      film.dataset.scrolled = "yes";
      film.scrollLeft = film.scrollWidth;
    }
    showStep(0);
    if (document.querySelector("main")) root.dataset.drawn = Number(root.dataset.drawn || 0) + 1;
  }

  // --- choices -----------------------------------------------------------------------------------

  function keep(name, value, days) {
    const secure = location.protocol === "https:" ? ";Secure" : "";
    const life = days ? `;Max-Age=${days * 86400}` : "";
    document.cookie = `${name}=${value};Path=/;SameSite=Lax${life}${secure}`;
  }

  function press(button) {
    const { language, seeAs, story } = button.dataset;
    if (language) {
      keep("aisle_language", language, 365);
      location.reload();
    } else if (seeAs !== undefined) {
      keep("aisle_see_as", seeAs === "head-office" ? "" : seeAs, 0);
      location.assign("/");
    } else if (button.hasAttribute("data-theme-switch")) {
      const dark = document.querySelector("link[data-dark]");
      const theme = matchMedia(dark.media).matches ? "light" : "dark";
      dark.media = theme === "dark" ? "all" : "not all";
      root.dataset.theme = theme;
      keep("aisle_theme", theme, 365);
    } else if (story) {
      showStep(Number(story));
    }
  }

  addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) press(button);
    for (const menu of document.querySelectorAll("details[data-menu][open]"))
      if (!menu.contains(event.target)) menu.open = false;
    const shown = event.target.closest("[data-shows]");
    if (shown) showSlot(shown.dataset.shows);
  });
  for (const kind of ["mouseover", "focusin"])
    addEventListener(kind, (event) => {
      const shown = event.target.closest?.("[data-shows]");
      if (shown) showSlot(shown.dataset.shows);
    });
  // Keys that a page names on its buttons, as long as nobody is typing or choosing from a list.
  function pressNamed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    const named = document.querySelector(`[data-press="${CSS.escape(event.key.toLowerCase())}"]`);
    if (named && !named.disabled) named.click();
  }

  addEventListener("keydown", (event) => {
    pressNamed(event);
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = false;
      if (document.querySelector("[data-stepper]")) location.assign("/");
    }
    if (document.querySelector("[data-stepper]")) {
      if (event.key === "ArrowRight") showStep(1);
      if (event.key === "ArrowLeft") showStep(-1);
    }
  });
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) print();
  });
  addEventListener("aisle-drawn", drawn);
  addEventListener("aisle-clock", (event) => (ahead = event.detail - Date.now()));
  addEventListener("DOMContentLoaded", drawn);
  setInterval(tick, 1000);
})();

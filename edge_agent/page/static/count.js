// Two keys over a film: every press is a crossing at the film's own time.
"use strict";

const film = document.querySelector("video");
const panel = document.getElementById("count");
const status = panel.querySelector("[role=status]");
const marks = [];

function show() {
  for (const way of ["in", "out"]) {
    const count = marks.filter((mark) => mark.is_entry === (way === "in")).length;
    panel.querySelector(`[data-way=${way}] b`).textContent = String(count);
  }
}

function press(isEntry) {
  marks.push({ at_s: film.currentTime, is_entry: isEntry });
  show();
}

function undo() {
  const last = marks.pop();
  if (last) film.currentTime = Math.max(0, last.at_s - 2);
  show();
}

function told(answer) {
  const share = answer.accuracy;
  const values = {
    accuracy: share === null ? panel.dataset.nobody : `${(share * 100).toFixed(1)} %`,
    hand_in: answer.hand.in,
    hand_out: answer.hand.out,
    in: answer.counted.in,
    out: answer.counted.out,
    missed: answer.missed,
    surplus: answer.surplus,
  };
  return panel.dataset.result.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

async function save() {
  if (film.duration - film.currentTime > 2 && !film.ended && !panel.dataset.warned) {
    panel.dataset.warned = "yes";
    status.textContent = panel.dataset.unwatched;
    return;
  }
  try {
    const answer = await fetch(panel.dataset.action, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ marks }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    status.textContent = told(await answer.json());
    for (const button of document.querySelectorAll("button")) button.disabled = true;
  } catch {
    status.textContent = panel.dataset.failed;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const acts = {
    i: () => press(true),
    o: () => press(false),
    backspace: undo,
    " ": () => (film.paused ? film.play() : film.pause()),
  };
  const act = acts[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
panel.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  button.blur();
  if (button.dataset.way) press(button.dataset.way === "in");
  else if ("undo" in button.dataset) undo();
  else if ("save" in button.dataset) save();
});
panel.querySelector("[data-speed]").addEventListener("change", (event) => {
  film.playbackRate = Number(event.target.value);
  event.target.blur();
});

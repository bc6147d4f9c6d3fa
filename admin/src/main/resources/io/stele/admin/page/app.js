// The frame: routes, live samples, keys, small things that all views use. Views live in views.js and actor.js.
import { views } from "/views.js";
import { actorView } from "/actor.js";

export const $ = (selector, root = document) => root.querySelector(selector);

/** Makes an element: el("td", { class: "number" }, "12", other). Text is never read as HTML. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") node.style.cssText = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

export async function get(path, parameters = {}) {
  return answer(await fetch(withQuery(path, parameters)));
}

export async function post(path, parameters = {}) {
  return answer(await fetch(path, { method: "POST", body: new URLSearchParams(parameters) }));
}

function withQuery(path, parameters) {
  const kept = Object.entries(parameters).filter(([, value]) => value !== "" && value != null);
  return kept.length ? `${path}?${new URLSearchParams(kept)}` : path;
}

async function answer(response) {
  const tree = await response.json();
  if (!response.ok) throw new Error(tree.error || `the server answered ${response.status}`);
  return tree;
}

export const fmt = {
  number: (n) => (n == null ? "–" : Math.round(n).toLocaleString("en-US")),
  bytes(n) {
    if (n == null) return "–";
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let i = 0;
    while (n >= 1024 && i < units.length - 1) { n /= 1024; i++; }
    return `${n >= 100 || i === 0 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
  },
  time: (ms) => (ms ? new Date(ms).toISOString().replace("T", " ").replace("Z", "") : "–"),
  /** Short where the day is today; the whole time stands in the title. */
  moment(ms) {
    const text = fmt.time(ms);
    const today = new Date().toISOString().slice(0, 10);
    return el("span", { title: `${text} UTC` }, text.startsWith(today) ? text.slice(11) : text);
  },
  duration(ms) {
    const s = Math.floor(ms / 1000);
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
    return s < 86400 ? `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min` : `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
  },
  micros(ns) {
    if (ns == null) return "–";
    if (ns < 1e3) return `${Math.round(ns)} ns`;
    if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e4 ? 1 : 0)} µs`;
    return ns < 1e9 ? `${(ns / 1e6).toFixed(1)} ms` : `${(ns / 1e9).toFixed(2)} s`;
  },
};

export const json = (value) => (typeof value === "string" ? value : JSON.stringify(value));
export const pill = (status) => el("span", { class: `pill ${status}` }, String(status).toLowerCase().replace("_", " "));
export const actorLink = (id) => el("a", { href: `#/actor/${encodeURIComponent(id)}` }, id);
export const quoted = (text) => (/^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The same thing on a command line. */
export function cli(text) {
  const command = dataDirectory ? `./stele --data-dir ${quoted(dataDirectory)} ${text}` : `./stele ${text}`;
  return el("button", { class: "copy", type: "button", title: "Copy as CLI command (c)", "data-cli": command, onclick: () => copy(command) }, `$ stele ${text}`);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("copied");
  } catch {
    const dialog = $("#dialog");
    dialog.replaceChildren(el("pre", {}, text), el("form", { method: "dialog" }, el("button", { autofocus: true }, "Close")));
    dialog.showModal();
  }
}

let toastTimer;
export function toast(text) {
  const box = $("#toast");
  box.textContent = text;
  box.classList.add("on");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("on"), 2600);
}

/** Asks before something is changed. */
export function confirmed(question) {
  return new Promise((resolve) => {
    const dialog = $("#dialog");
    dialog.replaceChildren(
      el("p", {}, question),
      el("form", { method: "dialog", class: "filters" },
        el("button", { value: "no", autofocus: true }, "Leave it"),
        el("button", { value: "yes", class: "primary" }, "Do it")));
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
    dialog.returnValue = "no";
    dialog.showModal();
  });
}

/**
 * A table whose columns can be sorted. Columns: { name, key, number, show(row), sort(row) }.
 */
export function table(columns, rows, empty = "nothing here", sorted = null) {
  if (!rows.length) return el("div", { class: "table" }, el("div", { class: "empty" }, empty));
  let order = sorted;
  const body = el("tbody");
  const heads = columns.map((column) => {
    const button = el("button", { type: "button", onclick: () => { order = { key: column.key, up: order?.key === column.key ? !order.up : !column.number }; fill(); } }, column.name);
    return [column, button, el("th", { class: column.number ? "number" : null, scope: "col" }, button)];
  });
  function fill() {
    const column = columns.find((c) => c.key === order?.key);
    const value = column && (column.sort || ((row) => row[column.key]));
    const list = column ? [...rows].sort((a, b) => compare(value(a), value(b)) * (order.up ? 1 : -1)) : rows;
    heads.forEach(([c, button, th]) => {
      button.dataset.arrow = c.key === order?.key ? (order.up ? "↑" : "↓") : "";
      if (c.key === order?.key) th.setAttribute("aria-sort", order.up ? "ascending" : "descending");
      else th.removeAttribute("aria-sort");
    });
    body.replaceChildren(...list.map((row) => el("tr", {}, columns.map((c) => el("td", { class: c.class || (c.number ? "number" : null) }, c.show ? c.show(row) : (c.number ? fmt.number(row[c.key]) : String(row[c.key] ?? "")))))));
  }
  fill();
  return el("div", { class: "table" }, el("table", {}, el("thead", {}, el("tr", {}, heads.map(([, , th]) => th))), body));
}

function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? ""));
}

export const card = (label, value, note, tone) =>
  el("div", { class: "card" }, el("div", { class: "label" }, label), el("div", { class: `value ${tone || ""}` }, value), note ? el("div", { class: "note" }, note) : null);

/** A line without axes. */
export function spark(values) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 120 26");
  svg.setAttribute("aria-hidden", "true");
  const max = Math.max(1, ...values);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const step = 120 / Math.max(1, values.length - 1);
  path.setAttribute("d", values.map((v, i) => `${i ? "L" : "M"}${(i * step).toFixed(1)},${(24 - (22 * v) / max).toFixed(1)}`).join(""));
  svg.append(path);
  return svg;
}

const charts = new Set();

/** A chart over time: series are { label, values }, x in milliseconds. Returns { node, update(x, series) }. */
export function chart(title, labels, format) {
  const node = el("div", { class: "card wide chart" }, el("div", { class: "label" }, title));
  const style = getComputedStyle(document.documentElement);
  const colours = ["--accent", "--good", "--warn", "--bad"].map((name) => style.getPropertyValue(name).trim());
  const axis = { stroke: style.getPropertyValue("--dim").trim(), grid: { stroke: style.getPropertyValue("--line").trim(), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  let plot = null;
  const width = () => Math.max(200, node.clientWidth - 28);
  const self = {
    node,
    resize: () => plot?.setSize({ width: width(), height: 160 }),
    update(x, series) {
      const data = [x.map((ms) => ms / 1000), ...series];
      if (plot) { plot.setData(data); return; }
      if (!node.isConnected) return;
      plot = new uPlot({
        width: width(), height: 160, cursor: { y: false }, legend: { live: true },
        series: [{}, ...labels.map((label, i) => ({ label, stroke: colours[i % 4], width: 1.5, points: { show: false }, value: (_, v) => (v == null ? "–" : format(v)) }))],
        axes: [{ ...axis }, { ...axis, size: 70, values: (_, ticks) => ticks.map(format) }],
        scales: { y: { range: (_, min, max) => [0, Math.max(max, 1)] } },
      }, data, node);
    },
    destroy: () => plot?.destroy(),
  };
  charts.add(self);
  return self;
}
addEventListener("resize", () => charts.forEach((c) => c.resize()));

// --- what is live ------------------------------------------------------------------------------------------------------------

let source = null;
let listeners = [];
let topics = ["sample"];
let filter = {};

/** Has a view told of a topic until it is left. */
export function on(topic, listener) { listeners.push([topic, listener]); }

function tell(topic, data) { listeners.forEach(([wanted, listener]) => wanted === topic && listener(data)); }

/** Opens the stream anew, with what the view wants. Nothing flows while nobody looks. */
export function stream(wanted, wantedFilter = {}) {
  topics = wanted;
  filter = wantedFilter;
  source?.close();
  source = null;
  if (document.hidden) return;
  source = new EventSource(withQuery("/api/stream", { topics: topics.join(","), ...filter }));
  source.onopen = () => setLive("on", "live");
  source.onerror = () => setLive("off", "connection lost, trying again");
  for (const topic of ["sample", "event", "log", "skipped", "lost"]) {
    source.addEventListener(topic, (message) => tell(topic, JSON.parse(message.data)));
  }
}

function setLive(state, text) {
  const live = $("#live");
  live.className = `live ${state}`;
  live.textContent = text;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) { source?.close(); source = null; setLive("", "paused"); } else stream(topics, filter);
});

// --- routes --------------------------------------------------------------------------------------------------------------------

export let dataDirectory = null;
export let overview = null;
export let readOnly = false;

export async function loadOverview() {
  overview = await get("/api/overview");
  dataDirectory = overview.dataDirectory;
  readOnly = overview.readOnly;
  return overview;
}

let timer = null;

/** Calls a view's refresh again and again until it is left; not while the page is hidden. */
export function every(ms, task) {
  clearInterval(timer);
  timer = setInterval(() => { if (!document.hidden) task().catch((e) => toast(e.message)); }, ms);
}

async function show() {
  const [, name = "overview", argument] = location.hash.split("/");
  const view = name === "actor" ? actorView : views[name] || views.overview;
  clearInterval(timer);
  listeners = [];
  charts.forEach((c) => c.destroy());
  charts.clear();
  const main = $("#main");
  document.querySelectorAll("nav a").forEach((a) => {
    if (a.dataset.view === name) a.setAttribute("aria-current", "page"); else a.removeAttribute("aria-current");
  });
  closeMenu();
  document.title = `${view.title} · Stele`;
  const box = el("div", { "data-view": name });
  main.replaceChildren(box);
  if (view.topics?.join() !== topics.join() || Object.keys(filter).length || !source) stream(view.topics || ["sample"]);
  try {
    await view.show(box, argument ? decodeURIComponent(argument) : null);
    box.dataset.ready = "true";
  } catch (e) {
    box.replaceChildren(el("h1", {}, view.title), el("p", { class: "bad" }, e.message));
    box.dataset.ready = "failed";
  }
}
addEventListener("hashchange", show);

function closeMenu() { $("#nav").classList.remove("open"); $("#menu").setAttribute("aria-expanded", "false"); }

function theme(value) {
  document.documentElement.dataset.theme = value;
  localStorage.setItem("theme", value);
}

function keys() {
  const dialog = $("#dialog");
  const rows = Object.values(views).map((v) => [`g ${v.key}`, v.title]).concat([["/", "go to an actor"], ["← →", "on the slider: event by event"], ["c", "copy as CLI command"], ["t", "light or dark"], ["?", "this"]]);
  dialog.replaceChildren(el("h2", {}, "Keys"), el("table", {}, el("tbody", {}, rows.map(([key, what]) => el("tr", {}, el("td", {}, el("kbd", {}, key)), el("td", {}, what))))), el("form", { method: "dialog" }, el("button", { autofocus: true }, "Close")));
  dialog.showModal();
}

let pending = false;
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|SELECT|TEXTAREA/.test(event.target.tagName) || $("#dialog").open) return;
  if (pending) {
    pending = false;
    const view = Object.entries(views).find(([, v]) => v.key === event.key);
    if (view) { location.hash = `#/${view[0]}`; $("#main").focus(); event.preventDefault(); }
    return;
  }
  if (event.key === "g") { pending = true; setTimeout(() => { pending = false; }, 1500); }
  else if (event.key === "/") { $("#search").focus(); event.preventDefault(); }
  else if (event.key === "t") $("#theme").click();
  else if (event.key === "?") keys();
  else if (event.key === "c") { const command = $("#main [data-cli]"); if (command) copy(command.dataset.cli); }
});

$("#theme").onclick = () => { theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"); show(); };
$("#help").onclick = keys;
$("#menu").onclick = () => $("#menu").setAttribute("aria-expanded", String($("#nav").classList.toggle("open")));
$("#jump").onsubmit = (event) => {
  event.preventDefault();
  const wanted = $("#search").value.trim();
  if (wanted) location.hash = `#/actor/${encodeURIComponent(wanted)}`;
};
let suggesting;
$("#search").oninput = () => {
  clearTimeout(suggesting);
  suggesting = setTimeout(async () => {
    const text = $("#search").value.trim();
    const found = text ? await get("/api/active", { q: `*${text}*` }).catch(() => ({ actors: [] })) : { actors: [] };
    $("#actors").replaceChildren(...found.actors.slice(0, 20).map((a) => el("option", { value: a.actor })));
  }, 150);
};

theme(localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
$("#nav").append(...Object.entries(views).map(([name, view]) => el("a", { href: `#/${name}`, "data-view": name }, view.title, el("span", { class: "count", "data-count": name }))));

function counts(o) {
  const set = (name, value) => { $(`[data-count="${name}"]`).textContent = value ? fmt.number(value) : ""; };
  set("letters", o.parked);
  set("quarantine", o.quarantined);
}
loadOverview().then((o) => { counts(o); return show(); }, (e) => $("#main").replaceChildren(el("p", { class: "bad" }, e.message)));

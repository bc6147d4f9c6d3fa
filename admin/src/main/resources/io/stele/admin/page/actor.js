// One actor's life: its events on a line, and a slider that shows its state after any of them.
import { cli, el, fmt, get, json, pill, post, quoted, readOnly, table, toast } from "/app.js";

const TICKS_MAX = 600;

/** A state as lines, those that the last step has changed marked. */
function lines(state, before) {
  const old = new Set(JSON.stringify(before ?? null, null, 2).split("\n").map((l) => l.replace(/,$/, "")));
  const pre = el("pre", { tabindex: "0", "aria-label": "state" });
  JSON.stringify(state, null, 2).split("\n").forEach((line) => pre.append(before !== undefined && !old.has(line.replace(/,$/, "")) ? el("mark", {}, line) : line, "\n"));
  return pre;
}

export const actorView = {
  title: "Actor",
  async show(box, id) {
    const actor = await get("/api/actor", { id });
    document.title = `${id} · Stele`;
    const { firstSequenceNumber: first, lastSequenceNumber: last } = actor;
    const command = el("span");
    box.append(el("h1", {}, id, actor.active ? pill("RUNNING") : el("span", { class: "pill" }, "not in memory"), command));
    command.append(cli(`show ${quoted(id)}`));
    box.append(el("p", { class: "dim" }, `${fmt.number(actor.eventCount)} events in lane ${actor.lane}, ${actor.snapshots.length ? `snapshots at ${actor.snapshots.map(fmt.number).join(", ")}` : "no snapshot"}`
      + (first > 1 ? `; what was before number ${fmt.number(first)} was compacted` : "")));
    if (actor.quarantined) {
      box.append(el("p", { class: "bad" }, `In quarantine: event ${actor.quarantined.sequenceNumber} (${actor.quarantined.type}) cannot be applied: ${actor.quarantined.cause} `,
        el("button", { type: "button", disabled: readOnly, onclick: async () => { const r = await post("/api/quarantine/retry", { actor: id }).catch((e) => ({ error: e.message })); toast(r.error || "it serves again"); } }, "Retry")));
    }
    if (!last) {
      box.append(el("div", { class: "table" }, el("div", { class: "empty" }, "This actor has no event. It exists as soon as it gets its first message.")));
      return;
    }
    const low = first > 1 ? Math.max(first - 1, actor.snapshots[actor.snapshots.length - 1] ?? first) : 0;
    const slider = el("input", { type: "range", min: String(low), max: String(last), value: String(last), id: "at", "aria-label": "sequence number", "aria-describedby": "where" });
    const number = el("input", { type: "number", min: String(low), max: String(last), value: String(last), "aria-label": "sequence number", style: "width:110px" });
    const where = el("b", { id: "where" });
    const when = el("span", { class: "dim" });
    const state = el("div");
    const around = el("div");
    const atCommand = el("span");
    const track = el("div", { class: "track", "aria-hidden": "true" }, el("div", { class: "axis" }));
    const place = (n) => `left:${(100 * (n - low)) / Math.max(1, last - low)}%`;
    const step = Math.max(1, Math.ceil((last - low) / TICKS_MAX));
    for (let n = Math.max(low, 1); n <= last; n += step) track.append(el("span", { class: "tick", style: place(n) }));
    actor.snapshots.filter((n) => n >= low).forEach((n) => track.append(el("span", { class: "tick snapshot", style: place(n), title: `snapshot at ${n}` })));
    box.append(
      el("div", { class: "timeline" },
        el("div", { class: "filters" },
          el("button", { type: "button", onclick: () => go(low), title: "the beginning" }, "|◀"),
          el("button", { type: "button", onclick: () => go(at - 1), title: "one event back" }, "◀"),
          number,
          el("button", { type: "button", onclick: () => go(at + 1), title: "one event on" }, "▶"),
          el("button", { type: "button", onclick: () => go(last), title: "now" }, "▶|"),
          where, when, atCommand),
        track, slider,
        el("div", { class: "dim" }, "Green: a snapshot. Arrow keys move the slider by one event, Page Up and Down by more.")),
      el("div", { class: "split" }, el("div", {}, el("h2", {}, "State"), state), el("div", {}, el("h2", {}, "Events around it"), around)));
    if (actor.timers.length) box.append(el("h2", {}, "Timers"), table([{ name: "name", key: "name" }, { name: "due, UTC", key: "dueMs", class: "time", show: (t) => fmt.moment(t.dueMs) }, { name: "command", key: "type" }], actor.timers));

    let at = last;
    let asked = 0;
    const go = (n) => {
      at = Math.min(last, Math.max(low, n));
      slider.value = String(at);
      number.value = String(at);
      where.textContent = at === 0 ? "before the first event" : `after event ${fmt.number(at)}`;
      load();
    };
    let due = null;
    const load = () => { clearTimeout(due); due = setTimeout(fetchState, 40); };
    const fetchState = async () => {
      const mine = ++asked;
      const from = Math.max(1, first, at - 7);
      const [now, before, events] = await Promise.all([
        get("/api/actor/state", { id, at }),
        at > low ? get("/api/actor/state", { id, at: at - 1 }) : Promise.resolve(null),
        get("/api/actor/events", { id, from, to: at + 7 }),
      ]).catch((e) => { toast(e.message); return [null]; });
      if (mine !== asked || !now) return;
      when.textContent = now.timeMs ? `${fmt.time(now.timeMs)} UTC` : "";
      atCommand.replaceChildren(cli(`state ${quoted(id)} --at ${at}`));
      state.replaceChildren(now.error ? el("p", { class: "bad" }, now.error) : lines(now.state, before && !before.error ? before.state : undefined));
      state.dataset.at = String(at);
      around.replaceChildren(table([
        { name: "", key: "here", show: (e) => (e.sequenceNumber === at ? "▶" : "") },
        { name: "number", key: "sequenceNumber", number: true, show: (e) => el("button", { type: "button", class: "copy", onclick: () => go(e.sequenceNumber) }, fmt.number(e.sequenceNumber)) },
        { name: "time, UTC", key: "timeMs", class: "time", show: (e) => fmt.moment(e.timeMs) },
        { name: "type", key: "type" },
        { name: "payload", key: "payload", class: "json", show: (e) => json(e.payload) },
      ], events.events, "no event here"));
    };
    slider.oninput = () => go(Number(slider.value));
    number.onchange = () => go(Number(number.value));
    go(last);
    await fetchState();
  },
};

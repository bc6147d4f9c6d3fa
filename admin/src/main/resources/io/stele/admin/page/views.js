// One object per view: { title, key, topics, show(box) }. A view fills its box and may refresh itself while it is shown.
import { $, actorLink, card, chart, cli, confirmed, el, every, fmt, get, json, loadOverview, on, overview, pill, post, readOnly, spark, stream, table, toast } from "/app.js";

const head = (title, ...rest) => el("h1", {}, title, ...rest);
const bar = (part, whole) => el("span", { class: "barbox" }, el("span", { class: "bar", style: `width:${Math.min(100, Math.round((100 * part) / Math.max(1, whole)))}%` }));

/** Events per second between samples. */
function rates(samples, key) {
  return samples.map((s, i) => (i === 0 || s[key] == null ? null : Math.max(0, ((s[key] - samples[i - 1][key]) * 1000) / Math.max(1, s.timeMs - samples[i - 1].timeMs))));
}

const views = {};

views.overview = {
  title: "Overview", key: "o",
  async show(box) {
    const o = await loadOverview();
    const samples = [...o.samples];
    const cards = el("div", { class: "cards" });
    const events = chart("events stored per second", ["events"], fmt.number);
    const actors = chart("persistent actors in memory", ["actors"], fmt.number);
    const heap = chart("heap", ["used", "allowed"], fmt.bytes);
    box.append(head("Overview", cli("inspect"), el("button", { class: "copy", type: "button", onclick: () => report(o, samples) }, "download report")), cards, el("div", { class: "cards", style: "margin-top:14px" }, events.node, actors.node, heap.node));
    const draw = () => {
      const last = samples[samples.length - 1] || {};
      const perSecond = rates(samples, "events");
      cards.replaceChildren(
        card("events per second", fmt.number(perSecond[perSecond.length - 1]), last.events == null ? "not counted" : `${fmt.number(last.events)} since the start`),
        card("actors in memory", fmt.number(last.activeEntities), `${o.types} kinds`),
        card("dead letters", fmt.number(last.deadLetters), null, last.deadLetters ? "warn" : null),
        card("in quarantine", fmt.number(o.quarantined), null, o.quarantined ? "bad" : null),
        card("recovering", fmt.number(last.recovering), `${fmt.number(last.waitingForRecovery)} waiting`),
        card("snapshots saved", fmt.number(last.snapshotsSaved), last.snapshotsFailed ? `${last.snapshotsFailed} failed` : null),
        card("turns that took too long", fmt.number(last.longTurns), null, last.longTurns ? "warn" : null),
        card("uptime", fmt.duration(o.uptimeMs + (Date.now() - opened)), `pid ${o.pid} · Java ${o.java}`));
      const x = samples.map((s) => s.timeMs);
      events.update(x, [perSecond]);
      actors.update(x, [samples.map((s) => s.activeEntities)]);
      heap.update(x, [samples.map((s) => s.heapUsedBytes), samples.map((s) => s.heapMaxBytes)]);
    };
    const opened = Date.now();
    draw();
    on("sample", (sample) => { samples.push(sample); if (samples.length > 300) samples.shift(); draw(); });
  },
};

async function report(o, samples) {
  const parts = { overview: { ...o, samples } };
  for (const name of ["types", "mailboxes", "journal", "recoveries", "dead-letters", "quarantine", "remote", "compactions"]) {
    parts[name] = await get(`/api/${name}`).catch((e) => ({ error: e.message }));
  }
  const link = el("a", { href: URL.createObjectURL(new Blob([JSON.stringify(parts, null, 2)], { type: "application/json" })), download: "stele-report.json" });
  link.click();
}

views.types = {
  title: "Actor types", key: "y",
  async show(box) {
    const history = new Map();
    let before = null;
    const place = el("div");
    box.append(head("Actor types", cli("stats")), place);
    const refresh = async () => {
      const { types } = await get("/api/types");
      const now = performance.now();
      for (const type of types) {
        const old = before?.types.get(type.entityType);
        type.rate = old == null || type.handled == null ? null : ((type.handled - old) * 1000) / (now - before.at);
        const line = history.get(type.entityType) || [];
        line.push(type.rate ?? 0);
        if (line.length > 60) line.shift();
        history.set(type.entityType, line);
      }
      before = { at: now, types: new Map(types.map((t) => [t.entityType, t.handled ?? null])) };
      place.replaceChildren(table([
        { name: "type", key: "entityType", show: (t) => el("span", { title: t.className }, t.entityType) },
        { name: "in memory", key: "active", number: true },
        { name: "messages/s", key: "rate", number: true, show: (t) => fmt.number(t.rate) },
        { name: "", key: "spark", show: (t) => spark(history.get(t.entityType)) },
        { name: "p50", key: "p50Ns", number: true, show: (t) => fmt.micros(t.p50Ns) },
        { name: "p99", key: "p99Ns", number: true, show: (t) => fmt.micros(t.p99Ns) },
        { name: "waiting", key: "waiting", number: true },
        { name: "restarts", key: "restarts", number: true },
        { name: "a reply survives", key: "durability", show: (t) => t.durability.toLowerCase().replace("_", " ") },
        { name: "dispatcher", key: "dispatcher" },
      ], types, "no kind of persistent actor is known yet"));
    };
    await refresh();
    every(1000, refresh);
  },
};

views.tree = {
  title: "Supervision tree", key: "s",
  async show(box) {
    box.append(head("Supervision tree"), el("p", { class: "dim" }, "Plain actors under those who supervise them. Persistent actors are supervised by the system: they are under Actor types."));
    const holder = el("div", { class: "table tree" });
    const open = new Set(["/"]);
    box.append(holder);
    const branch = async (path) => {
      const { children, more } = await get("/api/tree", { path });
      const list = el("ul", {});
      for (const node of children) {
        const isOpen = open.has(node.path);
        const item = el("li", {}, el("span", { class: "node" },
          node.children ? el("button", { type: "button", "aria-expanded": String(isOpen), "aria-label": `children of ${node.path}`, onclick: () => { if (isOpen) open.delete(node.path); else open.add(node.path); refresh(); } }, isOpen ? "▾" : "▸") : el("span", { style: "width:22px" }),
          el("b", {}, node.path.split("/").pop()), pill(node.status),
          el("span", { class: node.restarts ? "warn" : "dim" }, `${node.restarts} restart${node.restarts === 1 ? "" : "s"}`),
          el("span", { class: "dim" }, `${fmt.number(node.waiting)} of ${fmt.number(node.mailboxCapacity)} waiting`),
          node.children ? el("span", { class: "dim" }, `${fmt.number(node.children)} children`) : null));
        if (node.children && isOpen) item.append(await branch(node.path).catch(() => el("ul")));
        list.append(item);
      }
      if (!children.length) list.append(el("li", { class: "dim" }, "no plain actor is alive"));
      if (more) list.append(el("li", { class: "dim" }, "… and more"));
      return list;
    };
    const refresh = async () => {
      const focused = document.activeElement?.getAttribute("aria-label");
      holder.replaceChildren(await branch("/"));
      if (focused) [...holder.querySelectorAll("button")].find((b) => b.getAttribute("aria-label") === focused)?.focus();
    };
    await refresh();
    every(2000, refresh);
  },
};

views.mailboxes = {
  title: "Mailboxes", key: "m",
  async show(box) {
    const place = el("div");
    box.append(head("Mailboxes"), el("p", { class: "dim" }, "Who has messages waiting, the fullest first."), place);
    const refresh = async () => {
      const { mailboxes } = await get("/api/mailboxes");
      place.replaceChildren(table([
        { name: "actor", key: "actor", show: (m) => (m.actor.startsWith("/") ? m.actor : actorLink(m.actor)) },
        { name: "status", key: "status", show: (m) => pill(m.status) },
        { name: "waiting", key: "waiting", number: true },
        { name: "of", key: "mailboxCapacity", show: (m) => el("span", {}, bar(m.waiting, m.mailboxCapacity), fmt.number(m.mailboxCapacity)) },
      ], mailboxes, "no message waits for anybody"));
    };
    await refresh();
    every(1000, refresh);
  },
};

views.journal = {
  title: "Journal", key: "j",
  async show(box) {
    const place = el("div");
    box.append(head("Journal", cli("inspect"), cli("verify")), place);
    const refresh = async () => {
      const j = await get("/api/journal");
      const used = j.lanes.reduce((sum, lane) => sum + lane.bytes, 0);
      place.replaceChildren(
        el("div", { class: "cards" },
          card("size", fmt.bytes(used), `${fmt.number(j.lanes.reduce((n, l) => n + l.fileCount, 0))} files in ${j.lanes.length} lanes`),
          card("free on disk", fmt.bytes(j.usableBytes), `of ${fmt.bytes(j.totalBytes)}`, j.usableBytes < j.totalBytes * 0.05 ? "bad" : null),
          card("epoch", fmt.number(j.epoch), `journal ${j.journalId.slice(0, 8)}`),
          card("health", j.lanes.some((l) => l.failure) ? "a lane has failed" : "every lane takes events", null, j.lanes.some((l) => l.failure) ? "bad" : "good")),
        el("h2", {}, "Lanes and their files"),
        el("div", { class: "lanes" }, j.lanes.map((lane) => el("div", { class: "card" },
          el("div", {}, el("b", {}, `lane ${lane.lane}`), ` ${fmt.bytes(lane.bytes)} `, el("span", { class: "dim" }, `durable up to position ${lane.durablePosition}`)),
          lane.failure ? el("div", { class: "bad" }, lane.failure) : null,
          el("div", { class: "segments" }, lane.files.map((f) => el("span", {
            class: `segment ${f.closed ? "" : "open"} ${f.carried ? "carried" : ""}`,
            title: `${f.carried ? "carried over, segments" : "segment"} ${f.firstSegment}${f.lastSegment > f.firstSegment ? `–${f.lastSegment}` : ""}, ${fmt.bytes(f.bytes)}${f.closed ? "" : ", newest"}`,
          })))))),
        el("p", { class: "dim" }, "Filled: one of the newest. Dashed: carried over by a compaction."));
    };
    await refresh();
    const recoveries = await get("/api/recoveries");
    box.append(el("h2", {}, "Recoveries"), el("p", {}, `${fmt.number(recoveries.active)} active of ${recoveries.permits} permits, ${fmt.number(recoveries.waiting)} waiting, ${fmt.number(recoveries.failed)} failed`),
      table([
        { name: "actor", key: "actor", show: (r) => actorLink(r.actor) },
        { name: "took", key: "durationNs", number: true, show: (r) => fmt.micros(r.durationNs) },
        { name: "waited", key: "waitNs", number: true, show: (r) => fmt.micros(r.waitNs) },
        { name: "from snapshot", key: "snapshot", number: true },
        { name: "events", key: "events", number: true },
      ], recoveries.slowest, "nobody was recovered yet"));
    every(2000, refresh);
  },
};

views.compaction = {
  title: "Compaction", key: "c",
  async show(box) {
    const c = await get("/api/compactions");
    const place = el("div");
    const button = el("button", { type: "button", disabled: !c.canPreview, title: c.canPreview ? "Reads the whole journal" : "This system was opened without a compactor" }, "Preview now");
    button.onclick = async () => {
      button.disabled = true;
      place.replaceChildren(el("p", { class: "dim" }, "reading the journal …"));
      try {
        const plan = await get("/api/compactions/preview");
        place.replaceChildren(
          el("h2", {}, `A compaction now would give back ${fmt.bytes(plan.bytesGained)}`),
          table([
            { name: "lane", key: "lane", number: true },
            { name: "segments", key: "firstSegment", show: (f) => (f.lastSegment > f.firstSegment ? `${f.firstSegment}–${f.lastSegment}` : String(f.firstSegment)) },
            { name: "size", key: "bytes", number: true, show: (f) => fmt.bytes(f.bytes) },
            { name: "events", key: "events", number: true },
            { name: "needed", key: "liveEvents", number: true },
            { name: "gives back", key: "bytesGained", number: true, show: (f) => fmt.bytes(f.bytesGained) },
            { name: "verdict", key: "verdict", show: (f) => pill(f.verdict) },
            { name: "why", key: "reason" },
          ], plan.files, "the journal has no file that could go"));
      } catch (e) {
        place.replaceChildren(el("p", { class: "bad" }, e.message));
      }
      button.disabled = false;
    };
    box.append(head("Compaction", button, cli("compact"), cli("compact --execute")), place, el("h2", {}, "What earlier runs did"), table([
      { name: "run", key: "run", number: true },
      { name: "state", key: "state", show: (r) => pill(r.state) },
      { name: "began, UTC", key: "startMs", class: "time", show: (r) => fmt.moment(r.startMs) },
      { name: "took", key: "took", number: true, sort: (r) => r.endMs - r.startMs, show: (r) => fmt.duration(r.endMs - r.startMs) },
      { name: "files removed", key: "filesRemoved", number: true },
      { name: "gave back", key: "bytesGained", number: true, show: (r) => fmt.bytes(r.bytesGained) },
      { name: "events removed", key: "eventsRemoved", number: true },
      { name: "carried over", key: "eventsCarried", number: true },
      { name: "asked for by", key: "reason" },
    ], c.runs, "nothing was compacted yet"));
  },
};

views.events = {
  title: "Events", key: "e",
  async show(box) {
    const input = (name, placeholder) => el("input", { type: "text", name, placeholder, "aria-label": placeholder });
    const form = el("form", { class: "filters" }, input("actor", "actor, * for anything"), input("type", "type, such as deposited*"), input("grep", "text in the payload"), input("since", "since 2026-03-01T12:00:00Z"),
      el("button", { class: "primary" }, "Search"), el("label", {}, el("input", { type: "checkbox", name: "live" }), " live tail"));
    const place = el("div");
    const note = el("p", { class: "dim" });
    const command = el("span");
    const rows = [];
    let next = 0;
    const columns = [
      { name: "time, UTC", key: "timeMs", class: "time", show: (e) => fmt.moment(e.timeMs) },
      { name: "actor", key: "actor", show: (e) => actorLink(e.actor) },
      { name: "number", key: "sequenceNumber", number: true },
      { name: "type", key: "type" },
      { name: "payload", key: "payload", class: "json", show: (e) => json(e.payload) },
    ];
    const wanted = () => ({ actor: form.actor.value.trim(), type: form.type.value.trim(), grep: form.grep.value.trim(), since: form.since.value.trim() });
    const options = (f) => [f.actor && !f.actor.includes("*") ? f.actor : "--all", f.actor.includes("*") ? `--actor '${f.actor}'` : "", f.type ? `--type '${f.type}'` : "", f.grep ? `--grep '${f.grep}'` : "", f.since ? `--since ${f.since}` : ""].filter(Boolean).join(" ");
    const more = el("button", { type: "button", onclick: () => search(true) }, "Search further back");
    const draw = () => place.replaceChildren(table(columns, rows, "no such event"));
    const search = async (further) => {
      const f = wanted();
      command.replaceChildren(cli(`events ${options(f)}`));
      try {
        const found = await get("/api/events", { ...f, before: further ? next : 0, limit: 100 });
        if (!further) rows.length = 0;
        rows.push(...found.events);
        next = found.next;
        more.hidden = !next;
        note.textContent = next ? "" : "That is the beginning of the journal.";
        draw();
      } catch (e) { toast(e.message); }
    };
    form.onsubmit = (event) => { event.preventDefault(); search(false); if (form.live.checked) stream(["sample", "event"], wanted()); };
    form.live.onchange = () => { stream(form.live.checked ? ["sample", "event"] : ["sample"], form.live.checked ? wanted() : {}); };
    on("event", (event) => { rows.unshift(event); if (rows.length > 300) rows.length = 300; schedule(); });
    on("skipped", () => { note.textContent = "More events come than can be read: some are left out of the live tail, none out of the journal."; });
    let due = false;
    const schedule = () => { if (!due) { due = true; requestAnimationFrame(() => { due = false; draw(); }); } };
    box.append(head("Events", command), form, place, note, more);
    await search(false);
  },
};

views.letters = {
  title: "Dead letters", key: "d",
  async show(box) {
    const place = el("div");
    box.append(head("Dead letters and parked messages"), place);
    const act = async (path, number) => {
      const done = await post(path, { number }).catch((e) => ({ error: e.message }));
      toast(done.error || (done.done ? "done" : "it was not parked any more, or was not taken"));
      await refresh();
    };
    const refresh = async () => {
      const d = await get("/api/dead-letters");
      place.replaceChildren(
        el("h2", {}, `Parked: failed for good, kept to be looked at`),
        table([
          { name: "time, UTC", key: "timeMs", class: "time", show: (p) => fmt.moment(p.timeMs) },
          { name: "actor", key: "actor" },
          { name: "message", key: "message", class: "json" },
          { name: "reason", key: "reason" },
          { name: "", key: "number", show: (p) => el("span", { class: "filters" }, el("button", { type: "button", disabled: readOnly, onclick: () => act("/api/parked/tell-again", p.number) }, "Tell again"), el("button", { type: "button", disabled: readOnly, onclick: async () => (await confirmed(`Let message ${p.number} go? It does not come back.`)) && act("/api/parked/discard", p.number) }, "Discard")) },
        ], d.parked, "nothing is parked"),
        el("h2", {}, `Dead letters: ${fmt.number(d.count)} since the start, the newest ${fmt.number(d.letters.length)}`),
        table([
          { name: "time, UTC", key: "timeMs", class: "time", show: (l) => fmt.moment(l.timeMs) },
          { name: "for", key: "recipient" },
          { name: "type", key: "type" },
          { name: "message", key: "message", class: "json" },
          { name: "reason", key: "reason", show: (l) => pill(l.reason) },
        ], d.letters, "none since this server was started"));
    };
    await refresh();
    every(2000, refresh);
  },
};

views.quarantine = {
  title: "Quarantine", key: "q",
  async show(box) {
    const place = el("div");
    box.append(head("Quarantine", cli("quarantine list")), el("p", { class: "dim" }, "Actors that are out of service because a stored event cannot be applied. Their history is complete; all others serve."), place);
    const refresh = async () => {
      const { quarantined } = await get("/api/quarantine");
      place.replaceChildren(table([
        { name: "actor", key: "actor", show: (q) => actorLink(q.actor) },
        { name: "event", key: "sequenceNumber", number: true },
        { name: "type", key: "type" },
        { name: "cause", key: "cause" },
        { name: "since, UTC", key: "sinceMs", class: "time", show: (q) => fmt.moment(q.sinceMs) },
        { name: "", key: "retry", show: (q) => el("button", { type: "button", disabled: readOnly, onclick: async () => { const r = await post("/api/quarantine/retry", { actor: q.actor }).catch((e) => ({ error: e.message })); toast(r.error || "it serves again"); await refresh(); } }, "Retry") },
      ], quarantined, "nobody is in quarantine"));
    };
    await refresh();
    every(3000, refresh);
  },
};

views.timers = {
  title: "Timers", key: "i",
  async show(box) {
    const place = el("div");
    box.append(head("Durable timers", cli("timers")), place);
    const refresh = async () => {
      const t = await get("/api/timers");
      place.replaceChildren(el("p", { class: "dim" }, `${fmt.number(t.actors)} actors have timers; those that are due first:`), table([
        { name: "due, UTC", key: "dueMs", class: "time", show: (r) => fmt.moment(r.dueMs) },
        { name: "in", key: "in", number: true, sort: (r) => r.dueMs, show: (r) => (r.dueMs < Date.now() ? "now" : fmt.duration(r.dueMs - Date.now())) },
        { name: "actor", key: "actor", show: (r) => actorLink(r.actor) },
        { name: "name", key: "name" },
        { name: "command", key: "type" },
      ], t.timers, "no timer is set"));
    };
    await refresh();
    every(3000, refresh);
  },
};

views.remote = {
  title: "Remote", key: "r",
  async show(box) {
    const place = el("div");
    box.append(head("Remote peers"), place);
    const refresh = async () => {
      const { peers } = await get("/api/remote");
      const keys = [...new Set(peers.flatMap((p) => Object.keys(p)))];
      place.replaceChildren(table(keys.map((key) => ({ name: key.replace(/([A-Z])/g, " $1").toLowerCase(), key, number: typeof peers[0]?.[key] === "number", show: /state|breaker/i.test(key) ? (p) => pill(p[key] ?? "–") : null })), peers, "this node talks to no other node"));
    };
    await refresh();
    every(1000, refresh);
  },
};

views.log = {
  title: "Log", key: "l", topics: ["sample", "log"],
  async show(box) {
    const lines = el("div", { class: "table log", role: "log", "aria-label": "log lines" });
    const pause = el("input", { type: "checkbox" });
    const find = el("input", { type: "text", placeholder: "only lines with …", "aria-label": "only lines with" });
    const names = el("datalist", { id: "loggers" });
    const place = el("div");
    const form = el("form", { class: "filters" }, el("input", { type: "text", name: "logger", list: "loggers", placeholder: "logger, such as io.stele", "aria-label": "logger", required: true }),
      el("select", { name: "level", "aria-label": "level" }, ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"].map((l) => el("option", { selected: l === "DEBUG" }, l))),
      el("select", { name: "forSeconds", "aria-label": "for how long" }, [["600", "for 10 minutes"], ["3600", "for an hour"], ["60", "for a minute"], ["0", "until it is changed"]].map(([v, t]) => el("option", { value: v }, t))),
      el("button", { class: "primary", disabled: readOnly }, "Set level"), names);
    const levels = async () => {
      const { loggers } = await get("/api/loggers");
      names.replaceChildren(...loggers.map((l) => el("option", { value: l.name })));
      place.replaceChildren(table([
        { name: "logger", key: "name" },
        { name: "level", key: "level" },
        { name: "until, UTC", key: "expiresMs", class: "time", show: (l) => (l.expiresMs ? fmt.moment(l.expiresMs) : "") },
      ], loggers.filter((l) => l.own), "no level is set"));
    };
    form.onsubmit = async (event) => {
      event.preventDefault();
      const done = await post("/api/loggers/level", new FormData(form)).catch((e) => ({ error: e.message }));
      toast(done.error || "level is set");
      await levels();
    };
    if (!overview.hasLog) {
      box.append(head("Log"), el("p", { class: "dim" }, "This server was started without a log to show."));
      return;
    }
    box.append(head("Log"), el("div", { class: "filters" }, find, el("label", {}, pause, " pause")), lines, el("h2", {}, "Levels"), form, place);
    lines.append(el("div", { class: "dim" }, "lines appear here as they are logged"));
    on("log", (line) => {
      const text = `${fmt.time(line.timeMs)} ${line.level.padEnd(5)} ${line.logger} [${line.thread}] ${line.message}${line.failure ? `\n${line.failure}` : ""}`;
      if (pause.checked || !text.includes(find.value)) return;
      lines.append(el("div", { class: line.level === "ERROR" ? "bad" : line.level === "WARN" ? "warn" : null }, text));
      while (lines.children.length > 500) lines.firstChild.remove();
      lines.scrollTop = lines.scrollHeight;
    });
    await levels();
  },
};

export { views };

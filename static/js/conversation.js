/* One open conversation: new messages, marks and typing over a socket; sending by fetch.
   Without a socket it asks every 20 seconds; without this file the page is a form that works. */
(() => {
  "use strict";
  const $ = (name) => document.querySelector(`[data-${name}]`);
  const thread = $("thread"), writer = $("writer"), scroller = document.querySelector("main");
  const words = $("words").dataset, status = $("status"), jump = $("jump"), typing = $("typing");
  const room = `${location.pathname.split("/").slice(0, 3).join("/")}/`;
  const POLL = 20000, LONGEST_WAIT = 30000, TYPING_FOR = 4000, PAGE = 50; // presenting.PAGE
  // `last`: everything up to this number is on the screen. `noted`: what we said was read.
  let last = Number(thread.dataset.last), noted = -1;
  let unread = 0, socket = null, wait = 1000, typedAt = 0, typingOff, poller;

  // ---- Where the reader is ----
  const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const toEnd = () => { scroller.scrollTop = scroller.scrollHeight; };
  const isSeen = () => document.visibilityState === "visible" && isAtEnd();

  function noteRead() {
    if (!isSeen()) return;
    unread = 0;
    jump.hidden = true;
    if (last > noted && say({ kind: "read", number: last })) noted = last;
  }

  // Shut out: the server shows what there is instead. Words that nobody got wait in this tab until the reader is
  // back; where they cannot, the page stays, and this gives false. Nothing is kept, and nothing loaded, once the
  // reader is leaving: leave.js hides the body at once.
  function away() {
    if (document.body.hidden) return true;
    const unsent = [...thread.querySelectorAll("[data-waiting] > .msg-body")].map((one) => one.textContent);
    const kept = [...unsent, field?.value].filter(Boolean).join("\n");
    try { if (kept) sessionStorage.setItem(room, kept); } catch { return false; }
    location.reload();
    return true;
  }

  // On the way to choosing a time the words are kept in case the line drops. They have arrived once the server shows
  // what waits, or gives words back; then the address is plain again, so that loading the page anew gives nothing twice.
  function comeFromLater() {
    const arrived = location.hash === "#waiting" || location.search.includes("words=");
    try {
      const kept = sessionStorage.getItem(`${room}later`);
      if (kept && !arrived) field.value = [kept, field.value].filter(Boolean).join("\n");
      sessionStorage.removeItem(`${room}later`);
    } catch { /* No storage, nothing kept. */ }
    if (arrived) history.replaceState(null, "", location.pathname);
  }

  function comeBack() {
    try {
      const kept = sessionStorage.getItem(room);
      if (kept) field.value = [kept, field.value].filter(Boolean).join("\n");
      sessionStorage.removeItem(room);
    } catch { /* No storage, nothing kept. */ }
  }

  function say(packet) {
    const isOpen = socket?.readyState === WebSocket.OPEN;
    if (isOpen) socket.send(JSON.stringify(packet));
    return isOpen;
  }

  // ---- Showing what came. The HTML is the server's own template, with every word escaped there ----
  function element(html) {
    const box = document.createElement("template");
    box.innerHTML = html.trim();
    return box.content.firstElementChild;
  }

  const shown = (message, node) =>
    thread.querySelector(`[data-id="${CSS.escape(message.id)}"]`) ||
    (node.dataset.client && thread.querySelector(`[data-client="${CSS.escape(node.dataset.client)}"]`));

  // `after`: these are all that came after that number. One's own answer to a fetch has none: it says nothing about
  // what others wrote just before, which may still be on its way.
  function take(messages, after) {
    const atEnd = isAtEnd(), isOwn = after === undefined;
    const fresh = messages.map((message) => add(message, isOwn)).filter(Boolean);
    if (after <= last && messages.length) last = Math.max(last, messages.at(-1).number);
    divide();
    if (atEnd) toEnd();
    fresh.forEach(announce);
  }

  // Gives the node if it is news to the reader. What the socket brought has newer marks than one's own answer.
  function add(message, isOwn) {
    const node = element(message.html), old = shown(message, node);
    thread.querySelector("[data-empty]")?.remove();
    if (old?.dataset.number === node.dataset.number) { if (!isOwn) old.replaceWith(node); }
    else { old?.remove(); place(node); }
    return message.mine || old ? null : node;
  }

  // By number: an answer to a fetch may come before what the socket brings.
  function place(node) {
    const next = [...thread.querySelectorAll("[data-number]")].find((one) => Number(one.dataset.number) > Number(node.dataset.number));
    const before = next || thread.querySelector("[data-waiting]");
    if (before) before.before(node); else thread.append(node);
  }

  // A line above the first of each day, as the page has them; drawn again only when that has changed.
  function divide() {
    const items = [...thread.querySelectorAll("[data-day]")], lines = [...thread.querySelectorAll(".day")];
    const firsts = items.filter((node, i) => node.dataset.day !== items[i - 1]?.dataset.day);
    const top = (node) => (node.previousElementSibling?.id === "new" ? node.previousElementSibling : node);
    if (firsts.length === lines.length && firsts.every((node, i) => top(node).previousElementSibling === lines[i])) return;
    lines.forEach((line) => line.remove());
    const today = items.findLast((node) => "today" in node.dataset)?.dataset.day;
    for (const node of firsts) {
      const line = element(`<li class="day"><h2 class="day-name"></h2></li>`);
      line.firstElementChild.textContent = node.dataset.day === today ? words.today : node.dataset.dayName;
      top(node).before(line);
    }
  }

  function announce(node) {
    typing.hidden = true;
    status.textContent = `${words.said}: ${node.querySelector(".msg-body")?.textContent.trim() || node.textContent.trim().slice(0, 80)}`;
    if (isSeen()) return;
    unread += 1;
    if (!document.getElementById("new")) {
      const line = element(`<li class="fresh" id="new"><h2 class="day-name"></h2></li>`);
      node.before(line);
    }
    const text = `${unread} ${words.new}`;
    const head = document.querySelector("#new .day-name");
    if (head) head.textContent = text;
    jump.lastElementChild.textContent = text;
    jump.hidden = false;
  }

  function change(message) {
    const node = element(message.html), old = shown(message, node), atEnd = isAtEnd();
    if (!old) return;
    old.replaceWith(node);
    if (atEnd) toEnd();
  }

  function mark({ received, read }) {
    for (const node of thread.querySelectorAll('[data-delivery="web"]')) {
      const number = Number(node.dataset.number), text = node.querySelector("[data-mark]");
      if (text) text.textContent = number <= read ? words.read : number <= received ? words.delivered : words.sent;
    }
  }

  const on = {
    messages: (packet) => { take(packet.messages, packet.after); noteRead(); },
    changed: (packet) => packet.messages.forEach(change),
    marks: mark,
    typing: () => { typing.hidden = false; clearTimeout(typingOff); typingOff = setTimeout(() => { typing.hidden = true; }, TYPING_FOR); if (isAtEnd()) toEnd(); },
    later: (packet) => showLater(packet.html),
    trend: (packet) => { const box = $("trend"); if (box) box.innerHTML = packet.html; },
    closed: () => { status.textContent = words.closed; away(); },
  };

  // What goes later. Swapped only when it has changed: a button somebody is on is not taken from under them.
  function showLater(html) {
    const box = $("later"), fresh = document.createElement("template"), atEnd = isAtEnd();
    const bare = (node) => node.innerHTML.replace(' open=""', "").trim();
    fresh.innerHTML = html;
    if (!box || bare(fresh) === bare(box)) return;
    if (box.querySelector("details")?.open) fresh.content.querySelector("details")?.setAttribute("open", "");
    box.replaceChildren(fresh.content);
    if (atEnd) toEnd();
  }

  // ---- The socket, and what replaces it ----
  function connect() {
    clearTimeout(poller);
    if (socket?.readyState < WebSocket.CLOSING) return;
    socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws${room}`);
    socket.onopen = () => { wait = 1000; offline(false); say({ kind: "since", number: last }); noteRead(); retryAll(); };
    socket.onmessage = (event) => { const packet = JSON.parse(event.data); on[packet.kind]?.(packet); };
    socket.onclose = () => { offline(!navigator.onLine); poller = setTimeout(poll, Math.min(wait, POLL)); };
  }

  // Ask over HTTP until there is no more: it says whether we are signed out or shut out, which a refused socket
  // does not.
  async function poll() {
    try {
      for (let isMore = true; isMore; ) {
        const after = last;
        const answer = await fetch(`${room}since/${after}/`, { headers: { Accept: "application/json", "X-Background": "1" }, redirect: "error" });
        if ((answer.status === 401 || answer.status === 404) && away()) return;
        if (!answer.ok) break;
        const packet = await answer.json();
        take(packet.messages, after);
        mark(packet.marks);
        if (packet.later !== undefined) showLater(packet.later);
        offline(false);
        isMore = packet.messages.length === PAGE;
      }
    } catch { offline(true); }
    wait = Math.min(wait * 2, LONGEST_WAIT);
    connect();
  }

  function offline(is) { const line = $("offline"); if (line) line.hidden = !is; }

  // ---- Writing ----
  const field = writer?.querySelector("textarea"), wrong = $("wrong");
  const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€\f]*$/;
  const plain = (text) => text.replace(/[’‘]/g, "'").replace(/[“”]/g, '"').replace(/[–—]/g, "-").replace(/…/g, "...").replace(/\u00a0/g, " ");

  function count() {
    const box = $("room"), text = field.value.trim(), over = [...text].length - Number(writer.dataset.longest);
    if (over > 0) box.textContent = `${words.over} ${over}`;
    else if (writer.dataset.prefix && text) box.textContent = fit(plain(writer.dataset.prefix + text));
    else box.textContent = "";
  }

  // The same sum as sms/segments.py; the server counts again.
  function fit(text) {
    const isGsm = GSM.test(text);
    const units = isGsm ? text.length + (text.match(/[\^{}\\[~\]|€\f]/g) || []).length : text.length;
    const [one, more] = isGsm ? [160, 153] : [70, 67];
    const parts = units <= one ? 1 : Math.ceil(units / more);
    return `${parts} ${parts === 1 ? words.text : words.texts}, ${(parts === 1 ? one : parts * more) - units} ${words.left}`;
  }

  function complain(text) {
    wrong.hidden = !text;
    wrong.lastElementChild.textContent = text;
    wrong.parentElement.classList.toggle("is-wrong", Boolean(text));
    field.toggleAttribute("aria-invalid", Boolean(text));
  }

  function bubble(body, client) {
    const node = element(`<li class="msg is-mine is-unsent" data-waiting><p class="msg-body" dir="auto"></p><p class="msg-meta"></p></li>`);
    node.dataset.client = client;
    node.firstElementChild.textContent = body;
    node.lastElementChild.textContent = words.sending;
    thread.querySelector("[data-empty]")?.remove();
    thread.append(node);
    toEnd();
    return node;
  }

  // One after the other: two at once might be numbered the wrong way round.
  let sending = Promise.resolve();
  function send(body, client) {
    const node = thread.querySelector(`[data-client="${client}"]`) || bubble(body, client);
    sending = sending.then(() => post(node, body, client));
  }

  async function post(node, body, client) {
    const form = new FormData(writer);
    form.set("body", body);
    form.set("client_id", client);
    try {
      const answer = await fetch(writer.action, { method: "POST", body: form, headers: { Accept: "application/json" }, redirect: "error", signal: AbortSignal.timeout?.(LONGEST_WAIT) });
      if (answer.ok) { take((await answer.json()).messages); toEnd(); }
      else if (answer.status === 422) { const { wrong: why } = await answer.json(); node.remove(); give(body); complain(why); }
      else {
        fail(node, body, client);
        // Signed out; or signed in again elsewhere, and this page's token is of no use any more.
        if (answer.status === 401 || answer.status === 403) away();
      }
    } catch { fail(node, body, client); }
  }

  // The words come back to where they were written, before whatever was typed since.
  function give(body) { field.value = field.value ? `${body}\n${field.value}` : body; count(); field.focus(); }

  function fail(node, body, client) {
    node.className = "msg is-mine is-failed";
    node.lastElementChild.textContent = words.failed;
    if (node.querySelector("button")) return;
    const line = element(`<div class="line"><button type="button" class="btn is-bare" data-drop></button><button type="button" class="btn is-plain" data-again></button></div>`);
    line.querySelector("[data-drop]").textContent = words.delete;
    line.querySelector("[data-again]").textContent = words.retry;
    line.querySelector("[data-drop]").onclick = () => node.remove();
    line.querySelector("[data-again]").onclick = () => { line.remove(); again(node, body, client); };
    node.append(line);
  }

  function again(node, body, client) {
    node.className = "msg is-mine is-unsent";
    node.querySelector(".msg-meta").textContent = words.sending;
    send(body, client);
  }

  // The same client id: if the first try did arrive, the server gives back the message it made.
  function retryAll() {
    for (const button of thread.querySelectorAll(".is-failed [data-again]")) button.click();
  }

  if (writer) {
    writer.addEventListener("submit", (event) => {
      if (event.submitter && "laterOpen" in event.submitter.dataset) {
        try { sessionStorage.setItem(`${room}later`, field.value); } catch { /* No storage: the form carries them. */ }
        return;
      }
      event.preventDefault();
      const body = field.value.trim();
      complain("");
      if (!body) { field.focus(); return; }
      field.value = "";
      count();
      send(body, crypto.randomUUID());
      field.focus();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches) { event.preventDefault(); writer.requestSubmit(); }
    });
    field.addEventListener("input", () => {
      count();
      if (Date.now() - typedAt > TYPING_FOR / 2) { typedAt = Date.now(); say({ kind: "typing" }); }
    });
    comeBack();
    comeFromLater();
    count();
  }
  jump.addEventListener("click", (event) => { event.preventDefault(); document.getElementById("new")?.scrollIntoView({ block: "center" }); unread = 0; jump.hidden = true; });
  scroller.addEventListener("scroll", () => { if (isAtEnd()) noteRead(); }, { passive: true });
  document.addEventListener("visibilitychange", noteRead);
  addEventListener("online", () => { if (!socket || socket.readyState > 1) connect(); });
  addEventListener("offline", () => offline(true));
  const fresh = document.getElementById("new");
  if (fresh) fresh.scrollIntoView({ block: "center" }); else toEnd();
  connect();
})();

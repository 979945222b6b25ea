// Keeps lists fresh: an inbox, a desk. The socket only says that something changed; the words are the server's own.
//   data-live-part   where to fetch this element's inside
//   data-live-kinds  which kinds of event concern it (none named: all)
//   data-live-rest   how long (ms) to rest between two fetches, for what changes without end
//   data-live-said   what to say aloud, in [role=status].unseen, once it has changed
(() => {
  const POLL = 20000; // ms, while there is no socket
  const LONGEST_WAIT = 30000;
  const parts = [...document.querySelectorAll("[data-live-part]")];
  const status = document.querySelector("[role=status].unseen");
  const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
  let socket;
  let failures = 0;
  let timer;
  let isLeaving = false;

  const signedOut = (answer) => answer.type === "opaqueredirect" || answer.status === 401;

  // Where the reader was: the same link, or the same button of the same form; never its neighbour.
  const nameOf = (node) => {
    const is = (name, of = node) => (of?.getAttribute(name) ? `[${name}="${CSS.escape(of.getAttribute(name))}"]` : "");
    const form = is("action", node.form);
    return (form && `form${form} `) + node.localName + ["id", "href", "name", "value"].map((name) => is(name)).join("");
  };

  // Nothing somebody is typing or choosing is taken from under their hands.
  const isInUse = (part) =>
    part.querySelector(":is(input, select, textarea):focus") ||
    [...part.querySelectorAll("input, textarea")].some(
      (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked,
    );

  const swap = (part, fresh) => {
    const active = part.contains(document.activeElement) && document.activeElement;
    const open = [...part.querySelectorAll("details[open] > summary")].map(words);
    const place = active && [...part.querySelectorAll(nameOf(active))].indexOf(active);
    part.replaceChildren(fresh);
    for (const summary of part.querySelectorAll("details > summary")) {
      if (open.includes(words(summary))) summary.parentNode.open = true;
    }
    if (active) {
      const same = part.querySelectorAll(nameOf(active))[place];
      if (!same) part.tabIndex = -1;
      (same || part).focus({ preventScroll: true });
    }
    if (status && part.dataset.liveSaid) {
      status.textContent = "";
      setTimeout(() => (status.textContent = part.dataset.liveSaid), 100);
    }
  };

  const refresh = async (part) => {
    if (part.busy) return (part.again = true);
    part.busy = true;
    part.again = false;
    try {
      const headers = { "X-Background": "1" };
      const answer = await fetch(part.dataset.livePart, { headers, redirect: "manual", cache: "no-store" });
      // Leaving and signing out end the session too: where they lead to is theirs to say.
      if (signedOut(answer)) return isLeaving || document.body.hidden || location.assign("/sign-in/");
      const template = document.createElement("template");
      if (answer.ok) template.innerHTML = await answer.text();
      // What changes says so in words (never colour alone), so equal words are an equal list.
      if (answer.ok && words(template.content) !== words(part)) {
        if (isInUse(part)) setTimeout(refresh, 10000, part);
        else swap(part, template.content);
      }
    } catch {
      // Offline: the next poll or the socket's return tries again.
    } finally {
      // What happened meanwhile is in the next fetch.
      setTimeout(() => {
        part.busy = false;
        if (part.again) refresh(part);
      }, part.dataset.liveRest ?? 0);
    }
  };

  const refreshAll = () => parts.forEach(refresh);

  const concerns = (part, kind) => !part.dataset.liveKinds || part.dataset.liveKinds.split(" ").includes(kind);

  const connect = () => {
    clearTimeout(timer);
    if (socket && socket.readyState < WebSocket.CLOSING) return;
    socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/live/`);
    socket.onopen = () => {
      // Whatever happened meanwhile was told to nobody.
      failures = 0;
      refreshAll();
    };
    socket.onmessage = (event) => {
      const { kind } = JSON.parse(event.data);
      parts.filter((part) => concerns(part, kind)).forEach(refresh);
    };
    socket.onclose = () => {
      if (!failures) refreshAll();
      timer = setTimeout(connect, Math.min(LONGEST_WAIT, 1000 * 2 ** failures++) * (0.5 + Math.random() / 2));
    };
  };

  if (!parts.length) return;
  addEventListener("submit", (event) => (isLeaving ||= !event.defaultPrevented));
  setInterval(() => socket.readyState === WebSocket.OPEN || refreshAll(), POLL);
  addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => document.hidden || connect());
  connect();
})();

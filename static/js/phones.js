// The pretend phones, live: texts come in and go out without a reload, and what is being typed stays.
(() => {
  const CODES = 10000; // ms: authenticator codes change by themselves
  const LONGEST_WAIT = 30000;
  const main = document.querySelector("[data-phones]");
  const find = (name) => main.querySelector(`[data-phones-${name}]`);
  let socket;
  let failures = 0;
  let isBusy = false;
  let isStale = false;

  // Without cookies: looking at phones must not keep somebody's session awake. With them, where a form's
  // token is wanted: it belongs to the cookie.
  const load = async (credentials) => {
    const answer = await fetch(main.dataset.phones, { credentials, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    return template.content;
  };

  const isSame = (one, other) => one.outerHTML === other.outerHTML;

  // Add what is new; only if what was there has changed, replace it all: a log is read out as it grows.
  const bring = (old, fresh) => {
    const [was, now] = [[...old.children], [...fresh.children]];
    const grows = old.localName === "ul" && was.every((item, i) => now[i] && isSame(item, now[i]));
    if (grows) old.append(...now.slice(was.length));
    else if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...now);
  };

  const update = async () => {
    const fresh = await load("omit");
    for (const phone of fresh.querySelectorAll(".phone")) {
      const isNew = !document.getElementById(phone.id);
      if (isNew) main.querySelector(".phones").append(phone.closest("li"));
      else phone.querySelectorAll("[data-fresh]").forEach((part) => bring(document.getElementById(part.id), part));
    }
  };

  const refresh = async () => {
    isStale = isBusy;
    if (isBusy) return;
    isBusy = true;
    try {
      await update();
    } catch {
      // The next event, or the next round, tries again.
    }
    isBusy = false;
    if (isStale) refresh();
  };

  // Signing in elsewhere in this browser makes the tokens of this page old: ask for one each time.
  const token = async () => (await load("same-origin")).querySelector("[name=csrfmiddlewaretoken]").value;

  const send = async (form, button) => {
    const field = form.elements.body;
    const body = new FormData(form);
    if (button?.name) body.append(button.name, button.value);
    if (field) field.value = "";
    try {
      body.set("csrfmiddlewaretoken", await token());
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
    } catch (error) {
      if (field) field.value ||= body.get("body");
      throw error;
    }
  };

  // The form for a new phone goes the plain way, with a fresh token.
  const sendPlainly = async (form) => {
    form.elements.csrfmiddlewaretoken.value = await token();
    form.submit();
  };

  main.addEventListener("submit", async (event) => {
    event.preventDefault();
    const status = find("status");
    status.textContent = "";
    try {
      if (!event.target.closest(".phone")) return await sendPlainly(event.target);
      await send(event.target, event.submitter);
    } catch {
      status.textContent = status.dataset.lost;
    }
    refresh();
  });

  const showLive = (isLive) => {
    find("live").hidden = !isLive;
    find("still").hidden = isLive;
  };

  const connect = () => {
    socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/phones/`);
    socket.onopen = () => {
      failures = 0;
      showLive(true);
      refresh();
    };
    socket.onmessage = refresh;
    socket.onclose = () => {
      showLive(false);
      setTimeout(connect, Math.min(LONGEST_WAIT, 1000 * 2 ** failures++));
    };
  };

  setInterval(() => document.hidden || refresh(), CODES);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  connect();
})();

// Leaving in a hurry: Shift three times presses "Leave this page"; a private page does not stay behind, nor open
// once nobody has touched it for a while.
(() => {
  const form = document.querySelector('form[action="/leave/"]');
  const isPrivate = "private" in document.body.dataset;
  const IDLE = 5 * 60 * 1000; // as long as the session: accounts/access.py
  let presses = [];
  let touched = Date.now();

  // Blank at once. Whatever script sees the session end now must go nowhere: see live.js.
  const blank = () => (document.body.hidden = true);

  // Nothing stays in this tab either. The server's Clear-Site-Data says so too, once it is asked.
  const forget = () => {
    blank();
    try {
      sessionStorage.clear();
    } catch {
      // No storage, nothing kept.
    }
  };

  const leave = () => {
    forget();
    form.submit();
  };

  // By the clock, not by a timer: a phone that slept leaves as it wakes, before its first touch counts.
  const check = () => {
    const isIdle = Date.now() - touched >= IDLE;
    if (isIdle && !document.body.hidden) leave();
    return isIdle;
  };

  if (form && isPrivate) {
    // Not "scroll": a message that comes in scrolls the thread by itself.
    for (const kind of ["keydown", "pointerdown", "pointermove", "touchstart", "touchmove", "wheel"]) {
      addEventListener(kind, () => check() || (touched = Date.now()), { capture: true, passive: true });
    }
    setInterval(check, 5000);
    document.addEventListener("visibilitychange", check);
    addEventListener("pageshow", check);
  }

  if (form) {
    form.addEventListener("submit", forget);
    form.querySelector("button").title = form.dataset.hint || "";
    addEventListener("keydown", (event) => {
      // Any other key between: somebody is typing capitals.
      if (event.key !== "Shift") presses = [];
      else if (!event.repeat) {
        presses = [...presses.slice(-2), event.timeStamp];
        if (presses.length === 3 && presses[2] - presses[0] < 2000) leave();
      }
    });
  }

  addEventListener("pagehide", () => {
    if (isPrivate) blank();
  });
  // Back came from memory, not from us: ask again whether this person may still see it.
  addEventListener("pageshow", (event) => {
    if (event.persisted && document.body.hidden) location.reload();
  });
})();

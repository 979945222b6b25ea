// Shift three times presses "Leave this page"; so do five minutes without a touch.
(() => {
  const form = document.querySelector('form[action="/leave/"]');
  const button = form?.querySelector("button");
  const isPrivate = "private" in document.body.dataset;
  let presses = [];
  let touched = Date.now();

  // First, so that no other script goes anywhere.
  const blank = () => (document.body.hidden = true);

  const isIdle = () => Date.now() - touched > 300000 && (document.body.hidden || button.click(), true);
  const touch = () => isIdle() || (touched = Date.now());

  if (form) {
    form.addEventListener("submit", () => blank() && sessionStorage.clear());
    button.title = form.dataset.hint || "";
    addEventListener("keydown", (event) => {
      // Not capitals.
      if (event.key !== "Shift") presses = [];
      else if (!event.repeat) {
        presses = [...presses.slice(-2), event.timeStamp];
        if (presses.length === 3 && presses[2] - presses[0] < 2000) button.click();
      }
    });
    if (isPrivate) {
      // Not "scroll": what comes in scrolls.
      for (const kind of ["keydown", "pointermove", "pointerdown", "touchmove", "wheel"]) addEventListener(kind, touch, true);
      for (const kind of ["visibilitychange", "pageshow"]) addEventListener(kind, isIdle);
      setInterval(isIdle, 5000);
    }
  }

  addEventListener("pagehide", () => isPrivate && blank());
  addEventListener("pageshow", (event) => event.persisted && document.body.hidden && location.reload());
})();

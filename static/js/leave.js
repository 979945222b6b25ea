// Leaving in a hurry: Shift three times presses "Leave this page"; a private page does not stay behind.
(() => {
  const form = document.querySelector('form[action="/leave/"]');
  const isPrivate = "private" in document.body.dataset;
  let presses = [];

  // Blank at once. Whatever script sees the session end now must go nowhere: see live.js.
  const blank = () => (document.body.hidden = true);

  if (form) {
    form.addEventListener("submit", blank);
    form.querySelector("button").title = form.dataset.hint || "";
    addEventListener("keydown", (event) => {
      // Any other key between: somebody is typing capitals.
      if (event.key !== "Shift") presses = [];
      else if (!event.repeat) {
        presses = [...presses.slice(-2), event.timeStamp];
        if (presses.length === 3 && presses[2] - presses[0] < 2000) blank() && form.submit();
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

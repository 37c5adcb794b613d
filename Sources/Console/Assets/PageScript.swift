/// What the page's only script does, as it is served at ``PagePath/script``: it takes the parts of a view anew when the server says that
/// they have changed, and gives the view for reviewing its keys. Everything works without it.
enum PageScript {
  static let text = ([start, live] + review + [end]).map(\.description).joined(separator: "\n")

  /// What both halves need.
  private static let start: StaticString = """
    "use strict";
    (() => {
    const by = (id) => document.getElementById(id);
    // A screen reader reads what is new, so that only what is new is written.
    const write = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
    const ask = (path, options) => fetch(path, {
      credentials: "same-origin", cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(10000), ...options,
    });
    // Whoever is not logged in is sent to where that is done.
    const isLoggedOut = (answer) => answer.status === 401 || answer.type === "opaqueredirect";
    const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

    function take(fresh, selector, isForced) {
      for (const part of document.querySelectorAll(selector)) {
        const next = fresh.getElementById(part.id);
        if (!next || part.innerHTML === next.innerHTML) continue;
        // What somebody is using stays as it is.
        if (!isForced && (part.contains(document.activeElement) || part.querySelector("details[open]"))) continue;
        const places = [...part.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
        part.replaceChildren(...next.childNodes);
        part.querySelectorAll(".scroll").forEach((box, index) => { box.scrollLeft = places[index] || 0; });
      }
    }
    """

  /// Parts that follow what happens: by events while there are any, else by asking every ten seconds.
  private static let live: StaticString = """
    (() => {
      const line = by("live");
      if (!line) return;
      const [button, link, status] = [by("live-pause"), by("live-link"), by("live-status")];
      let [timer, events, polls] = [0, null, 0];
      let [isPaused, isRunning, isWanted, isOver, isLive] = [false, false, false, false, false];

      const say = (text) => write(status, text);
      const isIdle = () => isPaused || isOver || document.hidden;
      function plan(milliseconds) {
        clearTimeout(timer);
        timer = 0;
        if (!isIdle()) timer = setTimeout(refresh, milliseconds);
      }

      async function refresh() {
        timer = 0;
        if (isRunning) { isWanted = true; return; }
        [isRunning, isWanted] = [true, false];
        try {
          const answer = await ask(line.dataset.source);
          if (isLoggedOut(answer)) {
            isOver = true;
            close();
            button.hidden = true;
            link.hidden = false;
            say("The session is over. Refresh to log in again.");
          } else if (answer.ok) {
            take(parsed(await answer.text()), "[data-live]", false);
            if (!isPaused) say(isLive ? "Live." : "Refreshed every ten seconds.");
          } else {
            say("Not refreshed: the server answered " + answer.status + ".");
          }
        } catch {
          say("Not refreshed: the server did not answer.");
        } finally {
          isRunning = false;
          if (isWanted) plan(500);
          else if (!isLive) {
            // Whoever could not listen tries again once a minute.
            polls += 1;
            if (!events && polls % 6 === 0) listen();
            plan(10000);
          }
        }
      }

      function listen() {
        if (!window.EventSource || events || isIdle()) return;
        events = new EventSource("/admin/v1/events?topics=" + line.dataset.topics);
        events.onopen = () => { isLive = true; say("Live."); };
        events.onerror = () => {
          isLive = false;
          say("Refreshed every ten seconds.");
          // A browser connects again by itself, but for an answer that was refused.
          if (events && events.readyState === 2) close();
          plan(10000);
        };
        for (const name of ["side", "queue", "job", "release", "metric", "resync"]) {
          events.addEventListener(name, () => { if (!timer) plan(300); });
        }
      }

      function close() {
        if (events) events.close();
        [events, isLive] = [null, false];
      }

      button.addEventListener("click", () => {
        isPaused = !isPaused;
        button.textContent = isPaused ? "Resume" : "Pause";
        if (isPaused) { close(); clearTimeout(timer); say("Paused."); }
        else { listen(); refresh(); }
      });
      document.addEventListener("visibilitychange", () => {
        if (isPaused || isOver) return;
        if (document.hidden) { close(); clearTimeout(timer); }
        else { listen(); refresh(); }
      });
      button.hidden = false;
      link.hidden = true;
      say("Refreshed every ten seconds.");
      listen();
      plan(10000);
    })();
    """

  private static let end: StaticString = """
    })();
    """
}

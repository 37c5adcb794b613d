/// What the page's only script does, as it is served at ``PagePath/script``: it takes the parts of the view that change from
/// ``PagePath/live`` every two seconds while somebody can see them. Everything works without it.
enum PageScript {
  static let text: StaticString = """
    "use strict";
    (() => {
      const button = document.getElementById("live-pause");
      const link = document.getElementById("live-link");
      const status = document.getElementById("live-status");
      if (!button || !link || !status) return;
      let timer = 0;
      let isPaused = false;
      let isRunning = false;
      let isOver = false;

      // A screen reader reads what is new here, so that only what is new is written.
      const say = (text) => { if (status.textContent !== text) status.textContent = text; };
      const plan = () => {
        clearTimeout(timer);
        if (!isPaused && !isOver && !document.hidden) timer = setTimeout(refresh, 2000);
      };

      function take(fresh) {
        for (const part of document.querySelectorAll("[data-live]")) {
          const next = fresh.getElementById(part.id);
          // What somebody is using stays as it is.
          if (!next || part.contains(document.activeElement) || part.innerHTML === next.innerHTML) continue;
          const places = [...part.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
          part.replaceChildren(...next.childNodes);
          part.querySelectorAll(".scroll").forEach((box, index) => { box.scrollLeft = places[index] || 0; });
        }
      }

      async function refresh() {
        if (isRunning) return;
        isRunning = true;
        try {
          const answer = await fetch("/serving/live", {
            credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(10000),
          });
          if (answer.status === 401) {
            isOver = true;
            button.hidden = true;
            link.hidden = false;
            say("The session is over. Refresh to log in again.");
          } else if (answer.ok) {
            take(new DOMParser().parseFromString(await answer.text(), "text/html"));
            if (!isPaused) say("Refreshed every two seconds.");
          } else {
            say("Not refreshed: the server answered " + answer.status + ".");
          }
        } catch {
          say("Not refreshed: the server did not answer.");
        } finally {
          isRunning = false;
          plan();
        }
      }

      button.addEventListener("click", () => {
        isPaused = !isPaused;
        button.textContent = isPaused ? "Resume" : "Pause";
        if (isPaused) {
          say("Paused.");
          plan();
        } else {
          refresh();
        }
      });
      document.addEventListener("visibilitychange", () => {
        if (document.hidden || isPaused || isOver) clearTimeout(timer);
        else refresh();
      });
      button.hidden = false;
      link.hidden = true;
      say("Refreshed every two seconds.");
      plan();
    })();
    """
}

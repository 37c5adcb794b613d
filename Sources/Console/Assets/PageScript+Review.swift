extension PageScript {
  /// The view for reviewing: a decision is sent before the next item is shown, which was taken meanwhile; what is not saved stays.
  static let review: [StaticString] = [reviewSending, reviewKeys]

  private static let reviewSending: StaticString = """
    (() => {
      const desk = by("desk");
      if (!desk) return;
      const said = by("said");
      // Items that are taken already, as promises of their pages.
      const waiting = [];
      let [isSending, begun, ends, active, warned] = [false, 0, 0, 0, false];
      let [equal, lastLabel] = [0, null];
      const item = () => by("item");
      const fail = (text) => write(by("failed"), text);

      async function page(path) {
        try {
          const answer = await ask(path);
          if (!answer.ok) return null;
          const fresh = parsed(await answer.text());
          return { fresh, at: performance.now() };
        } catch { return null; }
      }

      // One item is taken ahead, whose time runs from then on.
      function prefetch() {
        if (item() && waiting.length === 0) waiting.push(page(desk.dataset.next));
      }

      function prepare(at) {
        const shown = item();
        [begun, active, warned] = [performance.now(), performance.now(), false];
        if (!shown) return;
        ends = at + Number(shown.dataset.seconds) * 1000;
        showKeys();
        by("reading").classList.toggle("blurred", isBlurred());
        if (location.pathname !== shown.dataset.action) history.replaceState(null, "", shown.dataset.action);
        tick();
      }

      async function advance() {
        const taken = waiting.shift();
        let next = taken && await taken;
        // What was empty or not there may be there now.
        if (!next || !next.fresh.getElementById("item")) next = await page(desk.dataset.next);
        if (next) return show(next);
        by("part-item").replaceChildren();
        by("part-guide").replaceChildren();
        fail("The next item could not be fetched. It is asked for every ten seconds; if this stays, open the page again.");
      }

      function show(next) {
        take(next.fresh, "#part-item, #part-guide", true);
        prepare(next.at);
        window.scrollTo(0, 0);
        const title = by("item-title");
        if (title) title.focus({ preventScroll: true });
        prefetch();
      }

      function count(numbers) {
        for (const place of desk.querySelectorAll("[data-count]")) {
          const number = numbers[place.dataset.count];
          if (Number.isInteger(number)) write(place, String(number));
        }
        const undo = desk.querySelector("[data-act=undo]");
        if (undo && Number.isInteger(numbers.undoable)) undo.disabled = numbers.undoable === 0;
      }

      // Equal answers in less than a second each are not judgements.
      function weigh(label, milliseconds) {
        equal = label !== null && label === lastLabel && milliseconds < 1000 ? equal + 1 : 1;
        lastLabel = label;
        if (equal < 20) return;
        equal = 0;
        fail("Twenty equal answers, each in less than a second. If they are right, go on; else Undo takes back the last ten.");
      }

      async function send(form, button) {
        if (isSending || (button && button.disabled)) return;
        isSending = true;
        const act = button ? button.dataset.act : "";
        const data = new FormData(form, button);
        const milliseconds = Math.round(performance.now() - begun);
        if (data.has("milliseconds")) data.set("milliseconds", String(milliseconds));
        fail("");
        if (button) button.classList.add("sent");
        desk.setAttribute("aria-busy", "true");
        try {
          const answer = await ask(form.action, {
            method: "POST", body: new URLSearchParams(data), headers: { accept: "application/json" },
          });
          if (isLoggedOut(answer)) {
            fail("Not saved: the session is over. Open the page again to log in.");
          } else {
            const told = await answer.json();
            if (!answer.ok) {
              fail("Not saved: " + (told.error ? told.error.message : "the server answered " + answer.status + "."));
            } else {
              const label = act === "label" ? button.querySelector(".label").textContent : null;
              await saved(act, told, label, milliseconds);
            }
          }
        } catch {
          fail("Not saved: the server did not answer. The item stays here; send it again.");
        } finally {
          isSending = false;
          desk.removeAttribute("aria-busy");
          if (button) button.classList.remove("sent");
        }
      }

      async function saved(act, told, label, milliseconds) {
        count(told);
        write(said, "");
        if (act === "undo") {
          if (told.item) {
            // What was on the desk comes after it.
            if (item()) waiting.unshift(page(item().dataset.action));
            const back = await page(told.item);
            if (back) show(back);
            else fail("The item could not be fetched. Open the page again.");
          }
          [equal, lastLabel] = [0, null];
        } else {
          await advance();
          weigh(label, milliseconds);
        }
        write(said, label !== null && told.good ? "Saved: " + label : told.text);
        if (told.good === false) fail(told.text);
      }

      // The time for an item begins anew while somebody works on it.
      function renew() {
        const shown = item();
        if (!shown || document.hidden || performance.now() - active > 60000) return;
        const body = new URLSearchParams(new FormData(by("undo")));
        const asked = performance.now();
        ask(shown.dataset.lease, { method: "POST", body, headers: { accept: "application/json" } })
          .then((answer) => (answer.ok ? answer.json() : null))
          .then((told) => { if (told && shown === item() && told.seconds > 0) ends = asked + told.seconds * 1000; })
          .catch(() => {});
      }

      function tick() {
        const lease = by("lease");
        if (!lease || !item()) return;
        const seconds = Math.max(0, Math.round((ends - performance.now()) / 1000));
        lease.classList.toggle("ends", seconds < 60);
        write(lease, seconds >= 60 ? Math.floor(seconds / 60) + " min left" : seconds + " s left");
        if (seconds < 60 && !warned) {
          warned = true;
          write(said, "Less than a minute left for this item. Any key keeps it.");
        }
      }

      desk.addEventListener("submit", (event) => {
        event.preventDefault();
        send(event.target, event.submitter);
      });
      for (const name of ["keydown", "pointerdown", "wheel", "touchmove"]) {
        document.addEventListener(name, () => {
          const isLate = ends - performance.now() < 60000;
          active = performance.now();
          if (isLate && warned) { warned = false; renew(); }
        }, { passive: true });
      }
      setInterval(tick, 1000);
      setInterval(renew, 60000);
      // Where nothing waits, it is looked again.
      setInterval(async () => {
        if (item() || document.hidden || isSending) return;
        const next = await page(desk.dataset.next);
        if (!next || item()) return;
        fail("");
        if (next.fresh.getElementById("item")) { show(next); write(said, "A new item."); }
        else take(next.fresh, "#part-item", true);
      }, 10000);
    """

  private static let reviewKeys: StaticString = """
      const usual = {
        accept: "a", other: "x", skip: " ", undo: "Backspace", flag: "f", guide: "g", reveal: "r", help: "?",
      };
      const names = { " ": "space", Backspace: "backspace" };
      let keys = { ...usual };
      let changing = null;
      const store = {
        get(name) { try { return localStorage.getItem("accrete-" + name); } catch { return null; } },
        set(name, value) { try { localStorage.setItem("accrete-" + name, value); } catch { /* Kept until the page is left. */ } },
      };
      const isBlurred = () => by("blur-on").checked;
      const tell = (text) => write(by("keys-said"), text);

      function showKeys() {
        for (const place of document.querySelectorAll("kbd[data-key]")) {
          const key = keys[place.dataset.key];
          if (key) write(place, names[key] || key);
        }
        for (const place of document.querySelectorAll(".hint")) place.hidden = !by("keys-on").checked;
      }

      function change(event) {
        if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
        event.preventDefault();
        const name = changing;
        const isFree = Object.keys(keys).every((other) => other === name || keys[other] !== event.key);
        if (event.key === "Escape") {
          tell("Not changed.");
        } else if (["Tab", "Enter"].includes(event.key) || /^[0-9]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) {
          return tell("This key has a meaning of its own. Press another one, or Escape.");
        } else if (!isFree) {
          return tell("Another action has this key. Press another one, or Escape.");
        } else {
          keys[name] = event.key;
          store.set("keys", JSON.stringify(keys));
          showKeys();
          tell("Changed.");
        }
        changing = null;
      }

      const open = (id, isOpen) => {
        const box = by(id);
        if (!box) return null;
        box.open = isOpen === undefined ? !box.open : isOpen;
        return box;
      };
      function drawer(id) {
        open(id === "skip" ? "flag" : "skip", false);
        const box = open(id);
        const first = box && box.open && box.querySelector(".drawer-box input[type=text], .drawer-box button");
        if (first) first.focus();
      }
      function press(button) { if (button && !isSending) button.form.requestSubmit(button); }
      const choices = () => [...desk.querySelectorAll("[data-act=label]")];
      const suggested = () => (item() && item().dataset.suggestion ? Number(item().dataset.suggestion) : -1);

      const acts = {
        accept() {
          if (suggested() < 0) write(said, "There is no suggestion for this item. Choose a label.");
          else press(choices()[suggested()]);
        },
        other() {
          if (choices().length !== 2 || suggested() < 0) write(said, "This key takes the other of two labels. Choose a label.");
          else press(choices()[1 - suggested()]);
        },
        skip() { drawer("skip"); },
        undo() { press(desk.querySelector("[data-act=undo]")); },
        flag() { drawer("flag"); },
        guide() {
          const box = open("guideline");
          if (box && box.open) by("guide").focus();
        },
        reveal() { by("reading") && by("reading").classList.remove("blurred"); },
        help() {
          const box = open("keys");
          if (box.open) box.querySelector("summary").focus();
        },
      };

      document.addEventListener("keydown", (event) => {
        if (changing) return change(event);
        if (event.key === "Escape") {
          const isOpen = [by("skip"), by("flag")].some((box) => box && box.open);
          open("skip", false);
          open("flag", false);
          if (isOpen && by("item-title")) by("item-title").focus();
          return;
        }
        // Keys are letters and signs alone: with Ctrl, Alt or Meta they are the browser's.
        if (!by("keys-on").checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
        const place = event.target;
        if (place.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
        if (event.key === " " && place.closest("button, summary, a, input")) return;
        if (/^[1-9]$/.test(event.key)) {
          const box = by("skip");
          const list = box && box.open ? [...box.querySelectorAll("button")] : choices();
          if (list[event.key - 1]) { event.preventDefault(); press(list[event.key - 1]); }
          return;
        }
        const name = Object.keys(keys).find((one) => keys[one] === event.key);
        if (name) { event.preventDefault(); acts[name](); }
      });

      by("keys").hidden = false;
      try {
        const kept = JSON.parse(store.get("keys") || "{}");
        for (const name of Object.keys(usual)) if (typeof kept[name] === "string") keys[name] = kept[name];
      } catch { /* What cannot be read is not used. */ }
      by("keys-on").checked = store.get("keys-on") !== "0";
      by("blur-on").checked = store.get("blur-on") === "1";
      by("keys-on").addEventListener("change", (event) => {
        store.set("keys-on", event.target.checked ? "1" : "0");
        showKeys();
      });
      by("blur-on").addEventListener("change", (event) => {
        store.set("blur-on", event.target.checked ? "1" : "0");
        if (by("reading")) by("reading").classList.toggle("blurred", event.target.checked);
      });
      by("keys-usual").addEventListener("click", () => {
        keys = { ...usual };
        store.set("keys", "{}");
        showKeys();
        tell("The usual keys.");
      });
      by("keys").addEventListener("click", (event) => {
        const button = event.target.closest("[data-change]");
        if (!button) return;
        changing = button.dataset.change;
        tell("Press the new key, or Escape.");
      });
      desk.addEventListener("click", (event) => { if (event.target.closest(".reading")) acts.reveal(); });
      showKeys();
      prepare(performance.now());
      if (item()) by("item-title").focus({ preventScroll: true });
      prefetch();
    })();
    """
}

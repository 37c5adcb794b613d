"""What a view of the page must be for everybody, asked of a browser that shows it."""

from __future__ import annotations

# The width of what is shown, and what is wider than the window without a box of its own to scroll in.
WIDTH = """
(() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter((element) => {
    if (element.closest(".scroll, .graph, .unseen, .skip, svg")) return false;
    return element.getBoundingClientRect().right > root.clientWidth + 1;
  });
  return ["scrolls sideways: " + wide.slice(0, 4).map((one) => one.tagName + "." + one.className).join(", ")];
})()
"""

# What can be pressed and is too small for a finger, but for links within a sentence.
SMALL = """
[...document.querySelectorAll("button, summary, select, input:not([type=hidden]), nav a")].filter((element) => {
  const box = element.getBoundingClientRect();
  if (box.width === 0 || element.closest("[hidden]") || !element.checkVisibility()) return false;
  const label = element.closest("label");
  const area = label ? label.getBoundingClientRect() : box;
  return Math.max(area.height, box.height) < 24 || Math.max(area.width, box.width) < 24;
}).map((element) => "smaller than 24 px: " + element.tagName + " " + (element.innerText || element.name || ""))
"""

# The contrast of each text with the nearest colour behind it, as WCAG 2 computes it.
CONTRAST = """
(() => {
  const parse = (text) => (text.match(/[0-9.]+/g) || []).map(Number);
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : Math.pow((value / 255 + 0.055) / 1.055, 2.4));
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest(".unseen, .skip, option, svg")) continue;
    if (element.closest(":disabled")) continue;
    const style = getComputedStyle(element);
    const [one, other] = [luminance(parse(style.color)), luminance(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) found.add("contrast " + ratio.toFixed(2) + ": " + walker.currentNode.data.trim().slice(0, 40));
  }
  return [...found];
})()
"""

# Controls in the order in which the keyboard reaches them, which has to be that of the page: nothing has a tabindex above 0.
ORDER = """
[...document.querySelectorAll("[tabindex]")].filter((one) => one.tabIndex > 0)
  .map((one) => "out of the order of reading: " + one.outerHTML.slice(0, 60))
"""

# The texts of a view's samples, code point by code point, with what is spelled out read back.
SHOWN = """
[...document.querySelectorAll(".samples bdi")].map((text) => [...text.childNodes].map((node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  return node.textContent.split(" ").map((code) => String.fromCodePoint(parseInt(code.slice(2), 16))).join("");
}).join(""))
"""

# Roles whose names a screen reader needs.
NAMED = {"button", "link", "textbox", "combobox", "checkbox", "spinbutton", "region", "navigation", "group", "img", "table"}


def unnamed(page) -> list[str]:
    """Controls that a screen reader cannot call by a name."""
    found = []
    for node in page.do("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if node.get("ignored") or role not in NAMED or role in ("group", "table"):
            continue
        if not node.get("name", {}).get("value", "").strip():
            found.append(f"without a name: {role}")
    return found


def faults(page, origin: str) -> list[str]:
    """All that is wrong with the view that is shown."""
    page.listen(0.05)
    foreign = [url for url in page.asked() if not url.startswith((origin, "data:"))]
    # Where the view is a file, there is nobody to tell of events.
    complaints = [text for text in page.complaints() if not (origin.startswith("file:") and "/admin/v1/events" in text)]
    if origin.startswith("file:"):
        foreign = [url for url in foreign if not url.endswith(("/admin/v1/events", "/review/next")) and "events?" not in url]
        complaints = [text for text in complaints if "file:" not in text and "fetch" not in text]
    return (
        [f"asked elsewhere: {url}" for url in foreign]
        + [f"complained: {text}" for text in complaints]
        + page.value(WIDTH) + page.value(SMALL) + page.value(CONTRAST) + page.value(ORDER) + unnamed(page)
    )


def misread(page, texts: list[str]) -> list[str]:
    """P4: texts that a browser shows otherwise than they were written, and scripts in them that run."""
    shown = page.value(SHOWN)
    found = [f"shown otherwise: {text[:40]!r}" for text, seen in zip(texts, shown) if text != seen]
    if len(shown) != len(texts):
        found.append(f"{len(shown)} of {len(texts)} texts are shown")
    if scripts := page.value("document.scripts.length") - 1:
        found.append(f"{scripts} scripts that are not the page's")
    return found

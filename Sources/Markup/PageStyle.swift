/// The parts of a style sheet that all our pages have: reports, and the pages of a server.
///
/// Text has a contrast of at least 4.5 to 1 with what is behind it in both themes.
public enum PageStyle {
  /// Colours, light and dark.
  public static let colors: StaticString = """
    :root {
      color-scheme: light dark;
      --page: #f6f6f3; --surface: #ffffff; --ink: #1a1e23; --muted: #565f6b; --line: #dddfe2; --strong: #868d96;
      --accent: #1c5a9e; --heat: 112, 170, 222; --good: #e4f0e2; --warn: #fbf0d9; --warn-line: #b07d12; --shadow: rgba(0, 0, 0, .22);
      --s0: #1c5a9e; --s1: #b1431c; --s2: #1b7547; --s3: #77399b; --s4: #7d5a00; --s5: #0a7079; --s6: #ad2765; --s7: #4a5461;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #101317; --surface: #181c21; --ink: #e9ebee; --muted: #a4adb8; --line: #2d333a; --strong: #6c757f;
        --accent: #8abcf5; --heat: 44, 97, 150; --good: #1d3324; --warn: #352a12; --warn-line: #d9a53a; --shadow: rgba(0, 0, 0, .7);
        --s0: #82b8f3; --s1: #f2a27e; --s2: #7fd1a3; --s3: #cfa3ea; --s4: #dfbc5c; --s5: #6ecdd6; --s6: #f29bc4; --s7: #b9c1cb;
      }
    }
    """

  /// What every page is made of: type, headings, links, focus.
  public static let elements: StaticString = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
      font-variant-numeric: tabular-nums; overflow-wrap: break-word;
    }
    .top, main, footer { max-width: 80rem; margin: 0 auto; padding: 0 1.5rem; }
    .top { padding-top: 2.25rem; }
    h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
    h1 { font-size: 1.85rem; margin: 0 0 .25rem; letter-spacing: -.01em; }
    h2 { font-size: 1.3rem; margin: 0 0 1rem; }
    h3 { font-size: 1rem; margin: 0 0 .3rem; }
    p { margin: 0 0 .75rem; }
    a { color: var(--accent); text-underline-offset: .18em; }
    small { font-size: .8em; }
    code { font: .92em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    """

  /// Tables, and the box in which a wide one scrolls.
  public static let tables: StaticString = """
    .scroll {
      overflow-x: auto; max-width: 100%;
      background:
        linear-gradient(to right, var(--surface) 40%, transparent) left / 2rem 100%,
        linear-gradient(to left, var(--surface) 40%, transparent) right / 2rem 100%,
        linear-gradient(to right, var(--shadow), transparent) left / .6rem 100%,
        linear-gradient(to left, var(--shadow), transparent) right / .6rem 100%;
      background-repeat: no-repeat; background-attachment: local, local, scroll, scroll;
    }
    table { border-collapse: separate; border-spacing: 0; font-size: .9rem; line-height: 1.35; }
    .numbers, .words { min-width: 100%; }
    th, td { padding: .45rem .7rem; text-align: right; vertical-align: baseline; white-space: nowrap; border-bottom: 1px solid var(--line); }
    thead th { color: var(--muted); font-weight: 600; font-size: .84rem; vertical-align: bottom; border-bottom-color: var(--strong); white-space: normal; }
    thead td { border-bottom-color: var(--strong); }
    th small, td small { display: block; color: var(--muted); font-weight: 400; }
    tbody tr:last-child > * { border-bottom: 0; }
    th:first-child, td:first-child { text-align: left; padding-left: 0; position: sticky; left: 0; background: var(--surface); z-index: 1; }
    tbody th { font-weight: 500; white-space: normal; min-width: 6.5rem; max-width: 15rem; }
    .words td, .words thead th { text-align: left; }
    .words td { white-space: normal; min-width: 5rem; }
    """
}

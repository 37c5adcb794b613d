/// How a report looks: light and dark, on a telephone and on a desk, on paper.
///
/// Text has a contrast of at least 4.5 to 1 with what is behind it in both themes, the darkest shade of a heat map included.
enum StyleSheet {
  static let text: StaticString = """
    :root {
      color-scheme: light dark;
      --page: #f6f6f3; --surface: #ffffff; --ink: #1a1e23; --muted: #565f6b; --line: #dddfe2; --strong: #8b929b;
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
    .brand { margin: 0 0 .4rem; font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; color: var(--muted); }
    .status { color: var(--muted); margin-bottom: 1.25rem; }
    .warning { background: var(--warn); border-left: 4px solid var(--warn-line); border-radius: 4px; padding: .6rem .9rem; }
    .findings { padding-left: 1.2rem; margin: 1.25rem 0; max-width: 60rem; }
    .findings li { margin-bottom: .4rem; }
    nav { display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; padding: .8rem 0; border-block: 1px solid var(--line); font-size: .9rem; }
    section { padding: 2.25rem 0 .5rem; }
    .lead, .caption, .shades, .notes, .detail { color: var(--muted); }
    .lead { max-width: 60rem; }
    .caption, .shades, .notes { font-size: .86rem; line-height: 1.5; }
    .caption { max-width: 60rem; margin-bottom: .6rem; }
    .notes { margin: .75rem 0 0; padding-left: 1.1rem; }
    .notes strong { color: var(--ink); font-weight: 600; }

    .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15.5rem), 1fr)); gap: 1rem; margin: 1.25rem 0; }
    .card, figure { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
    .card { padding: 1rem 1.15rem; }
    .card.best { border-color: var(--s2); box-shadow: inset 0 3px 0 var(--s2); }
    .card h2 { font-size: 1.02rem; margin: 0 0 .5rem; }
    .card .figure { font-size: 2.1rem; font-weight: 650; line-height: 1.1; margin: 0; letter-spacing: -.02em; }
    .card .detail { font-size: .86rem; margin: .2rem 0 .7rem; }
    .tag { font-size: .78rem; font-weight: 600; background: var(--good); border-radius: 1rem; padding: .12rem .55rem; white-space: nowrap; }
    dl { margin: 0; font-size: .9rem; }
    dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .28rem 0; border-top: 1px solid var(--line); }
    dt { color: var(--muted); }
    dd { margin: 0; text-align: right; }

    figure { margin: 0 0 1rem; padding: 1rem 1.15rem; min-width: 0; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--width)), 1fr)); gap: 1rem; align-items: start; margin-bottom: 1rem; }
    .grid > figure { margin: 0; }
    details > figure { border: 0; padding: .75rem 0 0; margin: 0; }
    section > details { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: .7rem 1.15rem; margin-bottom: 1rem; }
    summary { cursor: pointer; color: var(--accent); font-size: .9rem; }
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
    td.best { background: var(--good); }
    .sign { margin-left: .15em; }
    td.best .sign { color: var(--s2); }
    .swatch { width: 30px; height: 14px; vertical-align: -2px; overflow: visible; }

    .heat { border-spacing: 2px; font-size: .85rem; }
    .heat th, .heat td { border: 0; padding: .4rem .3rem; text-align: center; vertical-align: middle; }
    .heat thead th { font-size: .78rem; max-width: 5rem; vertical-align: bottom; overflow-wrap: break-word; }
    .heat tbody th { font-size: .84rem; padding-left: 0; text-align: left; min-width: 6.25rem; }
    .heat td[style] { background: rgba(var(--heat), var(--shade)); border-radius: 5px; min-width: 3.6rem; }
    .heat td.learned { outline: 2px solid var(--ink); outline-offset: -2px; font-weight: 650; }
    .heat td.lost .sign { font-weight: 700; }
    .ramp { display: inline-block; width: 7rem; height: .8em; vertical-align: -.05em; border-radius: 3px; border: 1px solid var(--line); background: linear-gradient(to right, rgba(var(--heat), 0), rgba(var(--heat), 1)); }

    .chart > svg { display: block; width: 100%; height: auto; max-width: 28rem; margin: .35rem 0 .5rem; overflow: visible; }
    svg text { font: 12.5px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
    .tick, .axis-title { fill: var(--muted); }
    text.name { fill: var(--c); font-weight: 600; }
    span.name { white-space: nowrap; }
    .chart path, .swatch path { fill: none; stroke: var(--c); }
    .chart path.rule { stroke: var(--line); }
    .chart path.axis { stroke: var(--strong); }
    .chart path.guide { stroke: var(--strong); stroke-dasharray: 1 3; }
    .chart path.leader { stroke-width: 1; opacity: .6; }
    .chart path.bar { stroke-width: 1.4; opacity: .8; }
    .chart path.band { fill: var(--c); stroke: none; opacity: .15; }
    path.line { stroke-width: 2; stroke-linejoin: round; }
    .chart path.mark, .swatch path.mark { fill: var(--surface); stroke-width: 1.8; }
    .chart path.filled, .swatch path.filled { fill: var(--c); }
    .s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); }
    .s4 { --c: var(--s4); } .s5 { --c: var(--s5); } .s6 { --c: var(--s6); } .s7 { --c: var(--s7); }
    .legend { list-style: none; margin: 0 0 .5rem; padding: 0; font-size: .86rem; }
    footer { color: var(--muted); font-size: .86rem; padding-top: 1.5rem; padding-bottom: 3rem; }

    @media (max-width: 40rem) {
      .top, main, footer { padding-left: 1rem; padding-right: 1rem; }
      .top { padding-top: 1.4rem; }
      h1 { font-size: 1.4rem; }
      figure, .card { padding: .85rem .9rem; }
      th, td { padding: .4rem .5rem; }
      tbody th { min-width: 5.5rem; max-width: 8.5rem; }
      .heat { font-size: .84rem; }
      .heat th, .heat td { padding: .38rem .1rem; }
      .heat tbody th { font-size: .8rem; min-width: 4.6rem; max-width: 6.5rem; }
      .heat td[style] { min-width: 3.2rem; }
    }
    @media print {
      body { background: none; }
      nav { display: none; }
      .card, figure { break-inside: avoid; }
      td, td[style] { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    """
}

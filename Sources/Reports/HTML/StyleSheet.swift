import Markup

/// How a report looks: light and dark, on a telephone and on a desk, on paper.
///
/// Text has a contrast of at least 4.5 to 1 with what is behind it in both themes, the darkest shade of a heat map included.
enum StyleSheet {
  static let text = parts.map(\.description).joined(separator: "\n")
  static let html = HTML.literal(parts)

  private static let parts = [PageStyle.colors, PageStyle.elements, blocks, PageStyle.tables, drawings]

  /// What stands above and beside the tables.
  private static let blocks: StaticString = """
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
    """

  /// Cells that stand out, charts, and what changes on a telephone and on paper.
  private static let drawings: StaticString = """
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

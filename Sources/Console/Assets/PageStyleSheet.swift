import Markup

/// How the page looks, as it is served at ``PagePath/styleSheet``: light and dark, on a telephone and on a desk, on paper.
enum PageStyleSheet {
  static let text = [
    PageStyle.colors, colors, PageStyle.elements, PageStyle.tables, frame, blocks, controls, desk, drawings, sizes,
  ].map(\.description).joined(separator: "\n")

  /// What the page's states need beside the colours that all our pages have.
  static let colors: StaticString = """
    :root { --bad: #fbe6e3; --bad-line: #b3261e; --stop: #a3231b; --wait: #7d5a00; --done: #1b6a40; --press: #164a82; --quiet: #eef1f4; }
    @media (prefers-color-scheme: dark) {
      :root { --bad: #3d1b18; --bad-line: #e5847b; --stop: #f0a098; --wait: #dfbc5c; --done: #7fd1a3; --press: #a9cffa; --quiet: #222830; }
    }
    """

  /// What stands around each view.
  private static let frame: StaticString = """
    [hidden] { display: none; }
    body { min-width: 0; }
    .skip { position: absolute; left: -100rem; }
    .skip:focus { left: 1rem; top: .5rem; padding: .4rem .8rem; background: var(--surface); border-radius: 4px; z-index: 5; }
    .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; padding-top: .6rem; padding-bottom: .6rem; border-bottom: 1px solid var(--line); }
    .brand { margin: 0; font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; color: var(--muted); }
    nav[popover]:popover-open { position: fixed; inset: 3.2rem .75rem auto auto; margin: 0; padding: .75rem 1rem 1rem; width: min(16rem, calc(100vw - 1.5rem)); max-height: calc(100vh - 4rem); overflow-y: auto; color: var(--ink); background: var(--surface); border: 1px solid var(--strong); border-radius: 10px; box-shadow: 0 8px 30px var(--shadow); }
    nav .group { margin: .9rem 0 .2rem; font-size: .76rem; font-weight: 600; color: var(--muted); }
    nav .group:first-child { margin-top: 0; }
    nav ul { margin: 0; padding: 0; list-style: none; }
    nav a { display: block; min-height: 28px; padding: .18rem .6rem; margin: 0 -.6rem; border-radius: 6px; color: var(--ink); text-decoration: none; }
    nav a:hover { background: var(--quiet); }
    nav a[aria-current] { background: var(--quiet); font-weight: 600; box-shadow: inset 3px 0 0 var(--accent); }
    nav .who { margin: 1.1rem 0 .4rem; font-size: .85rem; color: var(--muted); }
    nav form { margin-top: .75rem; }
    main { padding-top: 1.25rem; padding-bottom: 3rem; min-width: 0; }
    main:focus, #answer:focus { outline: none; }
    @media (min-width: 62rem) {
      body:not(.plain) { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr); align-items: start; }
      body:not(.plain) .top { position: sticky; top: 0; display: block; height: 100vh; overflow-y: auto; margin: 0; padding: 1.25rem 1.25rem; border: 0; border-right: 1px solid var(--line); }
      .menu { display: none; }
      nav[popover], nav[popover]:not(:popover-open) { display: block; position: static; margin: 1rem 0 0; padding: 0; border: 0; background: none; color: inherit; width: auto; overflow: visible; }
      main { margin: 0; padding-left: 2rem; padding-right: 2rem; max-width: 84rem; }
      body.plain main { margin: 0 auto; }
    }
    """

  /// Parts of views.
  private static let blocks: StaticString = """
    section { margin: 1.25rem 0 0; padding: 1rem 1.15rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; min-width: 0; }
    section section { margin: 1.25rem 0 0; padding: 1rem 0 0; border: 0; border-top: 1px solid var(--line); border-radius: 0; }
    section > :last-child { margin-bottom: 0; }
    /* What only screen readers see is cut off with the rest. */
    .scroll, .graph { position: relative; }
    h1 { font-size: 1.6rem; margin-bottom: .6rem; }
    h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
    h3 { margin-top: 1rem; }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 0 2rem; margin: 0; font-size: .95rem; }
    .facts div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: .35rem 0; border-bottom: 1px solid var(--line); min-width: 0; }
    .facts + p { margin: .75rem 0 0; }
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); gap: .75rem; margin: 1rem 0 0; }
    .figures div { padding: .8rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; min-width: 0; }
    .figures dt { font-size: .86rem; }
    .figures dd { font-size: 1.55rem; font-weight: 600; line-height: 1.2; letter-spacing: -.01em; }
    .figures dd small { display: block; margin-top: .15rem; font-size: .8rem; font-weight: 400; line-height: 1.35; letter-spacing: 0; }
    dt, small, .help { color: var(--muted); }
    dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
    .warning, .notice, .banner { border-radius: 4px; padding: .6rem .9rem; border-left: 4px solid; }
    .warning { background: var(--warn); border-color: var(--warn-line); }
    .notice { background: var(--good); border-color: var(--s2); }
    .banner { background: var(--bad); border-color: var(--bad-line); font-weight: 600; }
    .alarms { list-style: none; margin: 0; padding: 0; }
    .alarms li { display: flex; flex-wrap: wrap; gap: .2rem .8rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
    .alarms li:last-child { border: 0; }
    .refresh { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; margin: 0; font-size: .9rem; min-height: 2rem; }
    #live-status { color: var(--muted); }
    .state { white-space: nowrap; font-weight: 600; font-size: .9em; }
    .state .quoted { white-space: nowrap; }
    .sign { display: inline-block; width: 1.1em; }
    .is-good { color: var(--done); } .is-waiting { color: var(--wait); } .is-bad { color: var(--stop); } .is-idle { color: var(--muted); font-weight: 400; }
    .quoted { white-space: pre-wrap; overflow-wrap: anywhere; }
    th .quoted, td .quoted { overflow-wrap: break-word; }
    .words small code { font-size: 1em; white-space: nowrap; }
    .mark { font: .8em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; border: 1px solid currentColor; border-radius: 3px; padding: 0 .2em; margin: 0 .1em; }
    .text { max-height: 20rem; overflow-y: auto; padding: .5rem .6rem; background: var(--page); border: 1px solid var(--line); border-radius: 6px; }
    .text + .facts { margin-top: .75rem; }
    .bars { list-style: none; margin: 0; padding: 0; max-width: 40rem; }
    .bars li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; padding: .3rem 0; }
    .bar { grid-column: 1 / -1; display: block; width: 100%; height: .5rem; }
    .bar .all { fill: var(--line); }
    .bar .share { fill: var(--accent); }
    .samples { margin: .5rem 0 0; padding: 0; list-style: none; }
    .samples li { padding: .5rem .7rem; margin: 0 0 .4rem; background: var(--page); border-radius: 6px; max-height: 9rem; overflow-y: auto; }
    .steps { list-style: none; margin: 0 0 .6rem; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem; font-size: .82rem; }
    .steps li { padding: .15rem .55rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--muted); }
    .steps li[aria-current] { color: var(--surface); background: var(--accent); border-color: var(--accent); font-weight: 600; }
    td code { white-space: nowrap; }
    .secret { display: block; padding: .6rem .8rem; background: var(--page); border: 1px dashed var(--strong); border-radius: 6px; user-select: all; }
    .pages { display: flex; gap: 1rem; margin: .75rem 0 0; }
    """

  /// What a person presses and types in.
  private static let controls: StaticString = """
    form { margin: 0; }
    label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
    input, select, textarea, button { font: inherit; color: inherit; max-width: 100%; }
    textarea, select, input[type=password], input[type=text], input[type=number] {
      display: block; width: 100%; min-height: 2.4rem; padding: .45rem .6rem; background: var(--page); border: 1px solid var(--strong); border-radius: 6px;
    }
    input[type=password], input[type=text] { max-width: 32rem; }
    input[type=number] { max-width: 10rem; }
    input[type=checkbox], input[type=radio] { width: 1.1rem; height: 1.1rem; margin: 0 .5rem 0 0; vertical-align: -.15rem; accent-color: var(--accent); }
    .help { margin-top: .35rem; font-size: .9rem; }
    textarea { resize: vertical; }
    select { width: auto; min-width: 8rem; }
    button { margin-top: .75rem; min-height: 2.2rem; padding: .35rem 1rem; color: var(--surface); background: var(--accent); border: 1px solid var(--accent); border-radius: 6px; cursor: pointer; }
    button:hover { background: var(--press); border-color: var(--press); }
    button:disabled { cursor: default; opacity: .5; }
    button.grave { background: var(--stop); border-color: var(--stop); }
    button.quiet, .refresh button, .actions button { margin: 0; min-height: 1.9rem; padding: .15rem .7rem; color: var(--accent); background: none; border-color: var(--strong); }
    button.quiet:hover, .refresh button:hover, .actions button:hover { background: var(--quiet); }
    fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
    legend { padding: 0; font-weight: 600; margin-bottom: .4rem; }
    summary { cursor: pointer; min-height: 1.8rem; padding: .15rem 0; color: var(--accent); }
    details { margin: .5rem 0 0; }
    .actions { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; }
    .actions form { display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center; }
    .actions label { margin: 0; font-weight: 400; position: relative; min-height: 24px; }
    .actions button { position: relative; }
    .filter { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: end; }
    .filter + .scroll { margin-top: 1rem; }
    .filter label { margin: 0 0 .2rem; font-size: .86rem; }
    .filter button { margin: 0; }
    .row { display: flex; flex-wrap: wrap; gap: 0 1.25rem; align-items: end; }
    .switch, .choices-list label { font-weight: 400; min-height: 1.6rem; }
    """

  /// Where items are reviewed: text and labels keep their places, whatever the length of a text.
  private static let desk: StaticString = """
    .desk { max-width: none; padding-top: .6rem; padding-bottom: 1rem; }
    .desk-bar { display: flex; align-items: center; gap: .25rem 1rem; min-height: 2.4rem; }
    .day { display: flex; flex-wrap: wrap; gap: 0 1rem; color: var(--muted); font-size: .92rem; }
    .day b { color: var(--ink); }
    #said { flex: 1; margin: 0; font-size: .92rem; text-align: right; min-width: 0; color: var(--done); }
    #failed { margin: 0; }
    #failed:not(:empty) { margin: .4rem 0; padding: .6rem .9rem; background: var(--bad); border-left: 4px solid var(--bad-line); border-radius: 4px; }
    .desk-columns { display: grid; gap: 0 1.5rem; }
    .desk-bar, .desk-columns { max-width: 78rem; }
    .hint { margin-left: .5rem; font-size: .75rem; min-width: 1.3rem; padding: .15rem .3rem; font-weight: 500; }
    .choice .hint { margin: 0; font-size: .85rem; min-width: 1.6rem; padding: .28rem .4rem; font-weight: 600; }
    .drawer-box .hint { margin: 0 .6rem 0 0; }
    .paper { margin: .4rem 0 0; padding: .9rem 1.25rem 1rem; }
    .paper.empty { padding: 3rem 1.5rem; text-align: center; }
    .paper-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin-bottom: .5rem; }
    .paper-head h2 { margin: 0; font-size: 1rem; }
    .item-id { color: var(--muted); font-size: .85rem; min-width: 0; }
    .lease { margin-left: auto; color: var(--muted); font-size: .85rem; }
    .lease.ends { color: var(--stop); font-weight: 600; }
    .reading { font-size: 1.3rem; line-height: 1.6; max-width: 46rem; overflow-y: auto; overscroll-behavior: contain; border-radius: 4px; }
    .reading.blurred .quoted { filter: blur(.45em); user-select: none; }
    .reading.blurred::after { content: "Blurred. Press r, or this text, to read it."; display: block; color: var(--muted); font-size: .95rem; }
    .suggestion { margin: .75rem 0 0; min-height: 1.6rem; color: var(--muted); }
    .suggestion b { color: var(--ink); }
    .opinions { margin: .25rem 0 0; padding-left: 1.2rem; }
    .choices fieldset { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: .6rem; margin-top: .6rem; }
    .choice { display: flex; align-items: center; gap: .8rem; margin: 0; min-height: 3.6rem; padding: .5rem 1rem; text-align: left; color: var(--ink); background: var(--quiet); border: 1px solid var(--strong); border-radius: 10px; font-size: 1.1rem; font-weight: 600; }
    .choice:hover { background: var(--quiet); border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
    .choice.sent { background: var(--accent); color: var(--surface); border-color: var(--accent); }
    .choice.sent small { color: inherit; }
    .choice small { display: block; font-size: .85rem; font-weight: 400; line-height: 1.35; }
    kbd { font: 600 .85rem/1 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; min-width: 1.6rem; padding: .28rem .4rem; text-align: center; color: var(--ink); background: var(--surface); border: 1px solid var(--strong); border-bottom-width: 2px; border-radius: 5px; }
    .desk-others { display: flex; gap: .75rem; margin-top: .75rem; position: relative; }
    .drawer { margin: 0; }
    .drawer > summary { list-style: none; min-height: 1.9rem; padding: .15rem .8rem; border: 1px solid var(--strong); border-radius: 6px; }
    .drawer > summary::-webkit-details-marker { display: none; }
    .drawer-box { position: absolute; bottom: 2.4rem; left: 0; z-index: 3; width: min(24rem, 100%); padding: .8rem 1rem 1rem; background: var(--surface); border: 1px solid var(--strong); border-radius: 10px; box-shadow: 0 8px 30px var(--shadow); }
    .drawer-box fieldset { display: grid; gap: .4rem; }
    .drawer-box button.quiet { text-align: left; min-height: 2.2rem; }
    .desk-side { min-width: 0; margin-top: .4rem; }
    .guide { max-height: 55vh; overflow-y: auto; padding: .25rem .25rem .25rem 0; line-height: 1.5; }
    .keys { margin: .25rem 0; font-size: .9rem; }
    .keys div { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 0 .75rem; padding: .2rem 0; border-bottom: 1px solid var(--line); }
    .keys dd { display: flex; align-items: center; gap: .5rem; }
    @media (min-width: 75rem) {
      .desk-columns { grid-template-columns: minmax(0, 1fr) 20rem; align-items: start; }
      .desk-side { position: sticky; top: .6rem; }
    }
    @media (min-height: 40rem) {
      .paper:not(.empty) { display: flex; flex-direction: column; height: min(calc(100vh - 5.2rem), 46rem); min-height: 32rem; }
      .reading { flex: 1; }
    }
    """

  /// Curves and graphs.
  private static let drawings: StaticString = """
    figure { margin: 1rem 0 0; min-width: 0; }
    figcaption { color: var(--muted); font-size: .9rem; }
    .drawing { display: block; width: 100%; height: auto; min-width: 22rem; max-width: 36rem; }
    .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .35rem 0; padding: 0; list-style: none; font-size: .9rem; }
    .legend .swatch { display: inline-block; min-width: 0; width: 30px; height: 8px; vertical-align: middle; }
    .drawing text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--muted); font-variant-numeric: tabular-nums; }
    .drawing text.name { fill: var(--c, var(--ink)); font-weight: 600; }
    .drawing path { fill: none; stroke: var(--c, var(--strong)); stroke-width: 1.8; stroke-linejoin: round; }
    .drawing path.rule { stroke: var(--line); stroke-width: 1; }
    .drawing path.axis { stroke: var(--strong); stroke-width: 1; }
    .drawing path.bound { stroke: var(--stop); stroke-width: 1.2; stroke-dasharray: 6 4; }
    .drawing path.band { fill: var(--c); stroke: none; opacity: .16; }
    .drawing rect.node { fill: var(--page); stroke: var(--strong); }
    .drawing rect.node.now { stroke: var(--accent); stroke-width: 2.2; }
    .drawing text.node-name { fill: var(--ink); font-weight: 600; }
    .graph { overflow-x: auto; }
    section > .graph .drawing { width: auto; min-width: 0; max-width: none; }
    .s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); }
    .s4 { --c: var(--s4); } .s5 { --c: var(--s5); } .s6 { --c: var(--s6); } .s7 { --c: var(--s7); }
    """

  /// What changes on a telephone, on paper, and for those who asked for it.
  private static let sizes: StaticString = """
    @media (max-width: 40rem) {
      .top, main { padding-left: 1rem; padding-right: 1rem; }
      section { padding: .85rem .9rem; }
      h1 { font-size: 1.35rem; }
      th, td { padding: .4rem .35rem; }
      tbody th { min-width: 5.5rem; max-width: 10rem; }
      .words td { min-width: 4rem; }
      .figures { grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5rem), 1fr)); }
      .figures dd { font-size: 1.3rem; }
      .desk-bar { flex-wrap: wrap; }
      #said { order: 3; flex-basis: 100%; text-align: left; min-height: 1.5rem; }
      .paper { padding: .8rem .9rem; }
      .paper:not(.empty) { height: auto; min-height: 0; }
      .reading { font-size: 1.15rem; min-height: 8rem; max-height: 45vh; }
      .choice { min-height: 3.2rem; }
    }
    @media print {
      body { background: none; display: block; }
      nav, .menu, .skip, form, .refresh { display: none; }
      body:not(.plain) .top { position: static; height: auto; border: 0; }
      section, .figures div { break-inside: avoid; border-color: #999; }
      .scroll { overflow: visible; }
    }
    @media (forced-colors: active) {
      .bar .share { fill: CanvasText; }
      .drawing path { stroke: CanvasText; }
      nav a[aria-current] { outline: 2px solid Highlight; }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } * { transition: none; animation: none; } }
    """
}

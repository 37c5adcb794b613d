import Markup

/// How the page looks, as it is served at ``PagePath/styleSheet``.
enum PageStyleSheet {
  static let text = [PageStyle.colors, PageStyle.elements, PageStyle.tables, own].map(\.description)
    .joined(separator: "\n")

  private static let own: StaticString = """
    [hidden] { display: none; }
    body { min-width: 0; }
    .skip { position: absolute; left: -100rem; }
    .skip:focus { left: 1rem; top: .5rem; padding: .4rem .8rem; background: var(--surface); border-radius: 4px; z-index: 2; }
    .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .top { padding-top: 1.25rem; }
    .brand { margin: 0 0 .4rem; font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; color: var(--muted); }
    nav { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; padding: .6rem 0; border-block: 1px solid var(--line); }
    nav ul { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; margin: 0; padding: 0; list-style: none; }
    nav form { margin-left: auto; }
    nav a[aria-current] { color: var(--ink); font-weight: 600; }
    main { padding-top: 1.5rem; padding-bottom: 3rem; }
    main:focus, #answer:focus { outline: none; }
    section { margin: 1.5rem 0 0; padding: 1rem 1.15rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; min-width: 0; }
    section section { margin: 1.25rem 0 0; padding: 1rem 0 0; border: 0; border-top: 1px solid var(--line); border-radius: 0; }
    h1 { margin-bottom: .75rem; }
    h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
    h3 { margin-top: 1rem; }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 0 2rem; margin: 0; font-size: .95rem; }
    .facts div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: .35rem 0; border-bottom: 1px solid var(--line); min-width: 0; }
    .facts + p { margin: .75rem 0 0; }
    dt, small, .help { color: var(--muted); }
    dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
    .warning, .notice { border-radius: 4px; padding: .6rem .9rem; border-left: 4px solid; }
    .warning { background: var(--warn); border-color: var(--warn-line); }
    .notice { background: var(--good); border-color: var(--s2); }
    .refresh { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; margin: 0; }
    #live-status { color: var(--muted); font-size: .9rem; }
    form { margin: 0; }
    label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
    input, select, textarea, button { font: inherit; color: inherit; max-width: 100%; }
    textarea, select, input[type=password] {
      display: block; width: 100%; padding: .5rem .6rem; background: var(--page); border: 1px solid var(--strong); border-radius: 6px;
    }
    input[type=password] { max-width: 32rem; }
    .help { margin-top: .35rem; }
    textarea { resize: vertical; }
    select { width: auto; }
    button { margin-top: .75rem; padding: .4rem 1rem; color: var(--surface); background: var(--accent); border: 1px solid var(--accent); border-radius: 6px; cursor: pointer; }
    button.quiet, .refresh button, .actions button { margin: 0; padding: .2rem .7rem; color: var(--accent); background: none; }
    .actions { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; }
    .actions form { display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center; }
    .actions label { margin: 0; font-weight: 400; position: relative; }
    .actions button { position: relative; }
    .quoted { white-space: pre-wrap; overflow-wrap: anywhere; }
    th .quoted, td .quoted { overflow-wrap: break-word; }
    .words small code { font-size: 1em; white-space: nowrap; }
    .mark { font: .8em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; border: 1px solid currentColor; border-radius: 3px; padding: 0 .2em; margin: 0 .1em; }
    .text { max-height: 20rem; overflow-y: auto; padding: .5rem .6rem; background: var(--page); border: 1px solid var(--line); border-radius: 6px; }
    .bars { list-style: none; margin: 0; padding: 0; max-width: 40rem; }
    .bars li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; padding: .3rem 0; }
    .bar { grid-column: 1 / -1; display: block; width: 100%; height: .5rem; }
    .bar .all { fill: var(--line); }
    .bar .share { fill: var(--accent); }
    @media (max-width: 40rem) {
      .top, main { padding-left: 1rem; padding-right: 1rem; }
      section { padding: .85rem .9rem; }
      h1 { font-size: 1.4rem; }
      th, td { padding: .4rem .35rem; }
      tbody th { min-width: 5.5rem; max-width: 10rem; }
      .words td { min-width: 4rem; }
      nav form { margin-left: 0; }
    }
    @media (forced-colors: active) { .bar .share { fill: CanvasText; } }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } * { transition: none; animation: none; } }
    """
}

import Files
import Markup

/// A gate that a version or a release has to pass.
public struct PageGate: Sendable, Equatable {
  /// What came out.
  public enum Verdict: String, Sendable {
    case passed
    case failed
    /// There are not enough rows to tell.
    case underpowered
    /// It was not passed, and two people let it go on.
    case overridden
    /// It has not run yet.
    case open
  }

  /// `G3`.
  public var id: String
  /// What it asks.
  public var question: String
  /// What came out.
  public var verdict: Verdict
  /// What was measured, such as `+0.4 points`; empty: nothing.
  public var statistic: String = ""
  /// The bound that counts; empty: it has none.
  public var bound: String = ""
  /// What the bound must not pass; empty: it has none.
  public var margin: String = ""
  /// From how many rows; `nil`: it asks none.
  public var rows: Int? = nil
  /// Why, or what it would take; empty: nothing is to be said.
  public var note: String = ""

  /// A gate that a version or a release has to pass.
  ///
  /// - Parameters:
  ///   - id: `G3`.
  ///   - question: What it asks.
  ///   - verdict: What came out.
  ///   - statistic: What was measured, such as `+0.4 points`; empty: nothing.
  ///   - bound: The bound that counts; empty: it has none.
  ///   - margin: What the bound must not pass; empty: it has none.
  ///   - rows: From how many rows; `nil`: it asks none.
  ///   - note: Why, or what it would take; empty: nothing is to be said.
  public init(
    id: String, question: String, verdict: Verdict, statistic: String = "", bound: String = "", margin: String = "",
    rows: Int? = nil, note: String = ""
  ) {
    self.id = id
    self.question = question
    self.verdict = verdict
    self.statistic = statistic
    self.bound = bound
    self.margin = margin
    self.rows = rows
    self.note = note
  }

  private var state: PageState {
    switch verdict {
    case .passed: PageState(.good, "passed")
    case .failed: PageState(.bad, "failed")
    case .underpowered: PageState(.waiting, "underpowered")
    case .overridden: PageState(.bad, "overridden")
    case .open: PageState(.idle, "open")
    }
  }

  /// Gates as a table.
  ///
  /// - Parameters:
  ///   - gates: In their order.
  ///   - label: What a screen reader calls the table.
  static func table(_ gates: [PageGate], _ label: String) -> HTML {
    guard !gates.isEmpty else { return HTML("p", [:], .text("No gate has run yet.")) }
    return .table(
      label, columns: ["Gate", "Verdict", "Measured", "95 % bound", "Margin", "Rows"],
      rows: gates.map { gate in
        [
          HTML.text(gate.id.printable) + HTML("small", [:], .quoted(gate.question)),
          gate.state.html + (gate.note.isEmpty ? .none : HTML("small", [:], .quoted(gate.note))),
          text(gate.statistic), text(gate.bound), text(gate.margin), .text(gate.rows.map { PageText.count($0) } ?? "–"),
        ]
      }, isText: true)
  }

  private static func text(_ text: String) -> HTML { text.isEmpty ? .text("–") : .quoted(text) }
}

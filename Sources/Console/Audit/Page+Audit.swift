import Files
public import Foundation
import Markup

extension Page {
  /// The audit.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func audit(_ content: AuditContent, notice: PageNotice? = nil) -> Data {
    document(
      "Audit", at: PagePath.audit, notice: notice,
      Self.section(
        "Chains", id: "chains", Self.chains(content.chains),
        form(PagePath.verify, HTML("button", [:], .text("Verify")))),
      Self.section("Entries", id: "entries", Self.entries(content)))
  }

  private static func chains(_ chains: [AuditContent.Chain]) -> HTML {
    .table(
      "Table of chains", columns: ["Chain", "Verified", "Entries", "Head"],
      rows: chains.map { chain in
        [
          .quoted(chain.name), verified(chain.verification), .text(PageText.count(chain.entries)),
          PageText.digest(chain.head),
        ]
      }, isText: true)
  }

  private static func verified(_ verification: AuditContent.Verification?) -> HTML {
    guard let verification else { return PageState(.idle, "not yet").html }
    let state = verification.broken.map { PageState(.bad, "broken at entry \($0)") } ?? PageState(.good, "whole")
    return state.html + HTML("small", [:], PageText.moment(verification.at))
  }

  private static func entries(_ content: AuditContent) -> HTML {
    guard !content.entries.isEmpty else { return paragraph("None.") }
    let table = HTML.table(
      "Table of entries", columns: ["Entry", "When", "Who", "What", "To what", "Digest"],
      rows: content.entries.map { entry in
        [
          HTML.text(PageText.count(entry.number)) + HTML("small", [:], .quoted(entry.chain)), PageText.moment(entry.at),
          .quoted(entry.who), .quoted(entry.what), entry.subject.isEmpty ? .text("–") : .quoted(entry.subject),
          PageText.digest(entry.digest),
        ]
      }, isText: true)
    guard let next = content.next else { return table }
    let address = PagePath.address(PagePath.audit, [("before", next)])
    return table + HTML("p", ["class": "pages"], HTML("a", ["href": address], .text("Older entries")))
  }
}

import Files
public import Foundation
import Markup

extension Page {
  /// What was certified, and what came true of it.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func certificates(_ content: CertificatesContent, notice: PageNotice? = nil) -> Data {
    document(
      "Certificates", at: PagePath.certificates, notice: notice,
      Self.refreshing(PagePath.certificates, topics: ["sides"]),
      Self.section("Certificates", id: "list", Self.live("list", Self.table(of: content.certificates))),
      Self.section(
        "Realised against certified", id: "realised",
        Self.live("curves", content.curves.enumerated().map { $1.html(id: "curve-\($0)") }.joined),
        Self.live("weeks", Self.weeks(content.weeks))),
      issue(content.candidates), revoke(content.certificates))
  }

  private static func table(of certificates: [CertificatesContent.Certificate]) -> HTML {
    guard !certificates.isEmpty else {
      return paragraph("None: every item goes to people. `accrete review plan` says how many labels one takes.")
    }
    return .table(
      "Table of certificates",
      columns: [
        "Side", "State", "Error at most", "Shown", "Threshold", "Rows", "Wrong", "Agreement", "Ends", "Digest",
      ],
      rows: certificates.map { one in
        [
          HTML.quoted(one.task) + HTML("small", [:], .quoted(one.side)), state(of: one).html,
          PageText.number(Format.percent(one.alpha), detail: "at \(Format.percent(1 - one.delta)) confidence"),
          .text(Format.percent(one.upper)), .text(PageText.probability(one.tau)), .text(PageText.count(one.rows)),
          .text(PageText.count(one.wrong)), .text(one.agreement.map { Format.percent($0) } ?? "–"),
          .text(PageText.left(days: one.daysLeft)), PageText.digest(one.digest),
        ]
      }, isText: true)
  }

  private static func state(of one: CertificatesContent.Certificate) -> PageState {
    if one.isFromFile { return PageState(.waiting, "not for production") }
    if one.daysLeft <= 0 { return PageState(.idle, "over") }
    return one.isInUse ? PageState(.good, "in use") : PageState(.idle, "kept")
  }

  private static func weeks(_ weeks: [CertificatesContent.Week]) -> HTML {
    guard !weeks.isEmpty else { return paragraph("No week is over yet.") }
    return .table(
      "Table of weeks",
      columns: [
        "Side", "Week of", "Items", "Decided without a person", "Certified", "Realised", "Prevalence", "Saved",
      ],
      rows: weeks.map { week in
        [
          HTML.quoted(week.task) + HTML("small", [:], week.side.map { .quoted($0) } ?? .text("both sides"))
            + (week.isOracle ? HTML("small", [:], .text("oracle (test-tuned, not attainable)")) : .none),
          .text(String(week.from.formatted(.iso8601).prefix(10))), .text(PageText.count(week.items)),
          .text(Format.percent(week.stripped)), .text(week.alpha.map { "≥ " + Format.percent(1 - $0) } ?? "–"),
          realised(week), .text(week.prevalence.map { Format.percent($0) } ?? "–"), .text(PageText.count(week.saved)),
        ]
      })
  }

  /// The precision that came true, and whether it is below what was certified.
  private static func realised(_ week: CertificatesContent.Week) -> HTML {
    guard let realised = week.realised else { return .text("no rows") }
    let isBelow = week.alpha.flatMap { alpha in realised.high.map { $0 < 1 - alpha } } ?? false
    return PageText.estimate(realised) + (isBelow ? PageState(.bad, "below").html : .none)
  }

  private func issue(_ candidates: [CertificatesContent.Candidate]) -> HTML {
    guard viewer.rights.contains(.lead), !candidates.isEmpty else { return .none }
    return Self.section(
      "Issue", id: "issue",
      HTML.table(
        "Table of sides without a certificate", columns: ["Side", "Rows at hand", "Needed at least", "Action"],
        rows: candidates.map { side in
          [
            HTML.quoted(side.task) + HTML("small", [:], .quoted(side.side)), .text(PageText.count(side.rows)),
            .text(PageText.count(side.needed)),
            side.rows < side.needed
              ? .text("not yet")
              : HTML(
                "div", ["class": "actions"],
                form(
                  PagePath.issue, Self.hidden("task", PagePath.value(side.task)),
                  Self.hidden("side", PagePath.value(side.side)),
                  HTML("button", [:], .text("Issue"), Self.unseen("for \(side.task.printable), \(side.side.printable)"))
                )),
          ]
        }, isText: true))
  }

  private func revoke(_ certificates: [CertificatesContent.Certificate]) -> HTML {
    let inUse = certificates.filter(\.isInUse)
    guard viewer.rights.contains(.lead), !inUse.isEmpty else { return .none }
    return Self.section(
      "Revoke", id: "revoke",
      Self.folded(
        "Revoke a certificate", Self.paragraph("Its side stops at once: all its items go to people."),
        form(
          PagePath.revoke,
          Self.select(
            "Certificate", id: "revoke-digest", name: "digest",
            inUse.map { ($0.digest.description, "\($0.task), \($0.side): \(PageText.short($0.digest))") }),
          Self.reason(id: "revoke-reason"), Self.confirmation("revoke", id: "revoke-confirm"),
          HTML("button", ["class": "grave"], .text("Revoke")))))
  }
}

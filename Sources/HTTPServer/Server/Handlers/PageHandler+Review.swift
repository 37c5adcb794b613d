import Console
import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// The view for reviewing. Whoever has a script gets JSON and asks for the next item by itself; others go on by redirects.
extension PageHandler {
  /// Takes the next item, and leads to it: reading the address again shows the same one.
  func review(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .review) { visitor in
      let reviews = try reviews
      if let item = try await reviews.take(for: visitor.visit.subject) {
        return Self.redirect(Self.address(of: item, Self.notice(scope)))
      }
      return try await shown(nil, visitor, scope)
    }
  }

  /// The next item as a page, for the script.
  func nextReview(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .review) { visitor in
      try await shown(try await reviews.take(for: visitor.visit.subject), visitor, scope)
    }
  }

  /// An item that the person has taken.
  func reviewItem(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .review) { try await shown(scope.values["id"], $0, scope) }
  }

  private func shown(_ item: String?, _ visitor: PageVisitor, _ scope: RequestScope) async throws -> Response {
    guard let content = try await reviews.content(of: item, for: visitor.visit.subject) else {
      return Self.redirect(PageNotice.leaseOver.location(PagePath.review))
    }
    return Self.html(page(for: visitor).review(content, notice: Self.notice(scope)))
  }

  func vote(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .review) { fields, visitor in
      guard let item = scope.values["id"], let vote = PageVote(fields) else {
        throw APIError(
          .invalidValue, "The form says neither a label nor a reason. Go back, and choose one.", param: "label")
      }
      return Self.answer(try await reviews.vote(vote, on: item, by: visitor.visit.subject), scope)
    }
  }

  func undo(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .review) { _, visitor in
      Self.answer(try await reviews.undo(by: visitor.visit.subject), scope)
    }
  }

  func renewLease(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .review) { _, visitor in
      guard let item = scope.values["id"],
        let seconds = try await reviews.renew(item, by: visitor.visit.subject)
      else { throw APIError(.aliasMoved, PageNotice.leaseOver.text) }
      let left = JSONTree.integer(Int(saturating: max(seconds, 0)))
      return Response(json: Data(JSONTree.object(["seconds": left]).json), headers: PageHeaders.all)
    }
  }

  private var reviews: any ReviewSource {
    get throws {
      guard let reviews = core.reviews else {
        throw APIError(
          .routeNotFound, "Nothing is reviewed here: no task has a policy.")
      }
      return reviews
    }
  }

  private static func answer(_ outcome: ReviewOutcome, _ scope: RequestScope) -> Response {
    guard !scope.isOfBrowser else {
      return redirect(outcome.item.map { address(of: $0, outcome.notice) } ?? outcome.notice.location(PagePath.review))
    }
    let progress = outcome.progress
    let told = JSONTree.object([
      "notice": .text(outcome.notice.rawValue), "text": .text(outcome.notice.text),
      "good": .boolean(outcome.notice.isGood), "today": .integer(progress.today), "waiting": .integer(progress.waiting),
      "undoable": .integer(progress.undoable), "item": .orNull(outcome.item.map { .text(PagePath.review($0)) }),
    ])
    return Response(json: Data(told.json), headers: PageHeaders.all)
  }

  private static func address(of item: String, _ notice: PageNotice?) -> String {
    notice?.location(PagePath.review(item)) ?? PagePath.review(item)
  }
}

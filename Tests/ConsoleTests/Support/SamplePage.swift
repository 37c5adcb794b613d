import Files
import Foundation

@testable import Console

/// A page with something in every part of it.
enum SamplePage {
  static let now = Date(timeIntervalSince1970: 1_796_000_000)
  static let viewer = PageViewer(csrf: String(repeating: "ab", count: 32), name: "Ada")
  static let page = Page(for: viewer)

  static func digest(_ text: String) -> Digest { Digest(of: Data(text.utf8)) }

  static let data = sample()

  /// - Parameter text: Stands for every text that somebody else decides.
  static func sample(_ text: String? = nil) -> ServingContent {
    var data = ServingContent(
      now: now, release: .init(revision: 12, published: now.addingTimeInterval(-3 * 24 * 3600)),
      models: [
        .init(kind: .base, id: text ?? "tiny", name: text ?? "tiny"), .init(kind: .auto, id: "auto", name: "auto"),
        .init(
          kind: .version, id: text ?? "spam@7", name: text ?? "spam", version: 7, digest: digest("spam"),
          aliases: [text ?? "stable", "newest"], labels: 2),
        .init(kind: .version, id: "abuse@1", name: "abuse", version: 1, digest: digest("abuse"), labels: 3),
      ],
      load: .init(
        requestsPerSecond: 3.25, tokensPerSecond: 412.5, running: 3, waiting: 1, blocks: 1024, freeBlocks: 1000,
        cachedBlocks: 10, blockTokens: 64, prefixQueries: 12_345, prefixHits: 6_789, expertLoads: 4,
        failedExpertLoads: 1, expertEvictions: 2),
      experts: [
        .init(version: digest("spam"), state: "ready", references: 2, bytes: 3_145_728, isPinned: true),
        .init(version: digest("gone"), state: text ?? "draining", references: 1, bytes: 1_048_576, isPinned: false),
      ],
      failures: [
        .init(code: text ?? "queue_full", count: 17, last: now.addingTimeInterval(-60)),
        .init(code: "deadline_exceeded", count: 1, last: now.addingTimeInterval(-3600)),
      ])
    data.unreleased = [
      .init(kind: .version, id: text ?? "spam@8", name: text ?? "spam", version: 8, digest: digest("spam 8"), labels: 2)
    ]
    return data
  }

  /// A text that was tried and answered.
  static func trial(_ text: String? = nil) -> PageTrial {
    PageTrial(
      text: text ?? "I was charged\ntwice.", model: "auto",
      route: .init(
        task: text ?? "spam", nearest: text ?? "spam", confidence: 0.875, distance: 1.125, router: digest("router")),
      answer: .init(
        model: text ?? "spam@7", expert: digest("spam"), text: text ?? "no",
        probabilities: [.init(label: text ?? "no", value: 0.9375), .init(label: "yes", value: 0.0625)],
        droppedTokens: 3),
      failure: text)
  }

  /// Every view, by name.
  static func views(_ text: String? = nil) -> [(name: String, data: Data)] { servingViews(text) + consoleViews(text) }

  /// The view of serving in its states, and those without a session.
  static func servingViews(_ text: String?) -> [(name: String, data: Data)] {
    let data = sample(text)
    let unclaimed = PageTrial(
      text: "?", model: "auto",
      route: .init(task: nil, nearest: text ?? "spam", confidence: 0.5, distance: 9, router: digest("router")))
    return [
      ("serving", page.serving(data)), ("live", page.live(data)),
      ("answer", page.serving(data, trial: trial(text), notice: .pinned)),
      ("unclaimed", page.serving(data, trial: unclaimed, notice: .inUse)), ("login", Page.login()),
      ("refused", Page.login(isRefused: true)), ("problem", Page.problem("Not done", text ?? "Try again.")),
      ("empty", page.serving(ServingContent(now: now))),
    ]
  }
}

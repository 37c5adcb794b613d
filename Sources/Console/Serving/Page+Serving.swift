public import Foundation
import Markup

extension Page {
  /// What is served and how busy it is, with a form to try a text.
  ///
  /// - Parameters:
  ///   - data: What is shown.
  ///   - trial: What became of a text that was tried.
  ///   - notice: What became of an action.
  public func serving(_ data: ServingContent, trial: PageTrial? = nil, notice: PageNotice? = nil) -> Data {
    document(
      "Serving", at: PagePath.serving, notice: notice,
      Self.refreshing(PagePath.serving, from: PagePath.live, topics: ["serving", "release"]),
      parts(data).joined,
      trialSection(data, trial))
  }

  /// The parts of the view that change by themselves, as the script takes them.
  public func live(_ data: ServingContent) -> Data {
    let body = HTML("body", [:], parts(data))
    return Data(
      ("<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Serving</title></head>\n" + body.markup + "</html>\n").utf8)
  }

  private func parts(_ data: ServingContent) -> [HTML] {
    [
      Self.section("Release", id: "release", Self.live("release", Self.release(data))),
      Self.section("Load", id: "load", Self.live("load", Self.load(data))),
      Self.section("Models", id: "models", Self.live("models", Self.models(data))),
      Self.section("Experts in memory", id: "experts", Self.live("experts", experts(data))),
      Self.section("Recent errors", id: "failures", Self.live("failures", Self.failures(data))),
    ]
  }

  private static func load(_ data: ServingContent) -> HTML {
    let load = data.load
    let experts = data.experts.filter { $0.state == "ready" }
    let prefix =
      load.prefixQueries > 0
      ? PageText.number(
        Format.percent(Double(load.prefixHits) / Double(load.prefixQueries)),
        detail: "of \(PageText.count(load.prefixQueries)) tokens") : HTML.text("nothing looked up yet")
    return facts([
      ("Requests a second", requestRate(load)),
      ("Tokens a second", tokenRate(load)),
      ("Requests running", .text(PageText.count(load.running))),
      ("Requests waiting", .text(PageText.count(load.waiting))),
      ("KV cache in use", blocks(load)),
      ("Prefix cache hits", prefix),
      (
        "Experts in memory",
        PageText.number(
          PageText.count(experts.count), detail: Format.bytes(experts.reduce(0) { $0 + Double($1.bytes) }))
      ),
      (
        "Experts loaded",
        PageText.number(
          PageText.count(load.expertLoads),
          detail: "\(PageText.count(load.failedExpertLoads)) failed, \(PageText.count(load.expertEvictions)) evicted")
      ),
    ])
  }

  static func requestRate(_ load: ServingContent.Load) -> HTML {
    PageText.number(Format.decimals(load.requestsPerSecond, 1), detail: "over 10\u{A0}s")
  }

  /// How fast the engine is when it has something to do: it does not fall while nothing comes.
  static func tokenRate(_ load: ServingContent.Load) -> HTML {
    load.tokensPerSecond.map { PageText.number(Format.decimals($0, 1), detail: "while busy") } ?? .text("not known yet")
  }

  private static func blocks(_ load: ServingContent.Load) -> HTML {
    // As floating-point numbers, which cannot overflow.
    let used = max(Double(load.blocks) - Double(load.freeBlocks), 0)
    return PageText.number(
      "\(Format.grouped(Format.decimals(used, 0))) of \(PageText.count(load.blocks)) blocks",
      detail: "\(PageText.count(load.cachedBlocks)) kept for reuse, \(PageText.count(load.blockTokens)) tokens each")
  }

  private static func models(_ data: ServingContent) -> HTML {
    guard !data.models.isEmpty else { return HTML("p", [:], .text("Nothing is served.")) }
    return .table(
      "Table of models", columns: ["Model", "Aliases", "Labels", "State"],
      rows: data.models.map { model in
        [
          HTML.quoted(model.id) + (model.digest.map(PageText.digestBelow) ?? HTML.none), names(model.aliases),
          HTML.text(labels(of: model)), HTML.text(state(of: model, data)),
        ]
      }, isText: true)
  }

  private static func labels(of model: ServingContent.Model) -> String {
    guard model.kind == .version else { return "–" }
    return model.labels > 0 ? PageText.count(model.labels) : "free answers"
  }

  private static func names(_ names: [String]) -> HTML {
    names.isEmpty ? .text("–") : names.map { HTML.quoted($0) + HTML.text(" ") }.joined
  }

  private static func state(of model: ServingContent.Model, _ data: ServingContent) -> String {
    switch model.kind {
    case .base: return "always in memory"
    case .auto: return "the router chooses"
    case .version:
      guard let expert = data.experts.first(where: { $0.version == model.digest }) else { return "not in memory" }
      return (expert.state == "ready" ? "in memory" : expert.state) + (expert.isPinned ? ", pinned" : "")
    }
  }

  private static func failures(_ data: ServingContent) -> HTML {
    guard !data.failures.isEmpty else { return HTML("p", [:], .text("None since the server was started.")) }
    return .table(
      "Table of recent errors", columns: ["Code", "Count", "Last"],
      rows: data.failures.map {
        [HTML.quoted($0.code), HTML.text(PageText.count($0.count)), PageText.moment($0.last)]
      },
      isText: true)
  }
}

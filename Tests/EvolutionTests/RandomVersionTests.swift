import Assurance
import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import Registry
import Serving
import ServingSupport
import Testing
import Torch

@testable import Evolution

/// Does a registry of versions that nobody learned, as measurements have it, take what a learned one takes?
@Suite(.serialized) struct RandomVersionTests {
  private let home: Home

  init() throws { home = try Home() }

  private func version(_ name: String, seed: UInt64, requests: [String]) throws -> VersionRecord {
    let expert = try LowRankExpert(
      LowRankShape(rank: 2, alpha: 4), for: home.base.model.configuration, on: .cpu
    ) { _ in seed }
    let generator = try Generator(seed: seed, on: .cpu)
    for row in expert.pairs {
      for site in row.keys.sorted() { try row[site].map { try generator.fillUniform($0.b, from: -0.05, to: 0.05) } }
    }
    return try RandomVersion.register(
      name, expert: expert.rounded(), requests: requests, on: home.base, in: home.registry)
  }

  /// Before and after a release of another of its versions, whose router has no task yet.
  @Test func aTaskIsLearnedBesideThem() throws {
    let requests = ["Once upon a time", "The sun is"]
    let first = [try version("one", seed: 1, requests: requests), try version("two", seed: 2, requests: requests)]
    let second = try version("one", seed: 3, requests: requests)
    try RandomVersion.release(first, in: home.registry)
    for task in ["weather", "traffic"] {
      let outcome = try home.learn(home.rows(task))
      let gate = try #require(outcome.gates.gates.first { $0.id == "G2" })
      #expect(gate.verdict == .pass && gate.numbers["requests"] ?? 0 >= 4, "\(gate)")
      #expect(outcome.release != nil)
      let promoted = try home.registry.promote(second.reference, reason: nil, actor: "test")
      #expect(try home.registry.currentRelease()?.record.revision == promoted.revision)
      #expect(try home.registry.currentRelease()?.manifest.experts["one"] == second.digest)
    }
  }

  /// A router of versions that are found by name alone has no task, and yet looks as one with tasks would: what is kept of their requests is
  /// as wide.
  @Test(arguments: [(256, nil), (512, nil), (513, 512), (768, 512)])
  func aRouterWithoutTasksIsAsWide(hidden: Int, width: Int?) throws {
    let digest = Digest(of: Data())
    let registry = try Registry.create(
      at: home.url.appendingPathComponent("wide"),
      base: BaseRecord(
        path: "/base", weights: digest, configuration: .object(["hidden_size": .integer(hidden)]), tokenizer: digest),
      actor: "test")
    let release = try registry.composed([:], like: nil, numerics: "none")
    #expect(try registry.router(of: release)?.record.view.width == width)
    #expect(try registry.currentView(hidden: hidden).width == width)
  }

  @Test func aFirstReleaseMayBeOfOneThatIsFoundByName() throws {
    let version = try version("one", seed: 1, requests: ["Once upon a time"])
    _ = try home.registry.promote(version.reference, reason: nil, actor: "test")
    let release = try #require(try home.registry.currentRelease()?.manifest)
    #expect(try home.registry.router(of: release)?.record.tasks.isEmpty == true)
    #expect(try home.learn(home.rows("weather")).release != nil)
    #expect(try home.registry.currentRelease()?.manifest.experts.count == 2)
  }

  /// Without requests it stands beside others only as long as nothing is learned.
  @Test func withoutRequestsNothingIsLearnedBesideIt() throws {
    try RandomVersion.release([version("one", seed: 1, requests: [])], in: home.registry)
    let error = #expect(throws: (any Error).self) { try home.learn(home.rows("weather")) }
    #expect("\(try #require(error))".contains("probe is missing"))
  }
}

import BenchmarkSupport
import Experts
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Serving
import ServingSupport

/// Makes a registry of versions with random experts, named task-0, task-1, …, the first of each released: for measuring a server.
struct RegistryMode {
  private struct Made: Encodable {
    let registry: String
    let versions: Int
    let rank: Int
    let bytes: Int
  }

  /// Few, as each version writes an answer to each: with them a task can be learned beside the versions.
  private static let requests = ["Once upon a time", "What is said of the weather?"]

  private let arguments: CommandWords

  init(_ arguments: CommandWords) { self.arguments = arguments }

  func run() throws {
    let base = try Base(folder: arguments.file("base"), precision: arguments.weights(or: nil))
      .computing(arguments.compute(or: .auto))
    let registry = try Registry.create(
      at: arguments.file("out"), base: BaseRecord(base, path: base.folder.path), actor: "benchmark")
    let rank = try arguments.number("rank", or: 8)
    let shape = try LowRankShape(rank: rank, alpha: 2 * Double(rank))
    let experts = try arguments.number("experts", or: 32)
    // Version by version, so that no seed is used twice.
    let each = try (0..<arguments.number("versions", or: 1)).map { turn in
      try (0..<experts).map { number in
        let expert = try RandomExpert.make(turn * experts + number + 1, shape, on: base.model).rounded()
        return try RandomVersion.register(
          "task-\(number)", expert: expert, requests: Self.requests, on: base, in: registry)
      }
    }
    let versions = each.flatMap { $0 }
    try RandomVersion.release(each.first ?? [], in: registry)
    let bytes = try versions.first.map { try registry.manifest(of: $0).parts.values.reduce(0) { $0 + $1.bytes } }
    try JSONLine.say(Made(registry: registry.url.path, versions: versions.count, rank: rank, bytes: bytes ?? 0))
  }
}

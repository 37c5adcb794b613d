import Files
import Foundation
import Registry

/// Several processes that set one alias, each only if it is as it was seen.
struct Aliases {
  let folder: URL

  init(_ folder: URL) { self.folder = folder }

  private struct Result: Encodable {
    let processes: Int
    let tries: Int
    let successes: Int
    /// Tries before which somebody else was first.
    let moved: Int
    let revision: Int
    let seconds: Double
  }

  func run(processes: Int, count: Int) throws {
    let url = folder.appendingPathComponent("registry")
    guard
      Child.run({
        let registry = try Registry.create(at: url, base: Operations.base, actor: "tester")
        let operations = Operations(seed: 0)
        _ = try operations.register(0, registry)
        _ = try operations.register(5, registry)
        try registry.setAlias("shared", of: "task-0", to: 1, expecting: nil, reason: nil, actor: "tester")
      }) == .exit(0)
    else { fail("create") }
    let begin = Date()
    let children = (0..<processes).map { child in
      Child.start {
        let registry = try Registry.open(url)
        var (successes, moved) = (0, 0)
        for round in 0..<count {
          guard let alias = try registry.alias("shared", of: "task-0") else { throw Wrong("the alias is gone") }
          do {
            try registry.setAlias(
              "shared", of: "task-0", to: 1 + (round + child) % 2, expecting: alias.revision, reason: nil,
              actor: "process-\(child)")
            successes += 1
          } catch RegistryError.moved {
            moved += 1
          }
        }
        try Child.give("\(successes) \(moved)", folder.appendingPathComponent("note-\(child)"))
      }
    }
    for child in children where Child.wait(child) != .exit(0) { fail("a process failed") }
    let seconds = Date().timeIntervalSince(begin)
    let notes = (0..<processes).map {
      Child.take(folder.appendingPathComponent("note-\($0)")).split(separator: " ").compactMap { Int($0) }
    }
    let (successes, moved) = (notes.reduce(0) { $0 + $1[0] }, notes.reduce(0) { $0 + $1[1] })
    let registry = try Registry.open(url)
    let revision = try registry.alias("shared", of: "task-0")?.revision ?? 0
    guard revision == successes + 1 else { fail("revision \(revision) after \(successes) successes") }
    guard successes + moved == processes * count else { fail("\(successes) + \(moved) tries") }
    if let failure = try registry.verify().failures.first { fail("\(failure.what): \(failure.found)") }
    let result = Result(
      processes: processes, tries: processes * count, successes: successes, moved: moved, revision: revision,
      seconds: seconds)
    print(String(decoding: try JSONFile.encode(result, pretty: false), as: UTF8.self))
  }
}

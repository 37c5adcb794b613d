import Files
import Foundation
import Registry

/// How long it takes to go back to each release of a registry with many versions.
struct Timing {
  let folder: URL

  init(_ folder: URL) { self.folder = folder }

  private struct Result: Encodable {
    let releases: Int
    let median: Double
    let p99: Double
    let largest: Double
  }

  func run(versions: Int) throws {
    let url = folder.appendingPathComponent("registry")
    guard
      Child.run({ try Filler(url).run(tasks: versions, versions: versions, releases: true, isQuiet: true) })
        == .exit(0)
    else { fail("fill") }
    let registry = try Registry.open(url)
    var seconds: [Double] = []
    for revision in 1...versions {
      let begin = Date()
      try registry.rollback(to: revision, reason: nil, actor: "tester")
      seconds.append(Date().timeIntervalSince(begin))
    }
    seconds.sort()
    let result = Result(
      releases: versions, median: seconds[versions / 2], p99: seconds[min(versions * 99 / 100, versions - 1)],
      largest: seconds[versions - 1])
    print(String(decoding: try JSONFile.encode(result, pretty: false), as: UTF8.self))
  }
}

import BenchmarkSupport
import Files
import Foundation
import Tokenization

/// How fast does text become ids? All texts by a given number of threads.
struct TokenizeMode {
  private struct Material: Decodable {
    let texts: [String]
  }

  private struct Facts: Encodable {
    /// Ids of every text, as one number each: a sum weighted by position, to compare with the other side's.
    let checks: [Int]
    let tokens: Int
  }

  private struct Figures: Encodable {
    let bytes: Int
    let tokens: Int
    let seconds: Double
    let peakRssBytes: Int
  }

  private let tokenizer: BPETokenizer
  private let texts: [String]

  init(_ arguments: CommandWords) throws {
    texts = try JSONFile.read(Material.self, from: arguments.file("material")).texts
    tokenizer = try BPETokenizer(folder: arguments.file("base"))
  }

  func run() async throws {
    let ids = try await encode(threads: 1)
    try JSONLine.say(
      Facts(
        checks: ids.map { row in row.enumerated().reduce(0) { ($0 + ($1.offset + 1) * $1.element) % 1_000_003 } },
        tokens: ids.reduce(0) { $0 + $1.count }))
    let bytes = texts.reduce(0) { $0 + $1.utf8.count }
    while let threads = try Rounds.next() {
      let clock = ContinuousClock()
      let start = clock.now
      let ids = try await encode(threads: threads)
      let seconds = Stopwatch.seconds(start.duration(to: clock.now))
      try JSONLine.say(
        Figures(
          bytes: bytes, tokens: ids.reduce(0) { $0 + $1.count }, seconds: seconds,
          peakRssBytes: ProcessMemory.peakResidentBytes))
    }
  }

  /// The ids of every text, in order; each thread takes one run of neighbouring texts.
  private func encode(threads: Int) async throws -> [[Int]] {
    guard threads > 1 else { return try texts.map { try tokenizer.encode($0, addSpecialTokens: false) } }
    let size = (texts.count + threads - 1) / threads
    return try await withThrowingTaskGroup(of: (Int, [[Int]]).self) { group in
      for start in stride(from: 0, to: texts.count, by: size) {
        let part = texts[start..<min(start + size, texts.count)]
        group.addTask { [tokenizer] in
          (start, try part.map { try tokenizer.encode($0, addSpecialTokens: false) })
        }
      }
      var parts: [(Int, [[Int]])] = []
      for try await part in group { parts.append(part) }
      return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
  }
}

import Foundation
import Testing

@testable import Learning

/// Are a method's options those of docs/methods.md, with their defaults, and is what lies outside of their ranges refused?
@Suite struct HyperparameterTests {
  /// What each option may be: a change is a change of what users are told, and has to be meant.
  private static let ranges: [String: [String: ClosedRange<Double>]] = [
    "lwf": ["lambda": 1e-6...1e6, "temperature": 0.1...100],
    "moe-cl": [:], "sequential": [:], "joint": [:], "per-task": [:],
    "replay": ["share": 0.001...1],
    "a-gem": ["memory": 1...1_000_000, "memory-batch": 1...100_000],
    "ewc": ["lambda": 1e-6...1e9, "fisher-rows": 1...1_000_000],
    "o-lora": ["lambda1": 1e-6...1e6],
    "any-ssr": [
      "router-layers": 0...1024, "router-instruction": 0...1, "expansion": 2...20_000, "router-ridge": 1e-4...1e4,
    ],
    "mocl": ["temperature": 1e-3...1e3, "matching": 1e-6...1e3],
    "accrete": [
      "growth": 0...4, "shared-share": 0...0.95, "pool": 0...64, "shared-rate": 0.01...100, "own-rate": 0.01...100,
      "gain-rate": 0.01...1000, "warm-start": 0...64, "adversary": 0...1, "memory-rows": 2...65536,
      "router-layers": 0...1024, "router-instruction": 0...1, "unknown-distance": 1...1e9, "router-shrinkage": 0...1,
    ],
    "moses": [
      "sub-experts": 1...64, "active": 1...64, "density": 0.001...1, "newness": 0...1e6, "router-layers": 0...1024,
      "router-instruction": 0...1, "unknown-distance": 1...1e9, "router-shrinkage": 0...1,
    ],
  ]

  @Test func rangesAndWholeNumbers() throws {
    #expect(Set(Self.ranges.keys) == Set(MethodCatalog.names))
    let whole: Set = [
      "fisher-rows", "router-layers", "router-instruction", "expansion", "warm-start", "memory-rows", "sub-experts",
      "active", "memory", "memory-batch",
    ]
    for (method, ranges) in Self.ranges {
      let options = try MethodCatalog.hyperparameters(of: method)
      #expect(Set(options.map(\.name)) == Set(ranges.keys) && options.count == ranges.count, "\(method)")
      for option in options {
        #expect(option.range == ranges[option.name], "\(method): \(option.name)")
        #expect(option.isWhole == whole.contains(option.name), "\(method): \(option.name)")
        for end in [option.range.lowerBound, option.range.upperBound, option.initial] {
          try MethodCatalog.check(method, options: [option.name: end])
        }
        for beyond in [option.range.lowerBound.nextDown, option.range.upperBound.nextUp, .nan, .infinity] {
          #expect(throws: LearningError.self) { try MethodCatalog.check(method, options: [option.name: beyond]) }
        }
        if option.isWhole, option.range.upperBound > option.range.lowerBound {
          let between = option.range.lowerBound + 0.5
          #expect(throws: LearningError.self) { try MethodCatalog.check(method, options: [option.name: between]) }
        }
      }
    }
  }

  /// The tables of docs/methods.md: `name`, `default`.
  @Test func defaultsAreThoseOfTheDocumentation() throws {
    var page = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { page.deleteLastPathComponent() }
    let text = try String(contentsOf: page.appendingPathComponent("docs/methods.md"), encoding: .utf8)
    var documented: [String: [String: Double]] = [:]
    for section in text.components(separatedBy: "\n## ").dropFirst() {
      let lines = section.components(separatedBy: "\n")
      for line in lines where line.hasPrefix("| `") {
        let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        // Two names that share a row have one default.
        let names = cells[1].components(separatedBy: ", ").map { $0.trimmingCharacters(in: ["`"]) }
        guard let value = Double(cells[2].replacingOccurrences(of: ",", with: "")) else { continue }
        for name in names { documented[lines[0], default: [:]][name] = value }
      }
    }
    for method in MethodCatalog.names {
      let options = try MethodCatalog.hyperparameters(of: method)
      let known = Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0.initial) })
      #expect(known == documented[method] ?? [:], "\(method)")
    }
  }
}

import Foundation
import Records
import Testing

@testable import Learning

/// Are a method's options those of docs/methods.md, with their defaults, and is what lies outside of their ranges refused?
@Suite struct HyperparameterTests {
  private static let router: [String: Hyperparameter.Kind] = [
    "router-layers": .whole(0...1024), "router-instruction": .flag, "unknown-distance": .number(1...1e9),
    "router-shrinkage": .number(0...1),
  ]

  /// What each option may be: a change is a change of what users are told, and has to be meant.
  private static let kinds: [String: [String: Hyperparameter.Kind]] = [
    "moe-cl": [
      "adversary": .choice(["paper", "released", "isolated", "off"]),
      "adversary-weight": .number(.leastNonzeroMagnitude...1),
    ],
    "sequential": [:], "joint": [:], "per-task": [:],
    "replay": ["share": .number(0.001...1)],
    "a-gem": ["memory": .whole(1...1_000_000), "memory-batch": .whole(1...100_000)],
    "lwf": ["lambda": .number(1e-6...1e6), "temperature": .number(0.1...100)],
    "ewc": ["lambda": .number(1e-6...1e9), "fisher-rows": .whole(1...1_000_000)],
    "o-lora": ["lambda1": .number(1e-6...1e6)],
    "any-ssr": [
      "router-layers": .whole(0...1024), "router-instruction": .flag, "expansion": .whole(2...20_000),
      "router-ridge": .number(1e-4...1e4),
    ],
    "mocl": ["temperature": .number(1e-3...1e3), "matching": .number(1e-6...1e3)],
    "accrete": [
      "growth": .number(0...4), "shared-share": .number(0...0.95), "pool": .number(0...64),
      "shared-rate": .number(0.01...100), "own-rate": .number(0.01...100), "gain-rate": .number(0.01...1000),
      "warm-start": .whole(0...64), "adversary": .number(0...1), "memory-rows": .whole(2...65536),
    ].merging(router) { first, _ in first },
    "moses": [
      "sub-experts": .whole(1...64), "active": .whole(1...64), "density": .number(0.001...1),
      "newness": .number(0...1e6),
    ].merging(router) { first, _ in first },
  ]

  /// Values at the ends of what a kind allows, and values just beyond or of another kind.
  private static func values(
    of kind: Hyperparameter.Kind
  ) -> (allowed: [HyperparameterValue], refused: [HyperparameterValue]) {
    let noNumbers: [HyperparameterValue] = [.number(.nan), .number(.infinity), "much", ""]
    switch kind {
    case .number(let range):
      let (low, high) = (range.lowerBound, range.upperBound)
      return ([.number(low), .number(high)], [.number(low.nextDown), .number(high.nextUp), true] + noNumbers)
    case .whole(let range):
      let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
      return (
        [.number(low), .number(high)], [.number(low - 1), .number(high + 1), .number(low + 0.5), false] + noNumbers
      )
    case .flag: return ([true, false, 0, 1], [2, -1, 0.5] + noNumbers)
    case .choice(let words): return (words.map { .choice($0) }, [0, 1, true, false, "offf", "Off"] + noNumbers)
    }
  }

  @Test func kindsAndRanges() throws {
    #expect(Set(Self.kinds.keys) == Set(MethodCatalog.names))
    for (method, kinds) in Self.kinds {
      let options = try MethodCatalog.hyperparameters(of: method)
      #expect(Set(options.map(\.name)) == Set(kinds.keys) && options.count == kinds.count, "\(method)")
      for option in options {
        #expect(option.kind == kinds[option.name], "\(method): \(option.name)")
        let values = Self.values(of: option.kind)
        for value in values.allowed + [option.initial] {
          try MethodCatalog.check(method, options: [option.name: value])
        }
        for value in values.refused {
          #expect(throws: LearningError.self, "\(method): \(option.name)=\(value)") {
            try MethodCatalog.check(method, options: [option.name: value])
          }
        }
      }
    }
  }

  /// What is refused is answered with what is allowed, the nearest first.
  @Test func messagesSayWhatIsAllowed() throws {
    func message(_ method: String, _ options: [String: HyperparameterValue]) -> String {
      let error = #expect(throws: LearningError.self) { try MethodCatalog.check(method, options: options) }
      return error.map { "\($0)" } ?? ""
    }
    let choice = message("moe-cl", ["adversary": "isolatd"])
    #expect(choice.contains("option `adversary` of moe-cl is isolatd; allowed: isolated"), "\(choice)")
    #expect(message("moe-cl", ["adversary-weight": 0]).hasSuffix("allowed: a number above 0, at most 1.0"))
    #expect(message("accrete", ["router-instruction": 2]).hasSuffix("allowed: true or false"))
    #expect(message("ewc", ["fisher-rows": "all"]).hasSuffix("allowed: a whole number from 1 to 1000000"))
  }

  /// A method reads what was given, of each kind, and its own value where nothing was.
  @Test func valuesOfAContext() throws {
    let model = try Goldens.model()
    func context(_ options: [String: HyperparameterValue]) throws -> MethodContext {
      try TinyTasks.context(model, options: options)
    }
    for (value, isOn) in [(true, true), (false, false), (0, false), (1, true)] as [(HyperparameterValue, Bool)] {
      #expect(try context(["router-instruction": value]).flag(GaussianRouter.instruction) == isOn)
    }
    #expect(try context([:]).flag(GaussianRouter.instruction))
    let mode: AdversaryMode = try context(["adversary": "paper"]).choice(Adversary.mode)
    let own: AdversaryMode = try context([:]).choice(Adversary.mode)
    #expect(mode == .paper && own == .isolated)
    #expect(try context(["adversary-weight": 0.5]).value(Adversary.weight) == 0.5)
  }

  /// The tables of docs/methods.md: `name`, `default`.
  @Test func defaultsAreThoseOfTheDocumentation() throws {
    var page = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { page.deleteLastPathComponent() }
    let text = try String(contentsOf: page.appendingPathComponent("docs/methods.md"), encoding: .utf8)
    var documented: [String: [String: HyperparameterValue]] = [:]
    for section in text.components(separatedBy: "\n## ").dropFirst() {
      let lines = section.components(separatedBy: "\n")
      var isOptions = false
      for line in lines {
        let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard line.hasPrefix("|"), cells.count > 3 else {
          isOptions = false
          continue
        }
        isOptions = isOptions || cells[1] == "option"
        guard isOptions, cells[1].hasPrefix("`") else { continue }
        // Two names that share a row have one default.
        let names = cells[1].components(separatedBy: ", ").map { $0.trimmingCharacters(in: ["`"]) }
        let value = cells[2].trimmingCharacters(in: ["`"]).replacingOccurrences(of: ",", with: "")
        for name in names { documented[lines[0], default: [:]][name] = HyperparameterValue(text: value) }
      }
    }
    for method in MethodCatalog.names {
      let options = try MethodCatalog.hyperparameters(of: method)
      let known = Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0.initial) })
      #expect(known == documented[method] ?? [:], "\(method)")
    }
  }

  /// A method that is made past the catalog's checks refuses another word, too.
  @Test func aWordThatNobodyHasChecked() throws {
    let model = try Goldens.model()
    #expect(throws: LearningError.self) {
      try MoECL(TinyTasks.context(model, options: ["adversary": .choice("papper")]))
    }
  }
}

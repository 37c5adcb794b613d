import ArgumentParser
import Files
import Foundation

/// What a comparison measures: servers, cases, how often.
struct ComparisonPlan {
  struct Case {
    let name: String
    let options: WorkloadOptions
  }

  /// A server, and how it is asked.
  struct Entry {
    let name: String
    let options: ServerOptions
  }

  var rounds = 3
  var comparesTexts = false
  let servers: [Entry]
  let cases: [Case]

  /// What a plan may have at most.
  static let roundLimit = 1000
  private static let sizeLimit = 4 << 20

  /// - Throws: `FileError`, ``BenchError`` with the place in the file.
  init(_ file: URL) throws {
    let data = try JSONFile.contents(of: file, limit: Self.sizeLimit)
    try self.init(JSONFile.decode(JSONTree.self, from: data, path: file.path), path: file.path)
  }

  /// - Parameters:
  ///   - tree: The file's content.
  ///   - path: Names it in errors.
  init(_ tree: JSONTree, path: String) throws {
    func refuse(_ reason: String) -> BenchError { .data(path: path, reason: reason) }
    guard case .object(let members) = tree else { throw refuse("an object expected, got \(tree)") }
    let known = ["rounds", "compareTexts", "servers", "cases"]
    for member in members where !known.contains(where: { $0.hasSameCodePoints(as: member.key) }) {
      throw refuse("`\(member.key.printable)` is no key of a plan. There are \(known.listed(closestTo: member.key))")
    }
    if let value = tree["rounds"] {
      guard let rounds = value.integer, (1...Self.roundLimit).contains(rounds) else {
        throw refuse("`rounds`: 1 to \(Self.roundLimit) expected, got \(value)")
      }
      self.rounds = rounds
    }
    if let value = tree["compareTexts"] {
      guard case .boolean(let compares) = value else {
        throw refuse("`compareTexts`: true or false expected, got \(value)")
      }
      comparesTexts = compares
    }
    let servers = try Self.entries("servers", of: ServerOptions.self, in: tree, path: path)
    let cases = try Self.entries("cases", of: WorkloadOptions.self, in: tree, path: path)
    self.servers = servers.map { Entry(name: $0.name, options: $0.value) }
    self.cases = cases.map { Case(name: $0.name, options: $0.value) }
    // What a server cannot be asked is found before any is.
    for server in servers {
      for item in cases {
        do {
          _ = try server.value.adapterNames(item.value.adapters)
        } catch let error as BenchError {
          throw refuse("server \(server.name.debugDescription), case \(item.name.debugDescription): \(error)")
        }
      }
    }
  }

  /// The entries of a list, each with a name that no other has.
  private static func entries<Options: ParsableArguments>(
    _ key: String, of type: Options.Type, in tree: JSONTree, path: String
  ) throws -> [(name: String, value: Options)] {
    guard case .list(let list)? = tree[key], !list.isEmpty else {
      throw BenchError.data(
        path: path, reason: "`\(key)`: a list of at least one object expected, got \(tree[key]?.kind ?? "nothing")")
    }
    var names: Set<ExactText> = []
    return try list.enumerated().map { place, entry in
      func refuse(_ reason: String) -> BenchError { .data(path: path, reason: "`\(key)`[\(place)]: \(reason)") }
      guard let name = entry["name"]?.string, !name.isEmpty else { throw refuse("a text `name` expected") }
      guard names.insert(ExactText(name)).inserted else {
        throw refuse("the name \(name.debugDescription) is there twice")
      }
      do {
        return (name, try Options.reading(PlanWords.words(of: entry, without: ["name"])))
      } catch let problem as PlanWords.Problem {
        throw refuse(problem.text)
      } catch {
        throw refuse("\(error)")
      }
    }
  }

  /// Which servers are measured in a round, in which order: A B C, B C A, C A B, …, so that each is first as often as the others.
  static func order(_ servers: Int, round: Int) -> [Int] {
    guard servers > 0 else { return [] }
    return (0..<servers).map { ($0 + max(round, 0)) % servers }
  }
}

import Files
import Foundation

/// Which fields of a file stand for ours: `text=body,label=category`.
public struct ColumnNames: Sendable, Equatable {
  /// The names that rows are read by.
  public static let known = [
    "text", "label", "labels", "prompt", "answer", "completion", "messages", "conversations", "instruction", "input",
    "output", "system", "history", "tools", "id", "split",
  ]

  /// Ours and the file's, in the order in which they were given.
  let pairs: [Pair]
  /// Whether rows are only asked: a column with answers need not be there.
  private(set) var areAsked = false

  struct Pair: Sendable, Equatable {
    let own: String
    let theirs: String
  }

  /// Every field has the name that it is read by.
  public init() { pairs = [] }

  /// - Parameter text: Pairs `OURS=THEIRS`, separated by commas, or a JSON object where a column's name has one.
  /// - Throws: ``StreamError/option(_:)``.
  public init(parsing text: String) throws {
    var pairs: [Pair] = []
    for (part, sides) in try Self.parts(of: text) {
      guard sides.count == 2, !sides[1].isEmpty else {
        throw Self.wrong(text, got: quoted(part), fix: "Write --columns text=body,label=category, for example.")
      }
      guard Self.known.contains(where: { $0.hasSameCodePoints(as: sides[0]) }) else {
        throw Self.wrong(
          text, got: "the name \(quoted(sides[0])) on the left",
          fix: "On the left stands \(Self.known.listed(closestTo: sides[0])), on the right the file's column.")
      }
      for other in pairs where other.own == sides[0] || other.theirs.hasSameCodePoints(as: sides[1]) {
        throw Self.wrong(
          text, got: "\(quoted(part)) beside \(quoted("\(other.own)=\(other.theirs)"))", fix: "Name each once.")
      }
      pairs.append(Pair(own: sides[0], theirs: sides[1]))
    }
    self.pairs = pairs
  }

  /// - Parameter texts: As `--columns` had them, one or several times.
  /// - Throws: ``StreamError/option(_:)``.
  public init(parsing texts: [String]) throws {
    guard texts.count > 1, let json = texts.first(where: { $0.hasPrefix("{") }) else {
      self = try texts.isEmpty ? ColumnNames() : ColumnNames(parsing: texts.joined(separator: ","))
      return
    }
    throw StreamError.option(
      .init(
        file: "--columns \(json.printable)", expected: "one JSON object, or pairs", got: "it beside others",
        fix: "Write all of them into the object."))
  }

  /// Each pair as it was written, and its two sides.
  private static func parts(of text: String) throws -> [(part: String, sides: [String])] {
    guard text.hasPrefix("{") else {
      return text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(part), sides.map { String($0).stripped })
      }
    }
    guard case .object(let members)? = try? JSONTree(Data(text.utf8)) else {
      throw wrong(
        text, got: "text that is not a JSON object", fix: "Write --columns '{\"text\": \"a, b\"}', for example.")
    }
    return members.map { member in
      let own = String(decoding: member.name, as: UTF8.self)
      guard case .text(let bytes) = member.value else { return (own, [own]) }
      let theirs = String(decoding: bytes, as: UTF8.self)
      return ("\(own)=\(theirs)", [own, theirs])
    }
  }

  /// The same for rows that are only asked.
  public var asked: ColumnNames {
    var asked = self
    asked.areAsked = true
    return asked
  }

  /// Columns of ours that a row may go without where it is only asked.
  static let answers = ["label", "labels", "answer", "completion", "output", "split"]

  private static func wrong(_ text: String, got: String, fix: String) -> StreamError {
    .option(
      // Somebody may have given a whole file's text.
      RowLocation(
        file: "--columns \(text.unicodeScalars.count > 200 ? String(text.unicodeScalars.prefix(200)) + "…" : text)"
      )
      .detail(expected: "pairs NAME=COLUMN, separated by commas", got: got, fix: fix))
  }

  /// The pairs as `init(parsing:)` reads them, always in one way.
  public var argument: String {
    let hasComma = pairs.contains { $0.theirs.contains(",") || $0.theirs.stripped != $0.theirs }
    guard hasComma else { return pairs.map { "\($0.own)=\($0.theirs)" }.joined(separator: ",") }
    let members = pairs.map { JSONTree.Member(name: Array($0.own.utf8), value: .text(Array($0.theirs.utf8))) }
    return String(decoding: JSONTree.object(members).json, as: UTF8.self)
  }

  /// How it is told: `body → text, category → label`; empty where nothing is renamed.
  public var description: String { pairs.map { "\($0.theirs) → \($0.own)" }.joined(separator: ", ") }
}

extension RowFields {
  /// Where the names of the columns stand: the first line of a table.
  var headLocation: RowLocation { range == nil ? RowLocation(file: location.file, line: 1) : location }

  /// The only field whose name looks the same: keyboards and file systems write accents in two ways.
  private func alike(_ name: String) -> JSONTree? {
    let found = values.filter { String(decoding: $0.name, as: UTF8.self) == name }
    return found.count == 1 ? found[0].value : nil
  }

  /// The same row with its fields called as we read them. A field that has one of our names and is not meant is left out.
  ///
  /// - Throws: ``StreamError/option(_:)`` where a table or the first row has no such column, ``StreamError/field(_:)`` where another row
  ///   has none.
  func named(by columns: ColumnNames) throws -> RowFields {
    guard !columns.pairs.isEmpty else { return self }
    // What has a name of ours and was not named would come in unasked.
    let left = ["instruction", "cue"] + columns.pairs.flatMap { [$0.own, $0.theirs] }
    var fields = values.filter { field in !left.contains { field.name.elementsEqual($0.utf8) } }
    for pair in columns.pairs {
      guard let value = value(pair.theirs) ?? alike(pair.theirs) else {
        if columns.areAsked, ColumnNames.answers.contains(pair.own) { continue }
        let detail = headLocation.detail(
          expected: "the column \(quoted(pair.theirs)), which --columns names for \(pair.own)",
          got: names.isEmpty ? "a row without fields" : listed(names),
          fix: "Name one of the file's: \(names.listed(closestTo: pair.theirs)).")
        throw range == nil || index == 0 ? StreamError.option(detail) : StreamError.field(detail)
      }
      fields.append(.init(name: Array(pair.own.utf8), value: value))
    }
    return RowFields(
      location: self.location, index: index, range: range, values: fields, written: written, columns: columns)
  }
}

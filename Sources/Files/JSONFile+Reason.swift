import Foundation

extension JSONFile {
  /// What is wrong with a value: its key, what came and what was expected.
  ///
  /// - Parameters:
  ///   - error: The decoder's.
  ///   - data: The text that it decoded.
  ///   - failsAlike: Whether decoding another text fails without a key, too.
  static func reason(_ error: DecodingError, in data: Data, failsAlike: (Data) -> Bool) -> String {
    let text =
      switch error {
      case .keyNotFound(let key, let context): "key `\(key.stringValue)` is missing in \(location(context))"
      case .typeMismatch(let type, let context): described(context, expected: name(of: type), data)
      case .valueNotFound(let type, let context): described(context, expected: name(of: type), data)
      case .dataCorrupted(let context):
        context.codingPath.isEmpty
          ? broken(data) ?? misfit(in: data, failsAlike: failsAlike) ?? "\(location(context)): \(spoken(context))"
          : described(context, expected: expected(context), data) ?? "\(location(context)): \(spoken(context))"
      @unknown default: "\(error)"
      }
    // A message quotes what the file holds, line ends included; ours are one line.
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// A text that is not JSON: the key behind which it breaks off. Foundation does not say it.
  private static func broken(_ data: Data) -> String? {
    do {
      _ = try JSONTree(data)
      return nil
    } catch let failure as JSONTree.Failure {
      let rest = data.dropFirst(failure.position)
      let token = String(decoding: rest.prefix(40).prefix { !" \t\r\n,]}:".utf8.contains($0) }, as: UTF8.self)
      guard let key = JSONSpot.key(in: data, before: failure.position), !token.isEmpty, !token.hasPrefix("\"") else {
        return nil
      }
      return
        "`\(key)` is \(token); expected: \(Double(token) == nil || token.first?.isLetter == true ? "a JSON value" : "a finite number")"
    } catch {
      return nil
    }
  }

  /// A number that its type does not hold, of which Foundation says no key: the one with which alone decoding still fails so.
  private static func misfit(in data: Data, failsAlike: (Data) -> Bool) -> String? {
    guard let tree = try? JSONTree(data) else { return nil }
    var count = 0
    var found: (key: String, value: Double)?
    /// The value with all numbers that are not whole but one as 0.
    func kept(_ value: JSONTree, _ key: String, only position: Int) -> JSONTree {
      switch value {
      case .number(let number):
        count += 1
        if count - 1 == position { found = (key, number) }
        return count - 1 == position ? value : .integer(0)
      case .list(let values):
        return .list(values.enumerated().map { kept($1, "\(key)[\($0)]", only: position) })
      case .object(let members):
        return .object(
          members.map { member in
            let inner = key.isEmpty ? member.key : "\(key).\(member.key)"
            return JSONTree.Member(member.key, kept(member.value, inner, only: position))
          })
      default: return value
      }
    }
    for position in 0..<64 {
      (count, found) = (0, nil)
      let value = kept(tree, "", only: position)
      guard let found else { return nil }
      guard let text = try? encode(value, pretty: false), failsAlike(text) else { continue }
      return "`\(found.key)` is \(found.value); expected: \(name(of: Int.self))"
    }
    return nil
  }

  private static func location(_ context: DecodingError.Context) -> String {
    let keys = context.codingPath.map(\.stringValue).joined(separator: ".")
    return keys.isEmpty ? "the top level" : "`\(keys)`"
  }

  private static func described(_ context: DecodingError.Context, expected: String, _ data: Data) -> String {
    guard let got = JSONSpot(data, path: context.codingPath)?.shown else {
      return "\(location(context)) should be \(expected)"
    }
    return "\(location(context)) is \(got); expected: \(expected)"
  }

  private static func described(_ context: DecodingError.Context, expected: String?, _ data: Data) -> String? {
    expected.map { described(context, expected: $0, data) }
  }

  private static let mark = "expected: "

  /// What one of our own values, or the parser of numbers, says that it wants.
  private static func expected(_ context: DecodingError.Context) -> String? {
    let text = context.debugDescription
    if text.hasPrefix(mark) { return String(text.dropFirst(mark.count)) }
    guard text.contains("number") else { return nil }
    return text.contains("Int") ? name(of: Int.self) : name(of: Double.self)
  }

  private static func spoken(_ context: DecodingError.Context) -> String {
    // The parser of Foundation wraps its own error, which knows the position.
    if let inner = context.underlyingError as? NSError, let text = inner.userInfo["NSDebugDescription"] as? String {
      return text
    }
    // Of a word that a type does not know it quotes all, which may be as long as the file.
    let text = context.debugDescription
    return text.unicodeScalars.count > mostSpoken
      ? String(text.unicodeScalars.prefix(mostSpoken)) + "…" : text
  }

  /// Characters of what Foundation says.
  private static let mostSpoken = 600

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is any BinaryInteger.Type: "a whole number of at most 64 bits"
    case is any BinaryFloatingPoint.Type: "a finite number"
    case is Bool.Type: "true or false"
    case is String.Type: "a string"
    case is [Any].Type: "a list"
    default: "\(type)".hasPrefix("Dictionary") ? "an object" : "\(type)".hasPrefix("Array") ? "a list" : "a \(type)"
    }
  }
}

/// Where a value stands in a JSON text that may be broken elsewhere.
struct JSONSpot {
  private let text: [UInt8]

  /// - Parameters:
  ///   - data: The text.
  ///   - path: The keys and positions in lists that lead to the value.
  /// - Returns: `nil` if it cannot be found.
  init?(_ data: Data, path: [any CodingKey]) {
    var rest = Array(data)[...]
    for key in path {
      guard let value = Self.member(of: rest, key) else { return nil }
      rest = value
    }
    guard let value = Self.value(rest) else { return nil }
    text = Array(value)
  }

  /// The last key whose value begins before a position.
  static func key(in data: Data, before end: Int) -> String? {
    var nesting = JSONNesting()
    var (start, last): (Int?, Range<Int>?) = (nil, nil)
    var key: Range<Int>?
    let bytes = Array(data.prefix(end))
    for (index, byte) in bytes.enumerated() {
      let isOutside = nesting.read(byte)
      if byte == UInt8(ascii: "\""), !isOutside {
        if let begin = start {
          var after = nesting
          if after.read(UInt8(ascii: " ")) { (last, start) = (begin + 1..<index, nil) }
        } else {
          start = index
        }
      } else if isOutside, byte == UInt8(ascii: ":") {
        key = last
      }
    }
    return key.map { String(decoding: bytes[$0].prefix(60), as: UTF8.self) }
  }

  /// The value as it is written, if it is short; else its kind.
  var shown: String {
    switch text.first {
    case UInt8(ascii: "{")?: "an object"
    case UInt8(ascii: "[")?: text.count <= 40 ? String(decoding: text, as: UTF8.self) : "a list"
    default: String(decoding: text.prefix(60), as: UTF8.self) + (text.count > 60 ? "…" : "")
    }
  }

  /// What stands at the beginning of `rest`, white space skipped: up to what ends it.
  private static func value(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard let first = rest.first else { return nil }
    var nesting = JSONNesting()
    for index in rest.indices {
      let isOutside = nesting.read(rest[index])
      if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
        if isOutside, nesting.depth == 0 { return rest[...index] }
      } else if first == UInt8(ascii: "\"") {
        // The closing quotation mark is the one after which the next byte is outside.
        if index > rest.startIndex, rest[index] == first {
          var after = nesting
          if after.read(UInt8(ascii: " ")) { return rest[...index] }
        }
      } else if [0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x5D, 0x7D].contains(rest[index]) {
        return rest[..<index]
      }
    }
    return rest
  }

  /// The value of a member, or of an element, of the object or list at the beginning of `rest`.
  private static func member(of rest: ArraySlice<UInt8>, _ key: any CodingKey) -> ArraySlice<UInt8>? {
    var rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard let open = rest.popFirst() else { return nil }
    var position = 0
    while true {
      rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D, 0x2C].contains($0) }
      guard let first = rest.first, first != UInt8(ascii: "}"), first != UInt8(ascii: "]") else { return nil }
      if open == UInt8(ascii: "{") {
        guard let name = value(rest) else { return nil }
        rest = rest[name.endIndex...].drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard rest.popFirst() == UInt8(ascii: ":") else { return nil }
        if name.dropFirst().dropLast().elementsEqual(key.stringValue.utf8) { return rest }
      } else if open == UInt8(ascii: "[") {
        if position == key.intValue { return rest }
        position += 1
      } else {
        return nil
      }
      guard let value = value(rest), !value.isEmpty else { return nil }
      rest = rest[value.endIndex...]
    }
  }
}

import Foundation

/// What a measuring program says: one line of JSON on standard output.
package enum JSONLine {
  /// - Parameters:
  ///   - value: What is said.
  ///   - spellsAnyNumber: Whether what is not a number is a text, as JSON has no word for it; otherwise it is an error.
  package static func say(_ value: some Encodable, spellsAnyNumber: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if spellsAnyNumber {
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }
    var line = try encoder.encode(value)
    line.append(UInt8(ascii: "\n"))
    try FileHandle.standardOutput.write(contentsOf: line)
  }
}

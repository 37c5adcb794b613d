import Files
import Foundation
import TestSupport
import Testing

@testable import Generation

/// Do the machines for strings and numbers let through what the JSON parser does, and nothing else?
@Suite struct StateMachineTests {
  private func isString(_ bytes: [UInt8]) -> Bool {
    var state = JSONStringState.plain
    for byte in bytes {
      guard case .inside(let next)? = state.step(byte) else { return false }
      state = next
    }
    if case .closed? = state.step(UInt8(ascii: "\"")) { return true }
    return false
  }

  private func isParsed(_ bytes: [UInt8]) -> Bool {
    guard case .text? = try? JSONTree(Data([0x22] + bytes + [0x22])) else { return false }
    return true
  }

  @Test func everyCharacterOfTwoBytes() {
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max where first >= 0x80 || second % 15 == 0 {
        let bytes = [first, second]
        if isString(bytes) != isParsed(bytes) { Issue.record("\(bytes)") }
      }
    }
  }

  /// Bytes at which something changes, three and four in a row.
  @Test func longerCharacters() {
    let seconds: [UInt8] = [0x22, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
    for first in UInt8(0xDF)...0xF5 {
      for second in seconds {
        for third in seconds {
          let three = [first, second, third]
          for bytes in [three] + seconds.map({ three + [$0] }) {
            if isString(bytes) != isParsed(bytes) { Issue.record("\(bytes)") }
          }
        }
      }
    }
  }

  @Test func escapes() {
    let pieces = [
      "\\", "u", "d", "D", "8", "b", "C", "f", "0", "00", "ud83", "\\ud83d", "\\ude00", "\\uD", "n", "/", "\"", "x",
      "g", "é",
    ]
    var valid = 0
    for seed in 0..<20_000 {
      var draws = SplitMix64(seed)
      let count = Int.random(in: 1..<6, using: &draws)
      let text = (0..<count).map { _ in pieces.randomElement(using: &draws) ?? "" }.joined()
      let isValid = isString(Array(text.utf8))
      valid += isValid ? 1 : 0
      if isValid != isParsed(Array(text.utf8)) { Issue.record("seed \(seed): \(text)") }
    }
    #expect(valid > 1000 && valid < 19_000)
  }

  private func isNumber(_ bytes: [UInt8], isInteger: Bool) -> Bool {
    guard let first = bytes.first, var state = JSONNumberState(first: first, isInteger: isInteger) else { return false }
    return bytes.dropFirst().allSatisfy { state.take($0) } && state.isWhole
  }

  /// All of up to four characters, and those of five that have an exponent.
  @Test func numbers() {
    let alphabet = Array("-+.019eE".utf8)
    var texts: [[UInt8]] = [[]]
    for _ in 0..<5 {
      texts = texts.flatMap { text in alphabet.map { text + [$0] } }
      for text in texts {
        let exponents = text.count(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") })
        if text.count == 5, exponents != 1 { continue }
        let written = String(decoding: text, as: UTF8.self)
        let tree = try? JSONTree(Data(text))
        // Three digits of an exponent are one too many.
        let parts = written.split(whereSeparator: { $0 == "e" || $0 == "E" })
        let isBounded = parts.dropFirst().allSatisfy { part in part.count(where: { $0.isNumber }) < 3 }
        #expect(isNumber(text, isInteger: false) == (tree != nil && isBounded), "\(written)")
        let isWhole = tree != nil && exponents == 0 && !text.contains(UInt8(ascii: "."))
        #expect(isNumber(text, isInteger: true) == isWhole, "\(written)")
      }
    }
  }
}

import Testing

@testable import accrete_bench

@Suite struct EventParserTests {
  private func texts(_ pieces: [ArraySlice<UInt8>]) throws -> [String] {
    var parser = EventParser()
    var events: [[UInt8]] = []
    for piece in pieces { events += try parser.read(piece) }
    if let last = try parser.end() { events.append(last) }
    return events.map { String(decoding: $0, as: UTF8.self) }
  }

  private func texts(_ text: String) throws -> [String] { try texts([Array(text.utf8)[...]]) }

  /// All forms of line ends, comments, fields that do not count, data of several lines, characters of several bytes.
  private static let stream =
    "\u{FEFF}data: 0\r\n: ping\r\n\r\ndata: {\"a\":1}\r\n\r\nevent: x\nid: 7\ndata:größe\ndata:  zwei\n\n\rdata\rdata: é😀\r\r\ndata: [DONE]\n\n"

  @Test func readsEachEvent() throws {
    #expect(try texts(Self.stream) == ["0", "{\"a\":1}", "größe\n zwei", "\né😀", "[DONE]"])
  }

  @Test func readsTheSameHoweverItIsCut() throws {
    let bytes = Array(Self.stream.utf8)
    let whole = try texts(Self.stream)
    for one in 0...bytes.count {
      for other in one...bytes.count {
        let found = try texts([bytes[..<one], bytes[one..<other], bytes[other...]])
        guard found == whole else {
          Issue.record("cut at \(one) and \(other): \(found)")
          return
        }
      }
    }
    #expect(try texts(bytes.indices.map { bytes[$0...$0] }) == whole)
  }

  @Test func anEndWithoutAnEmptyLineLosesNothing() throws {
    #expect(try texts("data: a\n\ndata: b") == ["a", "b"])
    #expect(try texts("data: a\n\ndata: b\n") == ["a", "b"])
    #expect(try texts("") == [])
    #expect(try texts(": only a comment\n\n") == [])
  }

  @Test func whatIsNoEventIsNone() throws {
    #expect(try texts("<html>not this</html>\n\ndatabase: 1\n\n") == [])
  }

  @Test func aLineWithoutEndIsRefused() {
    var parser = EventParser()
    let piece = Array(repeating: UInt8(ascii: "x"), count: 1 << 16)
    #expect(throws: RequestFailure.self) { for _ in 0...16 { _ = try parser.read(piece) } }
  }

  @Test func anEventWithoutEndIsRefused() {
    var parser = EventParser()
    let line = Array("data: \(String(repeating: "x", count: 1000))\n".utf8)
    #expect(throws: RequestFailure.self) { for _ in 0...1100 { _ = try parser.read(line) } }
  }
}

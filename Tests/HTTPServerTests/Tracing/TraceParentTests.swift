import Testing

@testable import HTTPServer

/// Is `traceparent` read as W3C's Trace Context has it, and nothing else taken for one?
@Suite struct TraceParentTests {
  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let span = "00f067aa0ba902b7"
  private static let good = "00-\(trace)-\(span)-01"

  @Test(
    arguments: [
      (good, true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-03", true),
      ("00-\(trace)-\(span)-fe", false),
      ("00-\(trace)-\(span)-ff", true), ("01-\(trace)-\(span)-01", true),
      ("cc-\(trace)-\(span)-01-what-comes-later", true),
      ("fe-\(trace)-\(span)-01-", true),
    ])
  func whatIsOne(text: String, isSampled: Bool) throws {
    let parent = try #require(TraceParent(text))
    #expect(parent.traceID.description == Self.trace && parent.spanText == Self.span && parent.isSampled == isSampled)
    #expect(parent.text == "00-\(Self.trace)-\(Self.span)-\(isSampled ? "01" : "00")")
    #expect(TraceParent(parent.text) == parent)
  }

  @Test(
    arguments: [
      "", "00", good.uppercased(), String(good.dropLast()), good + "0", good + "-", good + "-00", " " + good,
      good + " ",
      "ff-\(trace)-\(span)-01", "0g-\(trace)-\(span)-01", "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01",
      "00-\(trace)-\(span)_01",
      "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-\(String(repeating: "0", count: 16))-01",
      "00-\(trace.dropLast())g-\(span)-01", "00-\(trace.dropLast())-\(span)-001", "00-\(trace)-\(span)-0x",
      "00-\(trace)-\(span)-+1",
      "01-\(trace)-\(span)-011", "01-\(trace)-\(span)-01.x", "\(good), \(good)", "00-\(trace)-\(span)-٠١",
      "é" + good.dropFirst(2),
      "cc-\(trace)-\(span)-01-" + String(repeating: "x", count: 1_000_000),
    ])
  func whatIsNone(text: String) {
    #expect(TraceParent(text) == nil)
  }

  @Test func everyShorterOneIsNone() {
    for count in 0..<Self.good.count { #expect(TraceParent(String(Self.good.prefix(count))) == nil) }
  }

  @Test func newOnesDiffer() {
    let parents = (0..<100).map { _ in TraceParent.random() }
    #expect(Set(parents.map(\.traceID)).count == 100 && Set(parents.map(\.spanID)).count == 100)
    for parent in parents {
      #expect(TraceParent(parent.text) == parent && parent.isSampled)
      #expect(parent.child.traceID == parent.traceID && parent.child.spanID != parent.spanID)
    }
    let dropped = TraceParent.random(isSampled: false)
    #expect(!dropped.child.isSampled)
  }

  @Test(
    arguments: [
      "a=1", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a=1, b=2\t,c=3", "a=1,,b=2", "tenant@vendor=x", "0a/*-_=x y",
      "a=!~",
      (0..<32).map { "k\($0)=v" }.joined(separator: ","),
    ])
  func statesThatArePassedOn(text: String) {
    #expect(TraceState(text)?.text == text)
  }

  @Test(
    arguments: [
      "", ",", " ", "a", "a=", "=1", "A=1", "a=1,a=2", "a=1=2", "a=é", "a b=1", "a=1\n", "a=1,b", "a=\u{7F}", "_a=1",
      (0..<33).map { "k\($0)=v" }.joined(separator: ","), "a=" + String(repeating: "x", count: 257),
      "a=1," + String(repeating: " ", count: 600) + "b=2",
    ])
  func statesThatAreNot(text: String) {
    #expect(TraceState(text) == nil)
  }
}

import Testing

@testable import Markup

/// Numbers as they are shown.
@Suite struct FormatTests {
  @Test func numbers() {
    #expect(Format.decimals(.nan, 1) == "–" && Format.decimals(-0.04, 1) == "0.0" && Format.decimals(-1.25, 1) != "1.2")
    #expect(Format.percent(0.7444) == "74.4\u{A0}%" && Format.points(0.0123) == "+1.2")
    #expect(Format.grouped("1284160") == "1,284,160" && Format.grouped("1000") == "1000" && Format.grouped("–") == "–")
    #expect(Format.coordinate(10) == "10" && Format.coordinate(-0.01) == "0" && Format.coordinate(1.26) == "1.3")
    #expect(Format.coordinate(.infinity) == "0" && Format.coordinate(93.456, 2) == "93.46")
  }

  @Test(
    arguments: [
      (0.0, "0\u{A0}bytes"), (1023, "1023\u{A0}bytes"), (540 * 1024, "540\u{A0}KiB"), (2.5 * 1_048_576, "2.5\u{A0}MiB"),
      (1.5 * 1_073_741_824, "1.5\u{A0}GiB"), (.nan, "–\u{A0}GiB"),
    ] as [(Double, String)])
  func bytes(value: Double, text: String) {
    #expect(Format.bytes(value) == text)
  }

  @Test func words() {
    #expect(Format.duration(58.4) == "58\u{A0}s" && Format.duration(192) == "3\u{A0}min\u{A0}12\u{A0}s")
    #expect(Format.duration(7500) == "2\u{A0}h\u{A0}5\u{A0}min" && Format.duration(.infinity) == "–\u{A0}s")
    #expect(Format.duration(-.infinity) == "0\u{A0}s" && Format.duration(2e9) == "2e+09\u{A0}s")
    #expect(Format.list(["a", "b", "c"]) == "a, b and c" && Format.list(["a"]) == "a" && Format.list([]) == "")
    #expect(Format.span([58, 60]) == "58 to 60" && Format.span([60]) == "60")
    #expect(Format.count(1, "run") == "1 run" && Format.count(2, "run") == "2 runs")
  }
}

import Testing

@testable import Experts

/// Are patterns over names read as Python reads them, and in bounded time?
@Suite struct NamePatternTests {
  private static let names = [
    "model.layers.0.self_attn.q_proj", "model.layers.11.mlp.gate_proj", "model.layers.3.mlp.experts.12.down_proj",
    "lm_head", "q_proj", "",
  ]

  /// What `re.fullmatch` of Python 3.11 makes of the names: one digit for each.
  @Test(arguments: [
    (#".*\.(q_proj|v_proj)$"#, "100000"),
    (#".*q_proj"#, "100010"),
    (#"q_proj"#, "000010"),
    (#"model\.layers\.\d+\.self_attn\.(?:q|k|v|o)_proj"#, "100000"),
    (
      #"(?:.*?(?:self_attn|mlp).*?(?:q_proj|gate_proj).*?)|(?:\bmodel\.layers\.[\d]{1,}\.(?:mlp)\.(?:(?:down_proj)))"#,
      "110000"
    ),
    (#"model\.layers\.(?:[0-9]|1[01])\..*"#, "111000"),
    (#"[a-z_.0-9]+"#, "111110"),
    (#"[^.]*"#, "000111"),
    (#".*\blm_head\b"#, "000100"),
    (#".*\Bhead"#, "000100"),
    (#"^$"#, "000001"),
    (#""#, "000001"),
    (#"(?P<a>m)odel.*proj"#, "111000"),
    (#".*\.\d{2}\..*"#, "011000"),
    (#".*\.\d{1}\..*"#, "101000"),
    (#".{0,7}"#, "000111"),
    (#"(a|b|)*q_proj"#, "000010"),
    (#"x{0}q_proj"#, "000010"),
    (#"[\w.]+(?:gate|down)_proj"#, "011000"),
    (#"model[.]layers[.](0|3)[.].*"#, "101000"),
    (#"(.*)(.*)(.*)(.*)proj"#, "111010"),
    (#"\Amodel.*\Z"#, "111000"),
    (#".*[.-]\d+[.-].*"#, "111000"),
    (#"[]a]*"#, "000001"),
    (#"lm{1,2}_head"#, "000100"),
    (#"l{,2}m_head"#, "000100"),
    (#"[^\d]*"#, "000111"),
    (#"(q|q_)(proj|_proj)"#, "000010"),
    (#"(?:(?:model|layers)\.?)+0.*"#, "100000"),
    (#"a{2"#, "000000"),
    (#".*\.\D+\..*proj"#, "111000"),
  ]) func matchesWhatPythonMatches(pattern: String, expected: String) throws {
    let compiled = try NamePattern(pattern)
    var work = NamePattern.mostWork
    let got = try Self.names.map { try compiled.matches($0, work: &work) ? "1" : "0" }.joined()
    #expect(got == expected)
  }

  @Test(arguments: [
    "(", ")", "[", "[a", "a**", "*a", "a++", "(?!x)a", "(?<=x)a", "(?i)a", "(?P=a)", "(?P<a", #"(a)\1"#, #"\"#,
    #"\p{L}"#, "a{3,2}",
    "a{2000}", "(a{900}){900}", "[z-a]", String(repeating: "(", count: 100) + String(repeating: ")", count: 100),
    String(repeating: "a", count: 5000),
  ]) func whatIsNotReadIsRefused(pattern: String) {
    #expect(throws: NamePattern.Refusal.self) { try NamePattern(pattern) }
  }

  /// A repetition of nothing adds no step, so that the limit of steps does not stop it.
  @Test(arguments: [
    ("(((){1000}){1000}){300}", "000001"), ("(((x{0}){1000}){1000}){300,}q_proj", "000010"),
  ]) func repetitionsOfNothingTakeNoTime(pattern: String, expected: String) throws {
    var got = ""
    let time = try ContinuousClock().measure {
      let compiled = try NamePattern(pattern)
      var work = NamePattern.mostWork
      got = try Self.names.map { try compiled.matches($0, work: &work) ? "1" : "0" }.joined()
    }
    #expect(got == expected)
    #expect(time < .seconds(5))
  }

  /// Engines that backtrack take 2^n steps for this.
  @Test func aPatternOfNestedRepetitionsTakesNoLonger() throws {
    let compiled = try NamePattern("(?:(?:a+)+)+b")
    var work = NamePattern.mostWork
    #expect(try !compiled.matches(String(repeating: "a", count: 200), work: &work))
    #expect(NamePattern.mostWork - work < 100_000)
    work = 100
    #expect(throws: NamePattern.Refusal.self) { try compiled.matches(String(repeating: "a", count: 200), work: &work) }
  }
}

import ModelConfiguration
import TestSupport
import Testing

@testable import accrete

/// How an expert's files say what its base was held in.
@Suite struct HeldBaseTextTests {
  @Test(arguments: [
    (#"{"model":{"weights":"nf4"}}"#, WeightPrecision.nf4), (#"{"weights":"int8"}"#, .int8), (#"{"model":{}}"#, nil),
    (#"{"weights":"int3"}"#, nil), (#"{"weights":4}"#, nil), ("{", nil), ("[]", nil),
  ]) func adapters(text: String, precision: WeightPrecision?) throws {
    let scratch = try Scratch()
    try scratch.write(text, to: "accrete.json")
    #expect(HeldBase.precision(of: scratch.url) == precision)
  }

  /// What is no run's folder says nothing.
  @Test func otherFolders() throws {
    let scratch = try Scratch()
    #expect(HeldBase.precision(of: scratch.url) == nil)
    try scratch.write("{}", to: "manifest.json")
    #expect(HeldBase.precision(of: scratch.url("experts/spam")) == nil)
    #expect(HeldBase.warning("x", nil, "y") == nil)
    let warning = HeldBase.warning("x", .fp8, "PEFT loads the base's own numbers")
    #expect(warning?.hasPrefix("warning: x was learned and scored on its base held in fp8, and PEFT loads") == true)
  }
}

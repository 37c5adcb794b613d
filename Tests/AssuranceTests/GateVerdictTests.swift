import Assurance
import Foundation
import Testing

/// Is a verdict the same after JSON, and refused where it is none?
@Suite struct GateVerdictTests {
  @Test func throughJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for (verdict, text) in [
      (GateVerdict.pass, #"{"verdict":"pass"}"#), (.fail, #"{"verdict":"fail"}"#),
      (.underpowered(n: 40, needed: 620), #"{"n":40,"needed":620,"verdict":"underpowered"}"#),
    ] {
      let data = try encoder.encode(verdict)
      #expect(String(decoding: data, as: UTF8.self) == text)
      #expect(try JSONDecoder().decode(GateVerdict.self, from: data) == verdict)
    }
  }

  @Test(arguments: [#"{"verdict":"maybe"}"#, #"{"verdict":"underpowered","n":3}"#, "{}", #""pass""#])
  func refused(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(GateVerdict.self, from: Data(text.utf8)) }
  }

  @Test func onlyAPassPasses() {
    #expect(GateVerdict.pass.isPass && !GateVerdict.fail.isPass && !GateVerdict.underpowered(n: 1, needed: 2).isPass)
  }
}

import Foundation
import Learning
import Records
import Testing

/// Are output heads read by their words, and by that of earlier versions?
@Suite struct OutputHeadTests {
  private func decoded(_ word: String) throws -> OutputHead {
    try JSONDecoder().decode([OutputHead].self, from: Data("[\"\(word)\"]".utf8))[0]
  }

  @Test func words() throws {
    for head in OutputHead.allCases {
      #expect(try decoded(head.rawValue) == head)
      #expect(try JSONEncoder().encode([head]) == Data("[\"\(head.rawValue)\"]".utf8))
    }
    #expect(OutputHead.allCases.map(\.rawValue) == ["label", "trained", "ridge", "both"])
    #expect(OutputHead.allCases.map(\.hasExpert) == [true, true, false, true])
    #expect(OutputHead.allCases.map(\.hasRidge) == [false, false, true, true])
  }

  @Test func theEarlierWord() throws {
    #expect(try decoded("head") == .trained && OutputHead(word: "head") == .trained)
    #expect(OutputHead(word: "heads") == nil)
    let error = #expect(throws: DecodingError.self) { try decoded("ridged") }
    #expect("\(String(describing: error))".contains("label, trained, ridge, both"))
  }
}

import Foundation
import Testing

@testable import Tokenization

/// Tokenizers in the form of each model family against what Python's `tokenizers` and `tiktoken` make of the same lines.
@Suite struct FormTests {
  static let names = [
    "gpt2", "llama3", "qwen2", "hunyuan-dense", "hunyuan-converted", "hunyuan-tiktoken", "tekken", "o200k", "digits",
    "llama2", "mistral", "metaspace",
  ]

  struct Form {
    let tokenizer: BPETokenizer
    /// Of each line its ids and its decoded texts, then of each list of random ids.
    let digests: [UInt32]
    /// Of the first lines.
    let ids: [[Int]]

    init(_ name: String) throws {
      let folder = try GoldenLines.folder().appendingPathComponent(name)
      tokenizer = try BPETokenizer(folder: folder)
      let data = try Data(contentsOf: folder.appendingPathComponent("digests.bin"))
      digests = stride(from: 0, to: data.count, by: 4).map { start in
        (0..<4).reduce(0) { $0 | UInt32(data[start + $1]) << (8 * UInt32($1)) }
      }
      ids = try JSONDecoder().decode([[Int]].self, from: Data(contentsOf: folder.appendingPathComponent("ids.json")))
      try #require(digests.count == 2 * GoldenLines.count + GoldenLines.randomLists)
    }
  }

  @Test(arguments: names) func idsAndTextsAreThoseOfPython(_ name: String) throws {
    let form = try Form(name)
    for (number, ids) in form.ids.enumerated() {
      let line = GoldenLines.line(number)
      try #require(
        form.tokenizer.encode(line, addSpecialTokens: true) == ids, "line \(number): \(line.debugDescription)")
    }
    var (wrongIDs, wrongTexts): ([Int], [Int]) = ([], [])
    for number in 0..<GoldenLines.count {
      let ids = try form.tokenizer.encode(GoldenLines.line(number), addSpecialTokens: true)
      if GoldenLines.digest(ids: ids) != form.digests[2 * number] { wrongIDs.append(number) }
      let texts = try GoldenLines.digest(decoded: ids, by: form.tokenizer)
      if texts != form.digests[2 * number + 1] { wrongTexts.append(number) }
    }
    #expect(wrongIDs.isEmpty, "ids of \(wrongIDs.count) lines, first: \(shown(wrongIDs))")
    #expect(wrongTexts.isEmpty, "texts of \(wrongTexts.count) lines, first: \(shown(wrongTexts))")
  }

  /// Ids as a model may write them: mostly no UTF-8.
  @Test(arguments: names) func textsOfRandomIDsAreThoseOfPython(_ name: String) throws {
    let form = try Form(name)
    for number in 0..<GoldenLines.randomLists {
      let ids = GoldenLines.randomIDs(number, size: form.tokenizer.vocabularySize)
      let digest = try GoldenLines.digest(decoded: ids, by: form.tokenizer)
      try #require(digest == form.digests[2 * GoldenLines.count + number], "list \(number): \(ids)")
    }
  }

  @Test(arguments: names) func streamedTextIsTheWholeText(_ name: String) throws {
    let form = try Form(name)
    let lists =
      (0..<GoldenLines.randomLists).map { GoldenLines.randomIDs($0, size: form.tokenizer.vocabularySize) } + form.ids
    for ids in lists {
      for skips in [false, true] {
        var stream = form.tokenizer.textStream(skipSpecialTokens: skips)
        var text: [UInt8] = []
        for id in ids { text += try Array(stream.append(id).utf8) }
        text += try Array(stream.finish().utf8)
        let whole = try form.tokenizer.decode(ids, skipSpecialTokens: skips)
        try #require(text == Array(whole.utf8), "\(ids)")
      }
    }
  }

  /// The bytes of single tokens, one after the other, are the text of all.
  @Test(arguments: names) func bytesOfTokensMakeTheText(_ name: String) throws {
    let tokenizer = try Form(name).tokenizer
    var compared = 0
    lines: for number in 0..<1500 {
      let ids = try tokenizer.encode(GoldenLines.line(number), addSpecialTokens: false)
      var text: [UInt8] = []
      for id in ids where !tokenizer.vocabulary.tokens[id].isSpecial {
        guard let bytes = tokenizer.textBytes(of: id, isFirst: text.isEmpty) else {
          // Only of a first token the text may be nothing: a space that is left out.
          try #require(text.isEmpty, "line \(number), token \(id)")
          continue lines
        }
        text += bytes
      }
      let whole = try tokenizer.decode(ids, skipSpecialTokens: true)
      try #require(String(decoding: text, as: UTF8.self).utf8.elementsEqual(whole.utf8), "line \(number)")
      compared += 1
    }
    #expect(compared > 300, "\(compared) lines")
  }

  private func shown(_ wrong: [Int]) -> String {
    wrong.prefix(4).map { "\($0): \(GoldenLines.line($0).debugDescription)" }.joined(separator: "; ")
  }
}

import Foundation
import Testing

@testable import Tokenization

/// Ids and texts as Python's `tokenizers` has them (`Scripts/goldens/tokenizer_goldens.py`).
@Suite struct GoldenTests {
  struct Goldens {
    let variants: [[String: Any]]
    let decodes: [[Any]]
  }

  private func goldens() throws -> Goldens {
    let url = try #require(
      Bundle.module.url(forResource: "tokenizer_goldens", withExtension: "json", subdirectory: "Resources"))
    let object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    return Goldens(
      variants: try #require(object["variants"] as? [[String: Any]]),
      decodes: try #require(object["decodes"] as? [[Any]]))
  }

  /// The seedling tokenizer with a variant's changes.
  private func tokenizer(_ variant: [String: Any]) throws -> BPETokenizer {
    let patch = try #require(variant["patch"] as? [String: Any])
    return try SeedlingFile.changed { contents in
      var model = try #require(contents["model"] as? [String: Any])
      for (key, value) in patch {
        if key == "model" {
          model.merge(try #require(value as? [String: Any])) { $1 }
        } else {
          contents[key] = value
        }
      }
      if variant["merge_lines"] as? Bool == true {
        model["merges"] = try #require(model["merges"] as? [[String]]).map { $0.joined(separator: " ") }
      }
      contents["model"] = model
    }
  }

  @Test(arguments: 0..<5) func idsAndTexts(_ index: Int) throws {
    let goldens = try goldens()
    #expect(goldens.variants.count == 5)
    let variant = goldens.variants[index]
    let tokenizer = try tokenizer(variant)
    #expect(tokenizer.vocabularySize == variant["size"] as? Int)
    let cases = try #require(variant["cases"] as? [[Any]])
    #expect(cases.count > 100)
    for golden in cases {
      let text = try #require(golden[0] as? String)
      let ids = try #require(golden[1] as? [Int])
      let decoded = golden[2] as? String ?? text
      #expect(try tokenizer.encode(text, addSpecialTokens: true) == ids, "\(text.debugDescription)")
      // By bytes: equal strings may be different scalars.
      #expect(try Array(tokenizer.decode(ids, skipSpecialTokens: false).utf8) == Array(decoded.utf8))
    }
  }

  @Test func idsInAnyOrder() throws {
    let tokenizer = try SeedlingFile.tokenizer()
    let decodes = try goldens().decodes
    #expect(decodes.count == 120)
    for golden in decodes {
      let ids = try #require(golden[0] as? [Int])
      let all = try #require(golden[1] as? String)
      let plain = try #require(golden[2] as? String)
      #expect(try Array(tokenizer.decode(ids, skipSpecialTokens: false).utf8) == Array(all.utf8), "\(ids)")
      #expect(try Array(tokenizer.decode(ids, skipSpecialTokens: true).utf8) == Array(plain.utf8), "\(ids)")
    }
  }
}

import ArgumentParser
import Files
import Foundation
import Streams
import Tokenization

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Read text on standard input, every byte of it, and print its ids as JSON.")

  @OptionGroup var base: BaseOptions

  @Flag(help: "Add the special tokens that the tokenizer's template adds.")
  var special = false

  private struct Result: Encodable { let ids: [Int] }

  func run() throws {
    try Failure.reported {
      let tokenizer = try ByteLevelBPE(contentsOf: base.folder().appendingPathComponent("tokenizer.json"))
      let data = try FileHandle.standardInput.readToEnd() ?? Data()
      guard let text = String(validating: data, as: UTF8.self) else {
        throw StreamError.text(
          StreamError.Detail(
            file: "standard input", expected: "UTF-8 text", got: "bytes that are no UTF-8", fix: "Convert it to UTF-8.")
        )
      }
      let ids = try tokenizer.encode(text, addSpecialTokens: special)
      Console.output(String(decoding: try JSONFile.encode(Result(ids: ids), pretty: false), as: UTF8.self))
    }
  }
}

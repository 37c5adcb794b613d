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

  @OptionGroup var form: OnlyJSON

  /// Where `data` is not UTF-8.
  private static func fault(in data: Data) -> String {
    guard let position = UTF8Text.firstInvalidByte(in: [UInt8](data)) else { return "bytes that are not UTF-8" }
    let byte = String(data[data.startIndex + position], radix: 16, uppercase: true)
    return "no UTF-8 at byte \(position) (counted from 0), which is \(byte) in hexadecimal"
  }

  func run() throws {
    try Failure.reported {
      let tokenizer = try BPETokenizer(folder: base.folder())
      let data = try StandardInput.read()
      guard let text = String(validating: data, as: UTF8.self) else {
        throw StreamError.text(
          StreamError.Detail(
            file: "standard input", expected: "UTF-8 text", got: Self.fault(in: data), fix: "Convert it to UTF-8.")
        )
      }
      // Written by hand, a part at a time: an encoder would take a hundred bytes for each of millions of ids.
      try Console.stream("{\"ids\":[")
      var separator = ""
      try tokenizer.encode(text, addSpecialTokens: special) { part in
        try Console.stream(separator + part.map(String.init).joined(separator: ","))
        separator = ","
      }
      try Console.output("]}")
    }
  }
}

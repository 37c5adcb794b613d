import Files
import Foundation
import TestSupport
import Testing
import Torch

/// Is every broken rule of the safetensors format found, and named?
@Suite struct SafetensorsRuleTests {
  struct Broken: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: Data
    /// A part of the message.
    let rule: String

    init(_ name: String, _ bytes: Data, _ rule: String) {
      (testDescription, self.bytes, self.rule) = (name, bytes, rule)
    }

    init(_ name: String, _ header: String, data: Int, _ rule: String) {
      self.init(name, safetensors(header, data: data), rule)
    }
  }

  private static func one(_ fields: String) -> String { "{\"x\":{\(fields)}}" }

  private static func pair(_ a: String, _ b: String) -> String {
    #"{"a":{"dtype":"U8","shape":[4],"data_offsets":\#(a)},"b":{"dtype":"U8","shape":[4],"data_offsets":\#(b)}}"#
  }

  private static let good = one(#""dtype":"F32","shape":[2],"data_offsets":[0,8]"#)

  static let files: [Broken] = [
    Broken("empty file", Data(), "it has 0 bytes and no header"),
    Broken("less than a length", Data([1, 2, 3]), "it has 3 bytes and no header"),
    Broken("no header", safetensors("", data: 0), "not a valid JSON object"),
    Broken("truncated header", Data(safetensors(good, data: 0).prefix(30)), "it is truncated"),
    Broken("huge header", safetensors(good, data: 8, claimedLength: .max), "more than the format's limit"),
    Broken("header just over the limit", safetensors(good, data: 8, claimedLength: 100_000_001), "limit of 100000000"),
    Broken("header longer than the file", safetensors(good, data: 8, claimedLength: 90_000_000), "it is truncated"),
    Broken("header shorter than its JSON", safetensors(good, data: 8, claimedLength: 20), "not a valid JSON object"),
    Broken("text behind the object", good + "{}", data: 8, "not a valid JSON object"),
    Broken("comma before the bracket", good.dropLast() + ",}", data: 8, "a comma before the closing bracket"),
    Broken("array", "[]", data: 0, "not a JSON object"),
    Broken("string", "\"x\"", data: 0, "not a JSON object"),
    Broken("not JSON", "{x}", data: 0, "not a valid JSON object"),
    Broken("open object", "{\"x\":", data: 0, "not a valid JSON object"),
    Broken("no UTF-8", safetensors("{", data: 0, claimedLength: 2) + [0xFF], "not a valid JSON object"),
    Broken("nested deeply", "{\"x\":" + String(repeating: "[", count: 100_000), data: 0, "nested too deeply"),
    Broken("truncated data", good, data: 7, "ends at byte 8 of 7 bytes of data"),
    Broken("trailing bytes", good, data: 9, "1 bytes at its end belong to no tensor"),
    Broken("data without tensors", "{}", data: 3, "3 bytes at its end belong to no tensor"),
    Broken("overlap", pair("[0,4]", "[2,6]"), data: 6, "overlaps the tensor before it"),
    Broken("the same place twice", pair("[0,4]", "[0,4]"), data: 4, "overlaps the tensor before it"),
    Broken("gap", pair("[0,4]", "[5,9]"), data: 9, "leaves a gap before it"),
    Broken("gap at the start", pair("[1,5]", "[5,9]"), data: 9, "leaves a gap before it"),
    Broken("out of bounds", pair("[0,4]", "[4000000000,4000000004]"), data: 8, "ends at byte 4000000004"),
    Broken("end before start", pair("[0,4]", "[8,4]"), data: 8, "invalid data_offsets"),
    Broken("negative offset", pair("[-4,0]", "[0,4]"), data: 4, "invalid data_offsets"),
    Broken("three offsets", pair("[0,4,8]", "[4,8]"), data: 8, "invalid data_offsets"),
    Broken("offset as text", pair("[\"0\",4]", "[4,8]"), data: 8, "invalid data_offsets"),
    Broken("unknown dtype", one(#""dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]"#), data: 8, "dtype F8_E4M3"),
    Broken("dtype as number", one(#""dtype":7,"shape":[8],"data_offsets":[0,8]"#), data: 8, "unsupported dtype"),
    Broken("too few bytes", one(#""dtype":"F32","shape":[2],"data_offsets":[0,4]"#), data: 4, "needs 8 bytes"),
    Broken("too many bytes", one(#""dtype":"F32","shape":[2],"data_offsets":[0,12]"#), data: 12, "needs 8 bytes"),
    Broken("negative length", one(#""dtype":"U8","shape":[-1,-8],"data_offsets":[0,8]"#), data: 8, "invalid shape"),
    Broken("length and a half", one(#""dtype":"U8","shape":[1.5],"data_offsets":[0,1]"#), data: 1, "invalid shape"),
    Broken("true as length", one(#""dtype":"U8","shape":[true],"data_offsets":[0,1]"#), data: 1, "invalid shape"),
    Broken(
      "length beyond 64 bits", one(#""dtype":"U8","shape":[1e30],"data_offsets":[0,8]"#), data: 8, "invalid shape"),
    Broken(
      "length of 2⁶⁴ − 1", one(#""dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,8]"#), data: 8,
      "invalid shape"),
    Broken(
      "shape that overflows", one(#""dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]"#), data: 0,
      "too large for this machine"),
    Broken(
      "seventeen dimensions",
      one(#""dtype":"U8","shape":[\#(Array(repeating: "1", count: 17).joined(separator: ","))],"data_offsets":[0,1]"#),
      data: 1, "invalid shape"),
    Broken("shape as number", one(#""dtype":"U8","shape":8,"data_offsets":[0,8]"#), data: 8, "invalid shape"),
    Broken("no shape", one(#""dtype":"U8","data_offsets":[0,8]"#), data: 8, "must have dtype, shape and data_offsets"),
    Broken(
      "field twice", one(#""dtype":"U8","shape":[8],"data_offsets":[0,8],"shape":[8]"#), data: 8, "has `shape` twice"),
    Broken("tensor that is not an object", #"{"x":[1]}"#, data: 8, "must have dtype, shape and data_offsets"),
    Broken("metadata of numbers", #"{"__metadata__":{"a":1}}"#, data: 0, "__metadata__ is not a map of strings"),
    Broken("metadata that is not an object", #"{"__metadata__":"a"}"#, data: 0, "__metadata__ is not a map of strings"),
    Broken("metadata twice", #"{"__metadata__":null,"__metadata__":{}}"#, data: 0, "__metadata__ is listed twice"),
    Broken(
      "name twice",
      #"{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#,
      data: 4, "`x` is listed twice"),
    Broken(
      "name twice, once with an escape",
      #"{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0078":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#,
      data: 4, "twice"),
  ]

  init() throws { try useOneThread() }

  @Test(arguments: files)
  func refused(file: Broken) throws {
    let folder = try Scratch()
    let url = try folder.write(file.bytes, to: "broken.safetensors")
    do {
      _ = try SafetensorsFile(url)
      Issue.record("no error")
    } catch TorchError.malformedSafetensors(let path, let rule) {
      #expect(path == url.path)
      #expect(rule.contains(file.rule), "\(rule)")
    }
  }

  @Test func theFileThatTheyAreVariantsOfIsRead() throws {
    let folder = try Scratch()
    for header in [Self.good, Self.good + "   \n"] {
      let file = try SafetensorsFile(folder.write(safetensors(header, data: 8), to: "good.safetensors"))
      try expect(file.tensor("x"), [2], [0, 0])
    }
    let file = try SafetensorsFile(
      folder.write(safetensors(Self.pair("[4,8]", "[0,4]"), data: 8), to: "pair.safetensors"))
    #expect(file.names == ["a", "b"])
  }

  /// What the reference reader takes beside the format's text: no metadata written as null, white space before the object, members
  /// of an entry that it does not know.
  @Test func whatTheReferenceReads() throws {
    let folder = try Scratch()
    let known = #""dtype":"F32","shape":[2],"data_offsets":[0,8]"#
    for header in [
      #"{"__metadata__":null,"x":{\#(known)}}"#, " \n\t" + Self.good,
      Self.one(known + #","strides":[1],"note":{"by":["me",null,1e9]}"#),
    ] {
      let file = try SafetensorsFile(folder.write(safetensors(header, data: 8), to: "other.safetensors"))
      try expect(file.tensor("x"), [2], [0, 0])
      #expect(file.metadata.isEmpty)
    }
  }

  /// No tensor is a bomb: what a header of many small entries takes grows with its bytes.
  @Test(.timeLimit(.minutes(1))) func manyEmptyTensors() throws {
    let folder = try Scratch()
    let entries = (0..<20_000).map { #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"# }
    let file = try SafetensorsFile(
      folder.write(safetensors("{" + entries.joined(separator: ",") + "}", data: 0), to: "many.safetensors"))
    #expect(file.names.count == 20_000)
  }

  @Test func missingFilesAndFolders() throws {
    let folder = try Scratch()
    let url = folder.url("none.safetensors")
    #expect(throws: FileError.notFound(path: url.path)) { try SafetensorsFile(url) }
    let error = #expect(throws: FileError.self) { try SafetensorsFile(folder.url) }
    guard case .notReadable(folder.url.path, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.hasPrefix("not a regular file but a folder."))
  }
}

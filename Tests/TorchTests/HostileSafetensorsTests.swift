import Files
import Foundation
import Testing
import Torch

/// Headers that claim what is not there: refused before anything of that size is taken.
@Suite struct HostileSafetensorsTests {
  init() throws { try useOneThread() }

  private func rule(_ bytes: Data) -> String? {
    do {
      _ = try SafetensorsFile(MappedFile(copying: bytes, as: URL(fileURLWithPath: "/x.safetensors")))
      return nil
    } catch TorchError.malformedSafetensors(_, let rule) {
      return rule
    } catch {
      return "another error: \(error)"
    }
  }

  private static func one(_ shape: String, _ offsets: String) -> String {
    #"{"x":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}}"#
  }

  @Test(arguments: [1 << 63, UInt64.max, UInt64.max - 7, 1 << 62, 100_000_001, 1 << 32])
  func lengthsOfHeaders(length: UInt64) {
    #expect(rule(safetensors(Self.one("[2]", "[0,8]"), data: 8, claimedLength: length))?.contains("more than") == true)
  }

  /// A billion tensors cannot be described in the bytes that are there.
  @Test func aHeaderLongerThanTheFile() {
    #expect(rule(safetensors("{}", data: 0, claimedLength: 100_000_000))?.contains("truncated") == true)
  }

  @Test(arguments: [
    ("[4294967296,4294967296,4]", "[0,0]"), ("[9223372036854775807]", "[0,8]"), ("[9223372036854775807,2]", "[0,8]"),
    ("[2,9223372036854775807]", "[0,8]"), ("[2]", "[0,9223372036854775807]"),
    ("[2]", "[9223372036854775800,9223372036854775807]"), ("[2]", "[0,18446744073709551616]"),
    ("[1e400]", "[0,8]"), ("[2]", "[0,1e400]"), ("[-1e400]", "[0,8]"), ("[1e308]", "[0,8]"),
    ("[9007199254740993]", "[0,8]"),
    ("[2.0000000000000001]", "[-0.5,8]"), ("[]", "[0,0]"), ("[0,0]", "[0,8]"), ("[null]", "[0,8]"), ("[[2]]", "[0,8]"),
  ])
  func shapesAndOffsets(shape: String, offsets: String) {
    #expect(rule(safetensors(Self.one(shape, offsets), data: 8)) != nil)
  }

  /// Nothing is allocated for a tensor without elements, whatever its other lengths are.
  @Test func noElementsOfAHugeShape() throws {
    let bytes = safetensors(Self.one("[4294967296,0]", "[0,0]"), data: 0)
    let file = try SafetensorsFile(MappedFile(copying: bytes, as: URL(fileURLWithPath: "/x.safetensors")))
    #expect(try file.tensor("x").shape == [4_294_967_296, 0])
  }

  @Test(arguments: [10, 10_000, 1_000_000]) func nesting(levels: Int) {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let text =
        "{\"x\":" + String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels) + "}"
      #expect(rule(safetensors(text, data: 0))?.contains("nested too deeply") == true)
    }
  }

  /// A name may be any text; in a message it commands no terminal.
  @Test func namesInMessages() {
    let header = #"{"\u001b[2J\n\u0000":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#
    do {
      _ = try SafetensorsFile(
        MappedFile(copying: safetensors(header, data: 8), as: URL(fileURLWithPath: "/x.safetensors")))
      Issue.record("accepted")
    } catch {
      #expect("\(error)".contains("tensor ` [2J  ` needs 12 bytes") && "\(error)" == "\(error)".onOneLine)
    }
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func namesThatAreNoText(name: [UInt8]) {
    let fields = Data(#"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#.utf8)
    let header = Data("{\"".utf8) + name + fields
    var length = UInt64(header.count).littleEndian
    #expect(rule(withUnsafeBytes(of: &length) { Data($0) } + header + Data(count: 8)) != nil)
  }

  /// A file in memory is as one on the disk.
  @Test func filesInMemory() throws {
    let bytes = safetensors(Self.one("[2]", "[0,8]"), data: 8)
    let url = URL(fileURLWithPath: "/x.safetensors")
    let tensor = try SafetensorsFile(MappedFile(copying: bytes, as: url)).tensor("x")
    try expect(tensor, [2], [0, 0])
    #expect(rule(Data())?.contains("0 bytes") == true)
  }
}

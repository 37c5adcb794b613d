import Files
import Foundation
import TestSupport
import Testing
import Torch

/// Is every number of a file looked at, and is the file's digest the same as without looking?
@Suite struct FiniteNumbersTests {
  init() throws { try useOneThread() }

  private struct Kind: Sendable {
    let name: String
    let size: Int
    let infinite: UInt64
    let quiet: UInt64
    let largest: UInt64
  }

  private static let kinds = [
    Kind(name: "F32", size: 4, infinite: 0x7F80_0000, quiet: 0xFFC0_0001, largest: 0xFF7F_FFFF),
    Kind(name: "BF16", size: 2, infinite: 0xFF80, quiet: 0x7FC0, largest: 0x7F7F),
    Kind(name: "F16", size: 2, infinite: 0x7C00, quiet: 0xFE00, largest: 0x7BFF),
    Kind(
      name: "F64", size: 8, infinite: 0x7FF0_0000_0000_0000, quiet: 0x7FF8_0000_0000_0000,
      largest: 0xFFEF_FFFF_FFFF_FFFF),
  ]

  /// A file of two tensors, in which element `index` of the second, `x`, has these bits.
  private func file(_ kind: Kind, _ count: Int, index: Int, bits: UInt64, shift: Int, in folder: Scratch) throws -> URL
  {
    let header =
      #"{"a":{"dtype":"U8","shape":[\#(shift)],"data_offsets":[0,\#(shift)]},"x":{"dtype":"\#(kind.name)","#
      + #""shape":[\#(count)],"data_offsets":[\#(shift),\#(shift + count * kind.size)]}}"#
    var bytes = safetensors(header, data: shift + count * kind.size)
    let start = 8 + header.utf8.count
    // A byte tensor may hold anything.
    for i in 0..<shift { bytes[start + i] = 0xFF }
    withUnsafeBytes(of: bits.littleEndian) { value in
      let from = start + shift + index * kind.size
      bytes.replaceSubrange(from..<from + kind.size, with: value.prefix(kind.size))
    }
    return try folder.write(bytes, to: "x.safetensors")
  }

  @Test(arguments: [0, 1, 2, 3], [1, 3, 4096]) func theFirstOneIsNamed(kind: Int, shift: Int) throws {
    let (folder, kind) = (try Scratch(), Self.kinds[kind])
    // More than one piece and block, and an end in the middle of one.
    let count = 70_003
    for index in [0, 1, 2047, 2048, 32_768, count - 1] {
      for bits in [kind.infinite, kind.quiet] {
        let url = try file(kind, count, index: index, bits: bits, shift: shift, in: folder)
        #expect(throws: TorchError.notFinite(path: url.path, name: "x", element: index)) {
          try SafetensorsFile(url).digestOfFiniteNumbers()
        }
      }
    }
    let sound = try SafetensorsFile(file(kind, count, index: 17, bits: kind.largest, shift: shift, in: folder))
    #expect(try sound.digestOfFiniteNumbers() == sound.digest())
    #expect(try sound.digest() == Digest(ofFile: sound.url))
  }

  @Test func filesWithoutNumbers() throws {
    let folder = try Scratch()
    for header in ["{}", #"{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#] {
      let file = try SafetensorsFile(folder.write(safetensors(header, data: 0), to: "e.safetensors"))
      #expect(try file.digestOfFiniteNumbers() == file.digest())
    }
  }

  @Test func theMessage() {
    let error = TorchError.notFinite(path: "m.safetensors", name: "x", element: 7)
    #expect("\(error)".hasPrefix("m.safetensors: tensor `x` holds an infinite value or NaN, the first of"))
  }
}

import Testing

@testable import Files

/// Does no number end the process when it becomes a whole one?
@Suite struct SaturatingTests {
  @Test(
    arguments: [
      (0, 0), (2.9, 2), (-2.9, -2), (1e18, 1_000_000_000_000_000_000), (1e19, .max), (-1e19, .min), (.infinity, .max),
      (-.infinity, .min), (.nan, 0), (.signalingNaN, 0), (0x1p63, .max), (-0x1p63, .min),
      (0x1.fffffffffffffp62, 0x7fff_ffff_ffff_fc00),
      (.greatestFiniteMagnitude, .max), (.leastNonzeroMagnitude, 0),
    ] as [(Double, Int)])
  func doubles(value: Double, whole: Int) { #expect(Int(saturating: value) == whole) }

  @Test func otherTypes() {
    #expect(UInt32(saturating: -1.0) == 0 && UInt32(saturating: 4_294_967_295.5) == .max)
    #expect(UInt32(saturating: 0x1p32) == .max && Int32(saturating: -3e9) == .min)
    #expect(Int(saturating: Float.infinity) == .max && Int(saturating: Float(1e10)) == 10_000_000_000)
  }
}

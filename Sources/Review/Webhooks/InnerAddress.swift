import Foundation

/// Which addresses of the network no webhook may be sent to: this machine, its neighbours, and services that tell a cloud's secrets. What is
/// not known to be public is refused.
enum InnerAddress {
  /// Ranges of IPv4 that are not public (RFC 6890, and IANA's registry of special addresses): the first address and the bits that count.
  private static let ranges: [(address: [UInt8], bits: Int)] = [
    ([0, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8), ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12), ([192, 0, 0, 0], 24), ([192, 0, 2, 0], 24), ([192, 88, 99, 0], 24), ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15), ([198, 51, 100, 0], 24), ([203, 0, 113, 0], 24), ([224, 0, 0, 0], 4), ([240, 0, 0, 0], 4),
    // What a machine in Azure asks for its secrets.
    ([168, 63, 129, 16], 32),
  ]

  /// Ranges within 2000::/3 that are not public: Teredo and its like, documentation.
  private static let wideRanges: [(address: [UInt8], bits: Int)] = [
    ([0x20, 0x01, 0, 0], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x3F, 0xFF, 0, 0], 20),
  ]

  /// Whether an address may not be connected to.
  ///
  /// - Parameter address: As a resolver gives it: `192.0.2.1`, `2001:db8::1`, `fe80::1%eth0`.
  static func isRefused(_ address: String) -> Bool {
    // C's functions would not see what stands behind it.
    guard !address.utf8.contains(0) else { return true }
    var four = in_addr()
    if inet_pton(AF_INET, address, &four) == 1 {
      return isInner(four: withUnsafeBytes(of: &four) { Array($0) })
    }
    var six = in6_addr()
    // An address with an interface is one of a neighbour.
    guard inet_pton(AF_INET6, address, &six) == 1 else { return true }
    return isInner(six: withUnsafeBytes(of: &six) { Array($0) })
  }

  private static func isInner(four bytes: [UInt8]) -> Bool { ranges.contains { has(bytes, $0.address, $0.bits) } }

  private static func isInner(six bytes: [UInt8]) -> Bool {
    let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
    // 64:ff9b::/96 and 2002::/16 lead to an address of IPv4, too.
    let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
    if has(bytes, mapped, 96) || has(bytes, translated, 96) { return isInner(four: Array(bytes.suffix(4))) }
    if has(bytes, [0x20, 0x02], 16) { return isInner(four: Array(bytes[2..<6])) }
    return !has(bytes, [0x20], 3) || wideRanges.contains { has(bytes, $0.address, $0.bits) }
  }

  /// Whether the first bits of an address are those of another.
  private static func has(_ bytes: [UInt8], _ prefix: [UInt8], _ bits: Int) -> Bool {
    zip(bytes, prefix).enumerated().allSatisfy { index, pair in
      let left = min(8, max(0, bits - index * 8))
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> left)
      return pair.0 & mask == pair.1 & mask
    }
  }
}

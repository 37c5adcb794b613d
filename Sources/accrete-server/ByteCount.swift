import ArgumentParser
import Foundation

/// A number of bytes, as people write it: 512MiB, 2GiB, 1.5GB, 1073741824.
struct ByteCount: ExpressibleByArgument, Equatable, CustomStringConvertible {
  let bytes: Int

  private static let units: [(name: String, bytes: Double)] = [
    ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776),
    ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1), ("", 1),
  ]

  init(bytes: Int) { self.bytes = bytes }

  /// `nil`: not such a number, or one that no machine has.
  init?(argument: String) {
    guard
      let unit = Self.units.first(where: { argument.lowercased().hasSuffix($0.name.lowercased()) }),
      let number = Double(argument.dropLast(unit.name.count)), number.isFinite, number >= 1
    else { return nil }
    let bytes = (number * unit.bytes).rounded()
    guard bytes <= Double(1 << 50), let whole = Int(exactly: bytes) else { return nil }
    self.bytes = whole
  }

  var defaultValueDescription: String { description }

  var description: String {
    for unit in Self.units.prefix(4).reversed() where Double(bytes) >= unit.bytes {
      return String(format: "%.4g%@", Double(bytes) / unit.bytes, unit.name)
    }
    return "\(bytes)B"
  }
}

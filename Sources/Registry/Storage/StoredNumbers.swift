/// Sums of stored numbers: a damaged file decides how large these are.
enum StoredNumbers {
  /// - Parameter path: Where the numbers are from, for the message.
  /// - Throws: ``RegistryError/damaged(path:reason:)`` where the sum is too large.
  static func sum(_ numbers: [Int], in path: String = RegistryFolder.database) throws -> Int {
    try numbers.reduce(0) { sum, number in
      let (result, overflow) = sum.addingReportingOverflow(number)
      guard !overflow else { throw RegistryError.damaged(path: path, reason: "a number is too large") }
      return result
    }
  }
}

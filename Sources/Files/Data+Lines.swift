public import Foundation

extension Data {
  /// Goes through the lines of a text, without their line feeds; nothing comes after the last line feed.
  ///
  /// One after the other: a list of them would take many times the memory of a file that has nothing but line feeds.
  ///
  /// - Parameter body: Gets each line's number, from 1, and its bytes.
  public func forEachLine(_ body: (_ number: Int, _ line: Data) throws -> Void) rethrows {
    var (start, number) = (startIndex, 1)
    while start < endIndex {
      let end = self[start...].firstIndex(of: UInt8(ascii: "\n")) ?? endIndex
      try body(number, self[start..<end])
      (start, number) = (end + 1, number + 1)
    }
  }
}

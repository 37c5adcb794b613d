/// Files that need not be there.
public enum OptionalFile {
  /// What is in a file that may be missing.
  ///
  /// - Parameter read: Reads it, with the errors of this module.
  /// - Returns: What `read` returns; `nil` if it found no file.
  /// - Throws: Every other error of `read`.
  public static func read<Value>(_ read: () throws -> Value) throws -> Value? {
    do {
      return try read()
    } catch FileError.notFound {
      return nil
    }
  }
}

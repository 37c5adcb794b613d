/// An error that this package throws: one line that says what was expected, what was found, where and what to do, and the category
/// by which a program decides what follows from it.
///
/// Every public error type of the library modules is one, so that one `catch` serves for all of them:
///
/// ```swift
/// do {
///   try registry.promote(reference)
/// } catch let error as any AccreteError where error.category == .stale {
///   // Somebody else changed it first: look again and repeat.
/// }
/// ```
public protocol AccreteError: Error, CustomStringConvertible {
  /// What kind of failure it is. Exit codes and HTTP statuses follow from it.
  var category: ErrorCategory { get }
}

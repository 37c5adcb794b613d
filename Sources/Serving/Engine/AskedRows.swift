import Streams

/// Rows that are to be answered, on their way to the engine's thread.
struct AskedRows: Sendable {
  let rows: [RequestRow]
  /// The same as the version reads them; `nil`: how it does was not to be found out, which the engine tells whoever asked.
  let encoded: [EncodedExample]?

  init(_ rows: [RequestRow], encoded: [EncodedExample]? = nil) { (self.rows, self.encoded) = (rows, encoded) }

  /// How many tokens they have: where nobody has counted them about as many as four bytes have.
  var tokens: Int {
    encoded?.reduce(0) { $0 + $1.promptIds.count } ?? rows.reduce(0) { $0 + $1.text.utf8.count / 4 + 1 }
  }
}

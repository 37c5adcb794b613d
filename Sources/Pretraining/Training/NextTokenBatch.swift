import Decoder
import Torch

/// Windows of tokens as inputs and what follows each.
struct NextTokenBatch {
  let tokens: TokenBatch
  /// int64 [tokens]
  let targets: Tensor

  /// - Parameters:
  ///   - windows: Of tokens, each one longer than what the model reads of it.
  ///   - documentEnd: The token that ends a document, where documents do not see each other; `nil`: a window is one text.
  init(_ windows: [[Int]], documentEnd: Int? = nil, on device: Device) throws {
    let inputs = windows.map { Array($0.dropLast()) }
    let sequences = documentEnd.map { end in inputs.flatMap { Self.documents(of: $0, end: end) } } ?? inputs
    // Packed, the tokens of all sequences stand one after the other whichever sequences they are in.
    tokens = try TokenBatch(sequences, on: device)
    targets = try Tensor(windows.flatMap { $0.dropFirst() }, on: device)
  }

  /// A window's documents and parts of documents: each goes to its end token, the last to the window's end.
  static func documents(of window: [Int], end: Int) -> [[Int]] {
    var (sequences, start) = ([[Int]](), 0)
    for (position, token) in window.enumerated() where token == end {
      sequences.append(Array(window[start...position]))
      start = position + 1
    }
    if start < window.count { sequences.append(Array(window[start...])) }
    return sequences
  }
}

import Foundation

/// A file of events for TensorBoard, as far as ours go.
struct EventFile {
  /// Steps in the order of the file, with the names of their values.
  private(set) var steps: [(step: Int, tags: [String])] = []

  init(_ url: URL) throws {
    let bytes = [UInt8](try Data(contentsOf: url))
    var position = 0
    while position + 16 <= bytes.count {
      let count = bytes[position..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      let message = bytes[position + 12..<position + 12 + count]
      position += count + 16
      // Time first, nine bytes; then the step; the first record has the form's name instead.
      var rest = message.dropFirst(9)
      guard rest.popFirst() == 2 << 3 else { continue }
      var (step, shift) = (0, 0)
      while let byte = rest.popFirst() {
        step |= Int(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      let text = String(decoding: rest.map { (0x20..<0x7F).contains($0) ? $0 : 0x20 }, as: UTF8.self)
      let known = ["loss/train", "loss/choose", "learning-rate"]
      steps.append((step, known.filter { text.contains($0 + " ") }))
    }
  }

  /// The steps that have a value of this name.
  func steps(of tag: String) -> [Int] { steps.filter { $0.tags.contains(tag) }.map(\.step) }
}

/// What is wrong with many things: the words of the first ten, and how many more there are.
///
/// A file of a folder may name millions of files that are missing, and each is told with its path.
struct ProblemList {
  private static let mostShown = 10

  private var shown: [String] = []
  private var count = 0

  var isEmpty: Bool { count == 0 }

  /// All in one line.
  var text: String {
    let words = shown.joined(separator: "; ")
    return count > shown.count ? "\(words); … and \(count - shown.count) more" : words
  }

  /// Notes what `body` throws.
  mutating func look(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      count += 1
      if shown.count < Self.mostShown { shown.append("\(error)") }
    }
  }
}

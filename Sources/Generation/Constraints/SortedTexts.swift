/// Some texts in the order of their bytes, of which one is written byte by byte.
struct SortedTexts: Sendable {
  private let texts: [[UInt8]]
  /// The place of each text in the list that was given.
  private let places: [Int]

  /// The texts that have one beginning: they lie side by side.
  struct Prefix: Hashable, Sendable {
    fileprivate var texts: Range<Int>
    /// How long the beginning is.
    fileprivate var length: Int
  }

  init(_ texts: [[UInt8]]) {
    let order = texts.indices.sorted { one, other in
      texts[one] == texts[other] ? one < other : texts[one].lexicographicallyPrecedes(texts[other])
    }
    self.texts = order.map { texts[$0] }
    places = order
  }

  /// Of all texts: none.
  var start: Prefix { Prefix(texts: texts.indices, length: 0) }

  /// The texts themselves.
  var all: [[UInt8]] { texts }

  /// A beginning with one more byte; `nil` where no text has it.
  func step(_ prefix: Prefix, _ byte: UInt8) -> Prefix? {
    let lower = first(in: prefix) { $0 >= Int(byte) }
    let upper = first(in: prefix) { $0 > Int(byte) }
    return lower < upper ? Prefix(texts: lower..<upper, length: prefix.length + 1) : nil
  }

  /// The first of the texts of a beginning whose next byte (-1: there is none) is such as is asked for; that byte never falls among them.
  private func first(in prefix: Prefix, _ isBehind: (Int) -> Bool) -> Int {
    var (lower, upper) = (prefix.texts.lowerBound, prefix.texts.upperBound)
    while lower < upper {
      let middle = (lower + upper) / 2
      let text = texts[middle]
      if isBehind(prefix.length < text.count ? Int(text[prefix.length]) : -1) {
        upper = middle
      } else {
        lower = middle + 1
      }
    }
    return lower
  }

  /// The place of the text that the beginning is, if it is a whole one.
  func whole(_ prefix: Prefix) -> Int? {
    guard let first = prefix.texts.first, texts[first].count == prefix.length else { return nil }
    return places[first]
  }

  /// Whether one of the texts of a beginning has such a place.
  func has(_ prefix: Prefix, where isAllowed: (Int) -> Bool) -> Bool { prefix.texts.contains { isAllowed(places[$0]) } }
}

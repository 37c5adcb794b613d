/// Numbers words in the order in which they are first seen, so that they compare in one step.
struct WordNumbers {
  private var numbers: [[Unicode.Scalar]: Int] = [:]

  /// The numbers of some words.
  mutating func numbers(of words: [[Unicode.Scalar]]) -> [Int] {
    words.map { word in
      if let number = numbers[word] { return number }
      numbers[word] = numbers.count
      return numbers.count - 1
    }
  }
}

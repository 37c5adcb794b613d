/// The tokens that there are so far in training, and the merges that made them.
struct TrainingVocabulary: Sendable {
  /// One merge: two tokens, which make a third.
  struct Merge: Sendable {
    let left: Int32
    let right: Int32
  }

  /// How each token is spelled in the byte-level alphabet, by id.
  private(set) var spellings: [[UInt8]] = []
  /// How many bytes of text each token stands for, by id.
  private(set) var lengths: [Int] = []
  /// The id of each byte.
  private(set) var byteIDs = [Int32](repeating: 0, count: 256)
  /// The earliest first.
  private(set) var merges: [Merge] = []
  /// By spelling. It is only looked up in, never gone through: its order is another one in each process.
  private var ids: [[UInt8]: Int32] = [:]

  var count: Int { spellings.count }

  /// The special tokens in their order, then the bytes in the order of the scalars that stand for them.
  init(specialTokens: [String]) {
    for token in specialTokens { _ = id(of: Array(token.utf8), length: 1) }
    let alphabet = ByteAlphabet.scalars.enumerated().sorted { $0.element.value < $1.element.value }
    for (byte, scalar) in alphabet { byteIDs[byte] = id(of: Array(String(scalar).utf8), length: 1) }
  }

  /// The token that two make side by side; a new one, unless one is spelled like that already.
  mutating func merge(_ left: Int32, _ right: Int32) -> Int32 {
    merges.append(Merge(left: left, right: right))
    let (left, right) = (Int(left), Int(right))
    return id(of: spellings[left] + spellings[right], length: lengths[left] + lengths[right])
  }

  private mutating func id(of spelling: [UInt8], length: Int) -> Int32 {
    if let known = ids[spelling] {
      // A special token may be spelled like one that merging makes.
      lengths[Int(known)] = length
      return known
    }
    let id = Int32(spellings.count)
    ids[spelling] = id
    spellings.append(spelling)
    lengths.append(length)
    return id
  }
}

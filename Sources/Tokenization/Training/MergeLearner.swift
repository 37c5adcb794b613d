/// Merges the most frequent pair, again and again.
///
/// Each pair that may be merged has the list of words in which it came up, so that a merge looks at these words only, and counts
/// are kept up to date from what changes in them.
struct MergeLearner: Sendable {
  private(set) var vocabulary: TrainingVocabulary
  private var words: TrainingWords
  private var pairs = PairCounts()
  private var queue = MergeQueue()
  /// The lists of words, one behind the other. What merging adds is bounded by twice the tokens of all words: each merge in a
  /// word leaves one token less.
  private var lists: [Int32] = []
  private let options: BPETrainer.Options

  /// The words in which a pair came up since pairs were last put into the queue.
  private var arrivals: [(pair: Int32, word: Int32)] = []
  /// The pairs of `arrivals`, each once.
  private var arrived: [Int32] = []
  private var changes: [TrainingWords.Change] = []

  /// How many merges are done between two reports of progress.
  private static let reportInterval = 256

  init(_ pieces: PieceCounts, _ options: BPETrainer.Options) {
    self.options = options
    vocabulary = TrainingVocabulary(specialTokens: options.specialTokens)
    words = TrainingWords(pieces, byteIDs: vocabulary.byteIDs)
    for word in 0..<words.count {
      changes.removeAll(keepingCapacity: true)
      words.appendPairs(of: word, to: &changes)
      count(in: word)
    }
    enqueueArrivals()
  }

  mutating func learn(progress: (BPETrainer.Progress) throws -> Void) rethrows -> TrainedTokenizer.Stop {
    var stop = TrainedTokenizer.Stop.sizeReached
    while vocabulary.count < options.vocabularySize {
      guard let next = queue.first else {
        stop = .noPairLeft
        break
      }
      let count = pairs[next.number].count
      guard next.count == count else {
        queue.recountFirst(count)
        continue
      }
      guard count >= max(options.minimumFrequency, 1) else {
        stop = count < 1 ? .noPairLeft : .pairsTooRare(highestCount: count)
        break
      }
      queue.removeFirst()
      merge(next)
      if vocabulary.merges.count % Self.reportInterval == 0 { try progress(report) }
    }
    try progress(report)
    return stop
  }

  private var report: BPETrainer.Progress {
    BPETrainer.Progress(vocabularySize: vocabulary.count, goal: options.vocabularySize)
  }

  private mutating func merge(_ entry: MergeQueue.Entry) {
    let pair = TrainingVocabulary.Merge(left: pairs[entry.number].left, right: pairs[entry.number].right)
    let merged = vocabulary.merge(pair.left, pair.right)
    let lengths = vocabulary.lengths
    let rest = options.maxTokenLength.map { $0 - lengths[Int(merged)] } ?? .max
    for position in entry.wordStart..<entry.wordStart + Int(entry.wordCount) {
      let word = Int(lists[position])
      changes.removeAll(keepingCapacity: true)
      words.merge(pair, in: word, to: merged, isCounted: { lengths[Int($0)] < rest }, changes: &changes)
      count(in: word)
    }
    enqueueArrivals()
  }

  /// Counts `changes`, which are those of one word.
  private mutating func count(in word: Int) {
    let frequency = words.counts[word]
    for change in changes {
      let number = pairs.number(of: change.left, change.right)
      pairs[number].count += change.difference * frequency
      guard change.difference > 0 else { continue }
      if pairs[number].waiting == 0 {
        arrived.append(number)
      } else if pairs[number].lastWord == word {
        continue
      }
      pairs[number].waiting += 1
      pairs[number].lastWord = Int32(word)
      arrivals.append((number, Int32(word)))
    }
  }

  /// Writes the lists of words of the pairs that have come up, and puts the pairs into the queue.
  private mutating func enqueueArrivals() {
    var end = lists.count
    for number in arrived {
      let pair = pairs[number]
      if pair.count > 0 {
        let key = UInt64(UInt32(bitPattern: pair.left)) << 32 | UInt64(UInt32(bitPattern: pair.right))
        queue.insert(
          MergeQueue.Entry(count: pair.count, pair: key, number: number, wordCount: pair.waiting, wordStart: end))
      }
      end += Int(pair.waiting)
    }
    placeArrivals(end: end)
  }

  private mutating func placeArrivals(end: Int) {
    // `lastWord` is free now: it becomes the pair's index in `arrived` and `starts`.
    var starts: [Int] = []
    starts.reserveCapacity(arrived.count)
    var start = lists.count
    for (position, number) in arrived.enumerated() {
      starts.append(start)
      start += Int(pairs[number].waiting)
      pairs[number].lastWord = Int32(position)
    }
    lists.append(contentsOf: repeatElement(0, count: end - lists.count))
    for arrival in arrivals {
      let position = Int(pairs[arrival.pair].lastWord)
      lists[starts[position]] = arrival.word
      starts[position] += 1
    }
    for number in arrived { pairs[number].waiting = 0 }
    arrived.removeAll(keepingCapacity: true)
    arrivals.removeAll(keepingCapacity: true)
  }
}

import Foundation
import Synchronization

/// Tokenizes the documents of a source on several threads, and gives them in their order.
struct DocumentEncoder {
  private var reader: DocumentReader
  private let tokenizer: CorpusTokenizer
  private let rule: HeldOutRule
  private let threads: Int

  private let chunkBytes: Int

  /// About as many bytes are tokenized by a thread before it takes the next ones.
  static let chunkBytes = 1 << 18
  /// Chunks for each thread in one round, so that threads that are done sooner help the others.
  private static let chunksPerThread = 4

  /// - Parameter threads: Less than 1 is 1.
  init(
    _ source: TextSource, _ tokenizer: CorpusTokenizer, _ rule: HeldOutRule, threads: Int,
    chunkBytes: Int = DocumentEncoder.chunkBytes
  ) {
    reader = DocumentReader(source)
    self.tokenizer = tokenizer
    self.rule = rule
    self.threads = max(1, threads)
    self.chunkBytes = chunkBytes
  }

  /// Bytes of the files, as they lie on the disk, that were read so far.
  var bytesRead: Int { reader.bytesRead }

  /// Passes over documents that an earlier process has tokenized.
  ///
  /// - Throws: What `check` throws, which is told the bytes read, now and then.
  mutating func skip(_ documents: Int, _ check: (Int) throws -> Void) throws {
    for number in 0..<documents {
      if number % 4096 == 0 { try check(bytesRead) }
      guard try reader.nextRaw() != nil else { return }
    }
  }

  /// The next documents, in the order of the files; none after the last.
  ///
  /// - Parameter check: Called now and then by a single thread, or within a single long document; what it throws ends the work.
  /// - Throws: The error of the first document that has one.
  mutating func next(check: () throws -> Void = {}) throws -> [EncodedDocuments] {
    var chunks: [[RawDocument]] = []
    while chunks.count < threads * Self.chunksPerThread {
      let chunk = try nextChunk()
      if chunk.isEmpty { break }
      chunks.append(chunk)
    }
    if threads == 1 || chunks.count < 2 {
      return try chunks.map { try EncodedDocuments($0, tokenizer, rule, check: check) }
    }
    return try encode(chunks)
  }

  private mutating func nextChunk() throws -> [RawDocument] {
    var (chunk, bytes) = ([RawDocument](), 0)
    while bytes < chunkBytes, let document = try reader.nextRaw() {
      chunk.append(document)
      // A document without text costs something, too.
      bytes += document.bytes.count + 1
    }
    return chunk
  }

  private func encode(_ chunks: [[RawDocument]]) throws -> [EncodedDocuments] {
    let results = Mutex([Result<EncodedDocuments, any Error>?](repeating: nil, count: chunks.count))
    let taken = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: threads) { [tokenizer, rule] _ in
      while true {
        let number = taken.withLock { next in
          defer { next += 1 }
          return next
        }
        guard number < chunks.count else { return }
        let result = Result { try EncodedDocuments(chunks[number], tokenizer, rule) }
        results.withLock { $0[number] = result }
      }
    }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
  }
}

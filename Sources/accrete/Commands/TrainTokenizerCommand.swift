import ArgumentParser
import Files
import Foundation
import Pretraining
import Tokenization

struct TrainTokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-tokenizer",
    abstract: "Learn the vocabulary of a byte-level BPE tokenizer from text.",
    discussion: """
      accrete train-tokenizer --data corpus.jsonl --vocabulary 8192 --out tokenizers/mine

      Writes tokenizer.json, tokenizer_config.json and special_tokens_map.json, which this program and Python's tokenizers and \
      transformers read. The same texts and options give the same bytes.
      """)

  @Option(
    parsing: .upToNextOption,
    help:
      "Files of text: .jsonl with a \"text\" in each row, or .txt; both may be gzipped (.gz); folders of them; patterns."
  )
  var data: [String]

  @Option(help: "Field of the rows that has the text.")
  var textField = TextSource.defaultField

  @Option(help: "Ids, special tokens and the 256 bytes included.")
  var vocabulary: Int

  @Option(help: "Folder of the tokenizer; it must not exist yet.")
  var out: String

  @Option(
    parsing: .upToNextOption,
    help: "Special tokens in the order of their ids. Default: <|endoftext|>, <|im_start|>, <|im_end|>, <|pad|>.")
  var special: [String] = []

  @Option(help: "Bytes of text to learn from, the same share of each file, from its beginning. Default: all.")
  var sampleBytes: Int?

  @Option(help: "How often a pair of tokens must be in the text to become one.")
  var minimumFrequency = 2

  @Option(help: "Tokens made of others have fewer bytes than this, but for those of two. Default: no limit.")
  var maxTokenLength: Int?

  @Option(help: "Ids that the model reads at once; goes into tokenizer_config.json.")
  var maxLength = 2048

  @Flag(help: "Leave the chat template out. It needs <|im_start|> and <|im_end|> among the special tokens.")
  var noChatTemplate = false

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  private struct Result: Encodable {
    let folder: String
    let vocabulary: Int
    let asked: Int
    let merges: Int
    let stopped: String
    let textBytes: Int
    let distinctPieces: Int
    let readingSeconds: Double
    let mergingSeconds: Double
  }

  func validate() throws {
    guard !data.isEmpty else { throw ValidationError("--data: give at least one file.") }
    guard sampleBytes ?? 1 >= 1 else { throw ValidationError("--sample-bytes: give 1 or more.") }
    guard maxLength >= 1 else { throw ValidationError("--max-length: give 1 or more.") }
  }

  func run() throws {
    let printer = ProgressPrinter(progress)
    try Failure.reported {
      let folder = URL(fileURLWithPath: absolute(out))
      // Known before the work begins, not after it.
      guard !FolderFile.exists(folder.lastPathComponent, in: folder.deletingLastPathComponent()) else {
        throw FileError.alreadyExists(path: folder.path)
      }
      var trainer = try BPETrainer(
        BPETrainer.Options(
          vocabularySize: vocabulary, specialTokens: special.isEmpty ? BPETrainer.Options.chatSpecialTokens : special,
          minimumFrequency: minimumFrequency, maxTokenLength: maxTokenLength))
      let template: TrainedTokenizer.ChatTemplate = noChatTemplate ? .none : .chatML
      try template.check(trainer.options.specialTokens)
      let clock = ContinuousClock()
      let reading = try clock.measure { try read(into: &trainer, printer) }
      printer.line(
        "\(trainer.textBytes) bytes of text, \(trainer.distinctPieces) distinct pieces, in \(seconds(reading)) s")
      let start = clock.now
      let trained = try trainer.train {
        printer.passing("merging: \($0.vocabularySize) of \($0.goal) ids")
      }
      let merging = start.duration(to: clock.now)
      try NewFolder.make(folder) { try trained.write(to: $0, chatTemplate: template, modelMaxLength: maxLength) }
      if trained.stop != .sizeReached {
        printer.line("warning: \(trained.vocabularySize) ids, not \(vocabulary): \(trained.stop)")
      }
      try show(
        Result(
          folder: folder.path, vocabulary: trained.vocabularySize, asked: vocabulary, merges: trained.merges.count,
          stopped: "\(trained.stop)", textBytes: trainer.textBytes, distinctPieces: trainer.distinctPieces,
          readingSeconds: reading / .seconds(1), mergingSeconds: merging / .seconds(1)))
    }
  }

  /// Counts the pieces of all files. What a file has less than its share is divided among those after it.
  private func read(into trainer: inout BPETrainer, _ printer: ProgressPrinter) throws {
    var left = sampleBytes ?? .max
    let files = try data.flatMap { try TextFiles.named(by: URL(fileURLWithPath: absolute($0))) }
    for (index, file) in files.enumerated() where left > 0 {
      var shown = 0
      // Rounded up, so that the sample is never empty.
      let share = left == .max ? left : (left - 1) / (files.count - index) + 1
      var reader = try DocumentReader(TextSource(name: "text", files: [file], field: textField))
      var taken = 0
      while taken < share, let document = try reader.nextDocument() {
        try trainer.add(String(decoding: document, as: UTF8.self))
        taken += document.count
        guard taken - shown >= 1 << 20 else { continue }
        shown = taken
        printer.passing("reading \(file.lastPathComponent): \(taken >> 20) MiB of text")
      }
      if left != .max { left = max(left - taken, 0) }
    }
  }

  private func show(_ result: Result) throws {
    guard !json else { return try Console.output(String(decoding: try JSONFile.encode(result), as: UTF8.self)) }
    try Console.output("\(result.folder): \(result.vocabulary) ids, \(result.merges) merges; \(result.stopped)")
  }

  private func seconds(_ duration: Duration) -> String { fixed(duration / .seconds(1), 1) }
}

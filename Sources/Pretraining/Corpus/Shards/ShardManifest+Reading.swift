import Files
import Foundation

extension ShardManifest {
  /// Reads and checks the `tokens.json` of a folder.
  ///
  /// - Throws: `FileError/notFound(path:)` where there is none; ``CorpusError/shard(_:)`` if it is not of the form that is written.
  static func read(in folder: URL) throws -> ShardManifest {
    let url = try FolderFile.url(fileName, in: folder)
    let manifest: ShardManifest
    do {
      manifest = try JSONFile.read(ShardManifest.self, from: url, limit: sizeLimit)
    } catch FileError.malformedJSON(_, let reason) {
      throw wrong(
        url, expected: "the description of a folder of tokens",
        got: reason.hasSuffix(".") ? String(reason.dropLast()) : reason)
    }
    try manifest.requireSense(url)
    return manifest
  }

  /// Requires that everything in it could have been written, so that nothing after this needs to doubt it.
  private func requireSense(_ url: URL) throws {
    guard format == Self.currentFormat else {
      throw Self.wrong(url, expected: "the format \(Self.currentFormat)", got: "\"\(format.prefix(60))\"")
    }
    guard (1...Int(Int32.max)).contains(vocabularySize), (0..<vocabularySize).contains(endToken),
      bytesPerToken == CorpusTokenizer.bytesPerToken(vocabularySize: vocabularySize)
    else {
      throw Self.wrong(
        url, expected: "an end token in the vocabulary, and 2 or 4 bytes a token as it needs",
        got: "vocabularySize \(vocabularySize), endToken \(endToken), bytesPerToken \(bytesPerToken)")
    }
    guard heldOut >= 0, heldOut < 1 else {
      throw Self.wrong(url, expected: "heldOut from 0 to below 1", got: "\(heldOut)")
    }
    do { try TextSource.requireDistinct(sources.map(\.name)) } catch let error as CorpusError {
      throw Self.wrong(url, expected: error.detail.expected, got: error.detail.got)
    }
    for source in sources { try Self.requireSense(source, url) }
  }

  private static func requireSense(_ source: Source, _ url: URL) throws {
    guard PlainName.isPlain(source.name, longest: TextSource.longestName) else {
      throw wrong(url, expected: "plain names of sources", got: "\(String(source.name.prefix(60)).debugDescription)")
    }
    guard source.textBytes >= 0, source.emptyDocuments >= 0, source.files.allSatisfy({ $0.bytes >= 0 }) else {
      throw wrong(url, expected: "counts of source \(source.name) that are not negative", got: "others")
    }
    for side in CorpusSide.allCases {
      var tokens = 0
      for (number, shard) in source[side].enumerated() {
        let name = shardName(source: source.name, side: side, number: number)
        guard shard.file == name else {
          throw wrong(url, expected: "the shard \(name)", got: "\(String(shard.file.prefix(160)).debugDescription)")
        }
        guard shard.tokens > 0, (0...shard.tokens).contains(shard.documents) else {
          throw wrong(
            url, expected: "tokens, and no more documents than tokens, in \(name)",
            got: "\(shard.tokens) and \(shard.documents)")
        }
        let (sum, isTooMuch) = tokens.addingReportingOverflow(shard.tokens)
        guard !isTooMuch, sum <= Int.max / 8 else {
          throw wrong(url, expected: "as many tokens as memory has addresses", got: "more")
        }
        tokens = sum
      }
    }
  }

  private static func wrong(_ url: URL, expected: String, got: String) -> CorpusError {
    .shard(
      .init(
        url.path, expected: expected, got: got,
        fix: "Remove this file, and the tokens are made anew; or choose another folder if it is not ours."))
  }
}

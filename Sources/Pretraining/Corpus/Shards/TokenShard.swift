import Files
import Foundation

/// One file of tokens, mapped into memory, of the length that `tokens.json` says.
struct TokenShard: Sendable {
  let file: MappedFile
  let tokens: Int
  let documents: Int

  /// - Throws: ``CorpusError/shard(_:)``; `FileError/linkLeadsOut(path:target:)`.
  init(
    _ shard: ShardManifest.Shard, in folder: URL, bytesPerToken: Int, _ verification: TokenCorpus.Verification
  ) throws {
    do {
      file = try MappedFile(FolderFile.url(shard.file, in: folder))
    } catch FileError.notFound {
      throw Self.wrong(
        folder.appendingPathComponent(shard.file).path, expected: "a file of \(shard.tokens) tokens", got: "none")
    }
    (tokens, documents) = (shard.tokens, shard.documents)
    let (bytes, isTooMuch) = shard.tokens.multipliedReportingOverflow(by: bytesPerToken)
    guard !isTooMuch, file.bytes.count == bytes else {
      throw wrong(expected: "\(shard.tokens) tokens of \(bytesPerToken) bytes", got: "\(file.bytes.count) bytes")
    }
    guard verification == .digests else { return }
    let digest = withExtendedLifetime(file) { Digest(of: [file.bytes]) }
    guard digest == shard.digest else { throw wrong(expected: "the digest \(shard.digest)", got: "\(digest)") }
  }

  func wrong(expected: String, got: String) -> CorpusError {
    Self.wrong(file.url.path, expected: expected, got: got)
  }

  private static func wrong(_ path: String, expected: String, got: String) -> CorpusError {
    .shard(
      .init(
        path, expected: expected, got: got,
        fix: "The file is damaged: remove \(ShardManifest.fileName) beside it, and the tokens are made anew."))
  }
}

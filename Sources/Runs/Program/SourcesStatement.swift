public import Files
import Foundation

/// `accrete-sources.json`: what a program was built from. `make build` writes it beside the program.
public struct SourcesStatement: Sendable, Equatable, Codable {
  static let fileName = "accrete-sources.json"
  static let libraryName = "libaccrete-torch.so"

  /// SHA-256 of the program's file, and of the library that it opens: the statement is of these and no others.
  public let program: Digest
  public let library: Digest
  /// SHA-256 of everything that goes into them: the package's manifest, every file of its sources, the dependencies' versions.
  public let sources: Digest
  /// The compiler's version and its target, and the build's configuration.
  public let compiler: String
  public let configuration: String
  /// The commit, where nothing was changed since.
  public let commit: String?

  /// What builds of the same sources have in common.
  var code: Digest { Digest(of: Data("sources \(sources)\ncompiler \(compiler)\n\(configuration)\n".utf8)) }
}

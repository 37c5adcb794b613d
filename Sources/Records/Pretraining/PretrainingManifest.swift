public import Files
package import Foundation

/// `pretraining.json`: what a pretraining run was made from, written once, before the first step.
public struct PretrainingManifest: Sendable, Equatable, Codable {
  /// A source of text.
  public struct Source: Sendable, Equatable, Codable {
    public var name: String
    /// SHA-256 of its files, in their order.
    public var files: [Digest]
    public var trainTokens: Int
    public var heldOutTokens: Int
    public var textBytes: Int
    public var emptyDocuments: Int

    package init(
      name: String, files: [Digest], trainTokens: Int, heldOutTokens: Int, textBytes: Int, emptyDocuments: Int
    ) {
      self.name = name
      self.files = files
      self.trainTokens = trainTokens
      self.heldOutTokens = heldOutTokens
      self.textBytes = textBytes
      self.emptyDocuments = emptyDocuments
    }
  }

  /// How often the run passes through a source, in windows of one length.
  public struct Use: Sendable, Equatable, Codable {
    public var source: String
    public var sequenceLength: Int
    public var windows: Int
    public var epochs: Double

    package init(source: String, sequenceLength: Int, windows: Int, epochs: Double) {
      self.source = source
      self.sequenceLength = sequenceLength
      self.windows = windows
      self.epochs = epochs
    }
  }

  /// Version of the folder's form.
  public static let currentFormat = 1

  public var format = PretrainingManifest.currentFormat
  public var accrete: String
  public var libtorch: String
  public var configuration: PretrainingConfiguration
  /// SHA-256 over the weight files of the base that was continued from.
  public var baseDigest: Digest?
  public var tokenizerDigest: Digest
  public var endToken: Int
  public var sources: [Source]
  public var uses: [Use]
  public var steps: Int
  public var longSteps: Int
  /// Values of the model.
  public var parameters: Int
  /// Values that one token passes through: all but the routed experts that it does not visit.
  public var activatedParameters: Int
  /// ρ.
  public var routedRateFactor: Double

  package init(
    format: Int = PretrainingManifest.currentFormat, accrete: String, libtorch: String,
    configuration: PretrainingConfiguration, baseDigest: Digest? = nil, tokenizerDigest: Digest, endToken: Int,
    sources: [Source], uses: [Use], steps: Int, longSteps: Int, parameters: Int, activatedParameters: Int,
    routedRateFactor: Double
  ) {
    self.format = format
    self.accrete = accrete
    self.libtorch = libtorch
    self.configuration = configuration
    self.baseDigest = baseDigest
    self.tokenizerDigest = tokenizerDigest
    self.endToken = endToken
    self.sources = sources
    self.uses = uses
    self.steps = steps
    self.longSteps = longSteps
    self.parameters = parameters
    self.activatedParameters = activatedParameters
    self.routedRateFactor = routedRateFactor
  }

  /// Refuses to go on with anything that decides the result and is no longer what it was.
  /// - Throws: ``RunError/changed(folder:what:recorded:now:)`` with the first difference.
  package func requireSame(_ now: PretrainingManifest, folder: URL) throws {
    guard let difference = try Differences.list(self, now).first else { return }
    throw RunError.changed(
      folder: folder.path, what: difference.key, recorded: difference.first, now: difference.second)
  }
}

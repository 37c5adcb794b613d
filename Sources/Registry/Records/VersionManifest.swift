import AuditedDatabase
public import Files
public import Foundation

/// Everything that a version is. Its canonical JSON is a blob, whose digest is the version's.
///
/// The number is not in it: the registry gives that, and a version that is taken to another registry may have another there.
public struct VersionManifest: Sendable, Codable, Equatable {
  /// The schema of manifests that this program writes.
  public static let currentSchema = 1

  public let schema: Int
  /// The task's name.
  public let name: String
  /// The method that learned it.
  public let method: String
  /// What it gives: a label of a list, or several (the model says which), or a free answer.
  public let kind: Kind
  /// The labels, code point by code point as the rows have them; none for free answers.
  public let labels: [String]
  /// The digest of the base's weights.
  public let base: Digest
  public let tokenizer: Digest
  /// The digest of the prompt's form.
  public let promptForm: Digest
  /// The digest of the chat template, where one is used.
  public let template: Digest?
  /// Its blobs by role: ``Role``, or another plain name.
  public let parts: [String: BlobReference]
  /// What the task model is: combination, calibration, candidates and their evidence. The registry does not look into it.
  public let model: JSONTree
  /// The rows it was made from.
  public let data: [DataRecord]
  /// The version that it was made from.
  public let parent: Digest?
  /// Versions whose atoms it uses: while it is there, they cannot be forgotten.
  public let restsOn: [Digest]
  /// How it came about: seed, configuration, costs, the run. The registry does not look into it.
  public let run: JSONTree
  /// Names the arithmetic of the program: answers of another id may differ in the last bits.
  public let numerics: String
  /// When it was made: ISO 8601, UTC.
  public let created: String

  public enum Kind: String, Sendable, Codable { case label, answer }

  /// The usual roles of parts.
  public enum Role {
    public static let tensors = "tensors"
    public static let adapterConfig = "adapterConfig"
    public static let head = "head"
    public static let router = "router"
    public static let probe = "probe"
    public static let rows = "rows"
    public static let receipt = "receipt"
    public static let gates = "gates"
  }

  public init(
    name: String, method: String, kind: Kind, labels: [String], base: Digest, tokenizer: Digest, promptForm: Digest,
    template: Digest? = nil, parts: [String: BlobReference], model: JSONTree, data: [DataRecord],
    parent: Digest? = nil, restsOn: [Digest] = [], run: JSONTree, numerics: String, created: String
  ) {
    schema = Self.currentSchema
    self.name = name
    self.method = method
    self.kind = kind
    self.labels = labels
    self.base = base
    self.tokenizer = tokenizer
    self.promptForm = promptForm
    self.template = template
    self.parts = parts
    self.model = model
    self.data = data
    self.parent = parent
    self.restsOn = restsOn
    self.run = run
    self.numerics = numerics
    self.created = created
  }

  /// The bytes that are stored: canonical JSON.
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func canonicalData() throws -> Data { try CanonicalJSON.encode(self) }

  /// SHA-256 of ``canonicalData()``: the version's digest.
  public func digest() throws -> Digest { Digest(of: try canonicalData()) }

  /// The same to the byte: texts are compared by code points.
  public static func == (one: VersionManifest, other: VersionManifest) -> Bool {
    guard let left = try? one.canonicalData(), let right = try? other.canonicalData() else { return false }
    return left == right
  }
}

public import Files

/// What a learn was: what it began from, what it changed and what not, and what it cost. A blob of the version.
public struct Receipt: Sendable, Codable, Equatable {
  public static let media = "application/vnd.accrete.receipt+json"

  /// An earlier task before and after.
  public struct Earlier: Sendable, Codable, Equatable {
    public let version: String
    /// SHA-256 of its expert's tensors; `nil`: it has none.
    public let before: Digest?
    public let after: Digest?
    /// Stored requests that were answered again under both releases, and how many differ in any bit.
    public let requests: Int
    public let changed: Int
  }

  /// Rows of one role.
  public struct Rows: Sendable, Codable, Equatable {
    public let role: String
    public let digest: Digest
    public let rows: Int
  }

  public let schema: Int
  /// `spam@2`
  public let version: String
  public let base: Digest
  public let tokenizer: Digest
  /// The release that was current; `nil`: none.
  public let release: Int?
  public let earlier: [String: Earlier]
  public let data: [Rows]
  public let options: JSONTree
  public let seed: UInt64
  public let program: String
  public let numerics: String
  /// Of training, those before an interruption included.
  public let trainingSeconds: Double
  /// What the trials of learning rates took of these; `nil`: there were none, or the program did not say so yet.
  public let trialSeconds: Double?
  /// Of this process, all its threads.
  public let cpuSeconds: Double
  /// Of answering the stored requests of all earlier tasks (gate G2).
  public let proofSeconds: Double
  public let wallSeconds: Double
  public let peakBytes: Int
  /// Where it was computed, and bytes in tensors there at most since learning began, and held by libtorch in the end; `nil` on the CPU.
  public let device: String?
  public let deviceMemoryPeak: Int?
  public let deviceMemoryReserved: Int?
  public let trainedParameters: Int
}

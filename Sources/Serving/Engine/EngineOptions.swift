/// How much the engine may use.
public struct EngineOptions: Sendable {
  /// Bytes for keys and values.
  public var kvBytes: Int
  /// Bytes for experts that are loaded; those in use stay whatever they take.
  public var expertBytes: Int
  /// Bytes of the largest file of a version that is loaded.
  public var expertFileBytes: Int
  /// The most sequences that are written at once.
  public var maxSequences: Int
  /// The most tokens of prompts that a step reads; generated tokens come on top.
  public var stepTokens: Int
  /// The most requests that wait.
  public var maxWaiting: Int
  /// Whether beginnings that were read are kept for later requests.
  public var usesPrefixCache: Bool
  /// Threads that libtorch and our kernels work with.
  public var threads: Int
  /// Of `maxSequences`, so many are left to askers and experts of which nobody is written: who asks all the time does not make the others
  /// wait until one of its own has ended.
  var placesForNewcomers: Int { maxSequences / 32 }
  /// Whether blocks are kept for what those who run will still write. Without, more is let in, and they throw each other out.
  package var reserves = true

  /// More than any expert that a sensible rank makes.
  public static let usualExpertFileBytes = 1 << 30

  public init(
    kvBytes: Int = 1 << 30, expertBytes: Int = 1 << 30, expertFileBytes: Int = EngineOptions.usualExpertFileBytes,
    maxSequences: Int = 64, stepTokens: Int = 512,
    maxWaiting: Int = 256, usesPrefixCache: Bool = true, threads: Int
  ) {
    self.kvBytes = kvBytes
    self.expertBytes = expertBytes
    self.expertFileBytes = expertFileBytes
    self.maxSequences = maxSequences
    self.stepTokens = stepTokens
    self.maxWaiting = maxWaiting
    self.usesPrefixCache = usesPrefixCache
    self.threads = threads
  }
}

public import ModelConfiguration
import Torch

/// How many tokens' keys and values fit into some memory.
public struct KeyValueMemory: Sendable, Equatable {
  /// Bytes of a block of 64 tokens: 2 · layers with keys of their own · kvHeads · headDim · 4 a token.
  public let bytesPerBlock: Int
  public let blocks: Int

  /// - Parameter configuration: The base's shape.
  /// - Parameter bytes: What there is.
  public init(_ configuration: DecoderConfiguration, bytes: Int) {
    let layers = configuration.keyLayers.count
    bytesPerBlock =
      2 * max(layers, 1) * configuration.kvHeads * configuration.headDim * MemoryLayout<Float>.stride
      * KeyValueBlocks.tokens
    blocks = max(bytes, 0) / max(bytesPerBlock, 1)
  }

  /// Tokens that fit.
  public var tokens: Int { blocks * KeyValueBlocks.tokens }
}

import ModelConfiguration
import Torch

/// Keys and values that layers of one pass share. The layer that computes them offers them, and later layers take them. In the backward
/// pass their gradients are collected where the keys were computed. Holds nothing for layers that share nothing.
final class SharedKeys {
  /// Layers whose keys and values others take.
  private let shared: Set<Int>
  private var offered: [Int: CachedAttention.New] = [:]
  private var gradients: [Int: (keys: Tensor, values: Tensor)] = [:]

  init(_ configuration: DecoderConfiguration) {
    shared = Set(configuration.keySources.enumerated().filter { $0.offset != $0.element }.map(\.element))
  }

  func offer(_ new: CachedAttention.New, of layer: Int) {
    if shared.contains(layer) { offered[layer] = new }
  }

  func taken(from layer: Int) throws -> CachedAttention.New {
    guard let known = offered[layer] else {
      throw TorchError.unexpectedResult(
        operation: "cross-layer attention", expected: "keys and values of layer \(layer)", got: "none")
    }
    return known
  }

  /// From a layer that took keys and values to the one that made them.
  func pass(back keys: Tensor, _ values: Tensor, to layer: Int) throws {
    gradients[layer] = try gradients[layer].map { (try $0.keys + keys, try $0.values + values) } ?? (keys, values)
  }

  /// The gradients of a layer's keys and values by all layers that saw them.
  func collected(_ layer: Int, keys: Tensor, values: Tensor) throws -> (keys: Tensor, values: Tensor) {
    guard let others = gradients.removeValue(forKey: layer) else { return (keys, values) }
    return (try keys + others.keys, try values + others.values)
  }
}

public import ModelConfiguration

extension DecoderConfiguration {
  /// Whether a layer has a projection that experts can plug into: keys and values of its own, a dense or shared feed-forward block.
  public func has(_ projection: Projection, layer: Int) -> Bool {
    switch projection {
    case .query, .attentionOutput: true
    case .key, .value: keySources.indices.contains(layer) && keySources[layer] == layer
    case .gate, .up, .down: commonWidth(ofLayer: layer) > 0
    }
  }
}

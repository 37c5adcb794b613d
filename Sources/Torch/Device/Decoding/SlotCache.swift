/// Keys and values of sequences that join and leave, on a device: of each layer one tensor, in which every sequence has a slot.
///
/// A slot's places lie one after the other: slot s has the rows s · capacity ..< (s + 1) · capacity of [slots · capacity, kvHeads, headDim].
/// Attention reads them where they lie, of each slot as many as are used. Room for tokens and for sequences grows by doubling, by one copy
/// of each layer. Keys and values have the type of the activations. One owner.
public final class SlotCache {
  private struct Layer {
    let keys: Tensor  // [slots · capacity, kvHeads, headDim]
    let values: Tensor  // [slots · capacity, kvHeads, headDim]
    let slots: Int
    let capacity: Int
  }

  /// Places that a slot has at first.
  private static let leastCapacity = 64

  private var layers: [Int: Layer] = [:]
  /// Tokens of each slot's sequence; `nil`: nobody is there.
  private var lengths: [Int?] = []
  /// Places of each slot.
  public private(set) var capacity = 0
  /// Slots, whether taken or not.
  public var slots: Int { lengths.count }

  public init() {}

  /// Gives a new sequence a slot, without a token yet.
  public func join() -> Int {
    let slot = lengths.firstIndex { $0 == nil } ?? lengths.count
    if slot == lengths.count {
      lengths += [Int?](repeating: nil, count: max(1, lengths.count))
    }
    lengths[slot] = 0
    return slot
  }

  /// Frees a sequence's slot. Behind the last one, all memory is given back.
  public func leave(_ slot: Int) {
    lengths[slot] = nil
    guard lengths.allSatisfy({ $0 == nil }) else { return }
    (layers, lengths, capacity) = ([:], [], 0)
  }

  /// Tokens that a slot holds.
  public func length(of slot: Int) -> Int { lengths[slot] ?? 0 }

  /// Counts new tokens in, after all layers have taken them.
  public func advance(_ slots: [Int], by counts: [Int]) {
    for (slot, count) in zip(slots, counts) { lengths[slot] = length(of: slot) + count }
  }

  /// Makes room for new tokens. Layers grow when they are written next.
  func makeRoom(_ slots: [Int], for counts: [Int]) {
    let longest = zip(slots, counts).map { length(of: $0) + $1 }.max() ?? 0
    if capacity == 0 { capacity = Self.leastCapacity }
    while capacity < longest { capacity *= 2 }
  }

  /// Puts new tokens of a layer at their places. `keys`, `values`: [tokens, kvHeads, headDim]; `places`: int64 [tokens].
  func write(_ keys: Tensor, _ values: Tensor, at places: Tensor, layer: Int) throws {
    let room = try room(layer: layer, like: keys)
    try room.keys.replaceInPlace(0, rows: places, with: keys)
    try room.values.replaceInPlace(0, rows: places, with: values)
  }

  /// All places of a layer, used or not. [slots · capacity, kvHeads, headDim]
  func held(layer: Int) throws -> (keys: Tensor, values: Tensor) {
    guard let room = layers[layer] else {
      throw TorchError.unexpectedResult(
        operation: "cached attention", expected: "keys and values of layer \(layer)", got: "none")
    }
    return (room.keys, room.values)
  }

  private func room(layer: Int, like new: Tensor) throws -> Layer {
    let old = layers[layer]
    if let old, old.slots == slots, old.capacity == capacity { return old }
    let own = Array(new.shape.dropFirst())  // [kvHeads, headDim]
    /// The numbers of `held` at their new places; zeros elsewhere, as no product may meet what is not a number.
    func grown(_ held: Tensor?) throws -> Tensor {
      let room = try Tensor.zeros([slots, capacity] + own, new.dtype ?? .float32, on: new.device)
      if let held, let old {
        try room.narrowed(0, from: 0, count: old.slots).narrowed(1, from: 0, count: old.capacity)
          .copyInPlace(from: held.reshaped([old.slots, old.capacity] + own))
      }
      return try room.reshaped([slots * capacity] + own)
    }
    let room = Layer(keys: try grown(old?.keys), values: try grown(old?.values), slots: slots, capacity: capacity)
    layers[layer] = room
    return room
  }
}

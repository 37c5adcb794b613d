import CTorch

/// The low-rank pairs that several experts have at one projection, each in a slot, so that a device multiplies rows of all of them at once.
///
/// Ranks are padded with zeros to that of the largest pair. It grows where a pair or a slot asks for it. One owner.
public final class LowRankTable {
  private let inputs: Int
  private let outputs: Int
  private var a: Tensor  // [slots, rank, inputs]
  private var b: Tensor  // Bᵀ: [slots, rank, outputs]
  private var scalings: Tensor  // float32 [slots]

  private var slots: Int { a.shape[0] }
  private var rank: Int { a.shape[1] }
  public var type: DType { a.dtype ?? .float32 }

  /// - Parameters:
  ///   - inputs: Of the projection.
  ///   - outputs: Of the projection.
  ///   - type: Of the activations.
  ///   - device: Where they are.
  public init(inputs: Int, outputs: Int, _ type: DType, on device: Device) throws {
    (self.inputs, self.outputs) = (inputs, outputs)
    a = try Tensor.zeros([0, 0, inputs], type, on: device)
    b = try Tensor.zeros([0, 0, outputs], type, on: device)
    scalings = try Tensor.zeros([0], on: device)
  }

  /// Gives a slot another expert's pair; `nil`: that expert has nothing here.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public func put(_ factors: SegmentFactors?, in slot: Int) throws {
    try factors?.require("a slot's pair", inputs: inputs, outputs: outputs)
    try fit(slots: slot + 1, rank: Kernels.padded(rank: factors?.rank ?? 0))
    let (ownA, ownB) = (try a.selected(0, slot), try b.selected(0, slot))
    try ownA.fillInPlace(0)
    try ownB.fillInPlace(0)
    try scalings.narrowed(0, from: slot, count: 1).fillInPlace(factors?.scaling ?? 0)
    guard let factors else { return }
    try ownA.narrowed(0, from: 0, count: factors.rank).copyInPlace(from: factors.a)
    try ownB.narrowed(0, from: 0, count: factors.rank).copyInPlace(from: factors.b.transposed(0, 1))
  }

  /// Rows may name slots that have been given no pair: these add nothing.
  public func makeRoom(slots: Int) throws { try fit(slots: slots, rank: 0) }

  /// Slots double, so that not every new one is a copy.
  private func fit(slots wanted: Int, rank least: Int) throws {
    guard wanted > slots || least > rank else { return }
    let (held, oldRank) = (slots, rank)
    let (slots, rank) = (wanted > held ? max(wanted, 2 * held) : held, max(least, oldRank))
    func grown(_ old: Tensor, _ width: Int) throws -> Tensor {
      let new = try Tensor.zeros([slots, rank, width], type, on: old.device)
      if held > 0 {
        try new.narrowed(0, from: 0, count: held).narrowed(1, from: 0, count: oldRank).copyInPlace(from: old)
      }
      return new
    }
    (a, b) = (try grown(a, inputs), try grown(b, outputs))
    let factors = try Tensor.zeros([slots], on: scalings.device)
    if held > 0 { try factors.narrowed(0, from: 0, count: held).copyInPlace(from: scalings) }
    scalings = factors
  }

  /// How rows are multiplied.
  enum Way: String, Sendable { case kernels, grouped, composed }

  /// Few rows for each slot read their factors as they lie; many go through one grouped product. Where there is neither, slot by slot.
  func way(_ x: Tensor, _ rows: SlotRows) -> Way {
    if rows.isFew, DeviceOperations.kernels(forActivations: x, x) != nil { return .kernels }
    return GroupedProduct.suits(x, widths: inputs, outputs) ? .grouped : .composed
  }

  /// y += scaling · B A x of each row's slot, where `y` lies. `x`: [rows, inputs]; `y`: [rows, outputs], of one type.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public func add(to y: Tensor, of x: Tensor, _ rows: SlotRows) throws {
    try Kernels.require("the input of expert slots", x, [rows.numbers.count, inputs])
    try Kernels.require("the output of expert slots", y, [rows.numbers.count, outputs])
    guard rank > 0, let last = rows.used.last else { return }
    guard last < slots, x.dtype == type, y.dtype == type else {
      throw TorchError.shapeMismatch(what: "slots of experts", expected: [slots], got: [last + 1])
    }
    switch way(x, rows) {
    case .kernels: try addByKernels(to: y, of: x, rows)
    case .grouped: try addGrouped(to: y, of: x, rows)
    case .composed: try addComposed(to: y, of: x, rows)
    }
  }

  private func addByKernels(to y: Tensor, of x: Tensor, _ rows: SlotRows) throws {
    guard y.isContiguous, let kernels = DeviceOperations.kernels(for: x) else {
      return try addComposed(to: y, of: x, rows)
    }
    let (x, count) = (try x.contiguous(), rows.numbers.count)
    let reduced = try Tensor(uninitialized: [count, rank], on: x.device)
    try kernels.launch(
      "shrink", types: [x.kernelType], rows: count,
      [.int(count), .int(inputs), .int(rank), .tensor(rows.slots), .tensor(x), .tensor(a), .tensor(reduced)])
    try kernels.launch(
      "expand", types: [x.kernelType], rows: count, columns: outputs,
      [
        .int(count), .int(outputs), .int(rank), .tensor(rows.slots), .tensor(scalings), .tensor(b), .tensor(reduced),
        .tensor(y),
      ])
  }

  func addGrouped(to y: Tensor, of x: Tensor, _ rows: SlotRows) throws {
    let sorted = try rows.order.map { try x.gathered(0, rows: $0) } ?? x.contiguous()  // [count, inputs]
    func factors(_ all: Tensor) throws -> Tensor { try all.narrowed(0, from: 0, count: rows.groups) }
    let scaling = try scalings.gathered(0, rows: rows.sorted).unsqueezed(1)  // [count, 1]
    let reduced = try sorted.groupedProduct(factors(a).transposed(1, 2), ends: rows.ends)  // [count, rank]
    let scaled = try (reduced.converted(to: .float32) * scaling).converted(to: type)
    let added = try scaled.groupedProduct(factors(b), ends: rows.ends)  // [count, outputs]
    guard let order = rows.order else { return try y.addInPlace(added) }
    try y.replaceInPlace(0, rows: order, with: y.gathered(0, rows: order) + added)
  }

  /// The same by single operations.
  func addComposed(to y: Tensor, of x: Tensor, _ rows: SlotRows) throws {
    for (slot, range) in rows.runs {
      func part(_ x: Tensor) throws -> Tensor { try x.narrowed(0, from: range.lowerBound, count: range.count) }
      let reduced = try part(x).productInFloat32(a.selected(0, slot).transposed(0, 1))  // [rows of the run, rank]
      let scaled = try reduced * scalings.narrowed(0, from: slot, count: 1)
      try part(y).addInPlace(scaled.converted(to: type).matmul(b.selected(0, slot)))
    }
  }
}

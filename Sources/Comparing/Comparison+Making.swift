import Decoder
import Files
import Foundation
import Generation
public import Records
public import Runs
import Torch

extension Comparison {
  /// The comparison of a grid as things are now: reads base and data, and finds what is wrong with them and with the options.
  ///
  /// - Parameters:
  ///   - shared: What all cells have in common.
  ///   - cells: At least one, see ``ComparisonGrid``.
  ///   - report: Told what is being read.
  /// - Throws: Whatever would stop a cell before its first step.
  public init(
    _ shared: RunConfiguration, cells: [ComparisonCell], report: (RunProgress) -> Void = { _ in }
  ) throws {
    for cell in cells { try cell.configuration(shared).validate() }
    let methods: [String] = cells.reduce(into: []) { if !$0.contains($1.method) { $0.append($1.method) } }
    guard shared.outputHead.hasExpert || methods.count < 2 else {
      throw RunError.invalidConfiguration(
        key: "output-head", got: "ridge with \(methods.count) methods",
        allowed: "one method: the output head `ridge` trains no expert, so that methods differ in nothing")
    }
    var base: Base?
    var orders: [String: Order] = [:]
    var chosen = shared
    for cell in cells where orders["\(cell.order)"] == nil {
      let isFirst = orders.isEmpty
      let (loaded, _, manifest) = try SequenceRun.prepare(cell.configuration(shared), base: base) { progress in
        guard case .base(var taught) = progress else { return report(progress) }
        taught.methods = methods
        if isFirst { report(.base(taught)) }
      }
      try manifest.requireScoresOfRows()
      (base, chosen.compute) = (loaded, manifest.configuration.compute)
      orders["\(cell.order)"] = Order(
        tasks: manifest.tasks, promptDigest: manifest.promptDigest, dataDigests: manifest.dataDigests)
    }
    guard let base else {
      throw RunError.invalidConfiguration(key: "cells", got: "none", allowed: "at least one")
    }
    self.init(
      accrete: Manifest.accreteVersion, libtorch: TorchRuntime.version, program: try ProgramCode.digest(),
      configuration: ComparisonCell(method: Self.ownOfEachCell, order: 0, seed: 0).configuration(chosen), cells: cells,
      baseDigest: base.model.digest, baseConfiguration: base.model.declared, tokenizerDigest: base.tokenizerDigest,
      orders: orders)
  }
}

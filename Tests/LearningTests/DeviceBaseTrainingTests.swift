import Decoder
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Learning

/// Does learning on a base in 8 or 4 bits, as a GPU computes it in bfloat16, do nearly what it does on float32 of the same numbers?
@Suite struct DeviceBaseTrainingTests {
  /// A precision, or a packed checkpoint.
  private static let forms = ["int8", "fp8", "nf4", "packed/gptq", "packed/awq"]

  private func base(_ form: String) -> (source: String, weights: WeightPrecision?) {
    let weights = WeightPrecision(rawValue: form)
    return (weights == nil ? form : "tiny", weights)
  }

  private func expectClose(
    _ got: PlannedTraining, _ exact: PlannedTraining, _ what: String, within tolerance: Double = 0.01
  ) throws {
    #expect(abs(got.firstLoss - exact.firstLoss) < tolerance * abs(exact.firstLoss), "\(what)")
    let direction = try got.cosine(to: exact)
    #expect(direction >= 1 - tolerance, "\(what): cosine \(direction)")
    #expect(
      abs(got.finalLoss - exact.finalLoss) < tolerance * exact.finalLoss,
      "\(what): final loss \(got.finalLoss), in float32 \(exact.finalLoss)")
  }

  @Test(arguments: forms, Rehearsal.allCases)
  func lossesAndGradientsAreClose(form: String, by rehearsal: Rehearsal) throws {
    let (source, weights) = base(form)
    let folder = Goldens.folder.appendingPathComponent(source)
    let wide = try Goldens.widened(DecoderModel(folder: folder, precision: weights), source)
    let exact = try PlannedTraining("sequential", .float32, base: wide.url, weights: nil)
    let rounded = try Float8Product.$isRehearsed.withValue(false) {
      try asDevice(rehearsal) { try PlannedTraining("sequential", .bfloat16, base: folder, weights: weights) }
    }
    try expectClose(rounded, exact, form)
  }

  /// Products of float8, for which inputs and gradients are rounded to three bits of mantissa. In float32 a CPU computes with what the
  /// codes stand for. The tiny base is random: rounding moves it further than one that was pretrained.
  @Test(arguments: Rehearsal.allCases) func productsOfFloat8(by rehearsal: Rehearsal) throws {
    for (base, tolerance) in [(ShallowBase.seedling, 0.01), (Goldens.folder.appendingPathComponent("tiny"), 0.02)] {
      func training(_ compute: ComputePrecision) throws -> PlannedTraining {
        try PlannedTraining("sequential", compute, epochs: 1, base: base, weights: .fp8)
      }
      let exact = try training(.float32)
      let rounded = try asDevice(rehearsal) { try training(.bfloat16) }
      try expectClose(rounded, exact, "float8, \(base.lastPathComponent)", within: tolerance)
    }
  }

  @Test(arguments: forms) func sameBitsEveryTime(form: String) throws {
    let (source, weights) = base(form)
    let folder = Goldens.folder.appendingPathComponent(source)
    let both = try asDevice {
      try (0..<2).map { _ in
        try PlannedTraining("moe-cl", .bfloat16, epochs: 1, base: folder, weights: weights, dropout: 0.1)
      }
    }
    #expect(try both[0].firstGradients.isEqual(to: both[1].firstGradients) && both[0].finalLoss == both[1].finalLoss)
  }

  /// `--compute bfloat16` is taken on a device, and the plan says how.
  @Test(arguments: forms) func thePlanSaysHow(form: String) throws {
    let (source, weights) = base(form)
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent(source), precision: weights)
    #expect(throws: DecoderError.self) { try model.computing(.bfloat16, named: "b") }
    func products(_ choice: ComputeChoice) throws -> String {
      try #require(model.computing(choice, named: "b").plan.entries.first).how
    }
    let words = ["int8": "8-bit integers", "fp8": "float8 e4m3", "nf4": "nf4 codes in one buffer"][form]
    try asDevice {
      #expect(try products(.bfloat16).contains(words ?? "int4 codes in one buffer"))
      if form != "int8" { #expect(try products(.float32).contains("float32 of the whole matrix")) }
      let without = try Float8Product.$isRehearsed.withValue(false) { try products(.bfloat16) }
      #expect(without.contains("no products of float8") == (form == "fp8"))
    }
    if form.hasPrefix("packed") {
      let emulated = try asDevice(.emulatedKernels) { try products(.bfloat16) }
      #expect(emulated.contains("our kernels for sm_90a"))
    }
  }
}

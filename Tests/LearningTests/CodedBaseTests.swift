import Decoder
import Foundation
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Learning

/// Does learning on a base in codes do, bit for bit, what it does on float32 of what the codes stand for?
@Suite struct CodedBaseTests {
  private func step(_ method: String, _ model: DecoderModel) throws -> SecondTask.Step {
    try SecondTask(method, model, options: options(clip: 0)).step()
  }

  @Test(arguments: ["sequential", "moe-cl"], ["nf4", "fp8", "packed/gptq", "packed/awq"])
  func stepsAreThoseOfWhatTheCodesStandFor(method: String, form: String) throws {
    try TorchRuntime.setThreads(1)
    let precision = WeightMatrix.Precision(rawValue: form)
    let source = precision == nil ? form : "tiny"
    let coded = try DecoderModel(folder: Goldens.folder.appendingPathComponent(source), precision: precision)
    #expect(coded.heldPrecision == precision ?? .int4)
    let folder = try Goldens.widened(coded, source)
    let exact = try DecoderModel(folder: folder.url)
    #expect(exact.heldPrecision == .float32)
    let (one, other) = (try step(method, coded), try step(method, exact))
    #expect(one.report.terms == other.report.terms)
    #expect(try one.gradients.isEqual(to: other.gradients))
  }
}

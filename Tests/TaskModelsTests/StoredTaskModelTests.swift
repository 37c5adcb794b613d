import Decoder
import Foundation
import Generation
import ModelConfiguration
import Testing

@testable import TaskModels

/// A manifest may say anything: a task model that could not answer is refused before it is asked.
@Suite struct StoredTaskModelTests {
  private func form(
    _ kind: TaskForm.Kind, _ labels: [String] = [], maxLength: Int = 64, answerTokens: Int = 0
  ) -> TaskForm {
    TaskForm(
      kind: kind, instruction: "", cue: "", labels: labels, maxLength: maxLength, answerTokens: answerTokens)
  }

  /// What is wrong with a version without files; `nil`: nothing.
  private func problem(_ form: TaskForm, _ combination: LabelCombination? = nil) throws -> String? {
    let description = TaskModelDescription(
      TaskModel(form: form, expert: nil, ridge: nil, combination: combination))
    do {
      _ = try TaskModel(description, named: "spam@1", base: Small.base().model.configuration) { _ in nil }
      return nil
    } catch TaskModelError.partDiffers(let version, let part, let reason) {
      #expect(version == "spam@1")
      return "\(part) \(reason)"
    }
  }

  @Test func combinations() throws {
    let labels = form(.label, ["a", "b"])
    func combination(_ expert: Double, _ ridge: Double, _ bias: [Double] = [0, 0]) -> LabelCombination {
      LabelCombination(expert: expert, ridge: ridge, bias: bias)
    }
    // Biases alone are an answer.
    #expect(try problem(labels, combination(0, 0, [0.5, -0.5])) == nil)
    #expect(try problem(labels) == "combination is missing")
    #expect(try problem(labels, combination(1, 0)) == "combination weighs a part that is missing")
    #expect(try problem(labels, combination(0, 1)) == "combination weighs a part that is missing")
    #expect(try problem(labels, combination(0, -1)) == "combination has weights below 0")
    #expect(try problem(labels, combination(-1, 0)) == "combination has weights below 0")
    #expect(try problem(labels, combination(.nan, 0)) == "combination has numbers that are none")
    #expect(try problem(labels, combination(0, 0, [.infinity, 0])) == "combination has numbers that are none")
    #expect(try problem(labels, combination(0, 0, [0])) == "combination has 1 biases for 2 labels")
    #expect(
      try problem(form(.answer), combination(0, 1, [])) == "combination does not belong to answers of this kind")
    #expect(
      try problem(form(.severalLabels, ["a", "b"]), combination(0, 0))
        == "combination does not belong to answers of this kind")
    for kind in [TaskForm.Kind.label, .severalLabels] {
      #expect(try problem(form(kind), combination(0, 0, [])) == "form has no labels")
    }
  }

  /// How a base was held comes back as it was written, and what no base is rounded to does not.
  @Test func weights() throws {
    let model = TaskModel(form: form(.answer, answerTokens: 8), expert: nil, ridge: nil, combination: nil)
    for weights in [nil, WeightPrecision.bfloat16, .int8, .fp8, .nf4] {
      let description = TaskModelDescription(model, weights: weights)
      let data = try JSONEncoder().encode(description)
      #expect(try JSONDecoder().decode(TaskModelDescription.self, from: data) == description)
    }
    for weights in [WeightPrecision.float32, .int4] {
      let data = try JSONEncoder().encode(TaskModelDescription(model, weights: weights))
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(TaskModelDescription.self, from: data) }
    }
  }

  @Test func lengths() throws {
    #expect(try problem(form(.answer, answerTokens: 64)) == nil)
    let wrong: [(Int, Int)] = [(64, 65), (64, .max), (64, -1), (0, 0), (-1, 0), (.max, 0)]
    for (length, answer) in wrong {
      #expect(
        try problem(form(.answer, maxLength: length, answerTokens: answer)) == "form has lengths that cannot be",
        "\(length), \(answer)")
    }
  }
}

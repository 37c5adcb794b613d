import Decoder
import Foundation
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Is a position that a task does not have refused, when a file claims that training stopped there?
@Suite struct HostileStateTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  @Test(arguments: [
    [-1, 0, 0, 0], [.min, 0, 0, 0], [3, 0, 0, 0], [.max, 0, 0, 0], [0, -1, 0, 0], [0, .max, 0, 0], [0, 1000, 0, 0],
    [2, 1, 0, 0], [0, 0, -1, 0], [0, 0, .max, 0], [0, 0, 0, -1], [0, 0, 0, .max],
  ])
  func positions(of numbers: [Int]) throws {
    let method = try TinyTasks.method("sequential", model)
    let training = try TinyTasks.training(TinyTasks.identities[0], model, method, options: options(epochs: 2))
    var state = try training.state()
    (state.cursor.epoch, state.cursor.batch) = (numbers[0], numbers[1])
    (state.cursor.step, state.cursor.tokens) = (numbers[2], numbers[3])
    let error = #expect(throws: LearningError.self) { try training.restore(state) }
    #expect(error?.description.contains("Remove the checkpoint") == true)
    // It goes on as if nothing had been asked.
    #expect(try training.step()?.step == 1)
  }
}

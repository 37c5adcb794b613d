import Files
import Foundation
import Learning
import Records
import Runs
import Torch

let runTargets: [FuzzTarget] = [
  FuzzTarget("yaml") { input in
    let file = try RunFile.decode(input, path: "/fuzz/run.yaml")
    let again = try Finding.unlessDone("reading it twice") { try RunFile.decode(input, path: "/fuzz/run.yaml") }
    // A number that is not one equals nothing, itself included.
    let numbers = [
      file.alpha, file.dropout, file.training.learningRate, file.training.weightDecay, file.training.gradientClip,
    ]
    let isNumber = !numbers.contains(where: \.isNaN)
    try Finding.unless(again == file || !isNumber, "two readings differ: \(file) and \(again)")
  },
  FuzzTarget("manifest") { input in
    let manifest = try Manifest.decode(input, path: "/fuzz/manifest.json")
    try requireRoundTrip(manifest)
    _ = TaskMatrix(tasks: manifest.tasks)
    try manifest.configuration.validate()
    _ = try manifest.configuration.shape()
  },
  // A state, which is sealed here in a file with some tensors, so that what is behind the seal is reached; or such a file.
  FuzzTarget("checkpoint") { input in
    let name = "task-1.safetensors"
    if input.first == UInt8(ascii: "{") {
      let state = String(decoding: input, as: UTF8.self)
      try Finding.unlessDone("writing a checkpoint") {
        try SafetensorsFile.write(stateTensors(), metadata: ["state": state], sealed: true, to: checkpoint[name])
      }
    } else {
      checkpoint.write(input, to: name)
    }
    let content = try RunCheckpoint.read(checkpoint[name])
    try Finding.unless((content.training == nil) == (content.checkpoint.progress == nil), "half a training state")
    try requireRoundTrip(content.checkpoint)
    requireMetrics(of: content.checkpoint.matrix)
  },
  FuzzTarget("metrics") { input in
    try requireRoundTrip(JSONFile.decode(RunMetrics.self, from: input, path: "/fuzz/metrics.json"))
  },
  FuzzTarget("matrix") { input in
    let file = try MatrixFile.decode(input, path: "/fuzz/matrix.json")
    try requireRoundTrip(file)
    requireMetrics(of: try Finding.unlessDone("the matrix of an accepted file") { try file.matrix() })
  },
  FuzzTarget("matrix-inferred") { input in
    try requireRoundTrip(InferredMatrixFile.decode(input, path: "/fuzz/matrix-inferred.json"))
  },
  FuzzTarget("comparison") { input in
    try requireRoundTrip(Comparison.decode(input, path: "/fuzz/comparison.json"))
  },
  FuzzTarget("statistics") { input in
    try requireRoundTrip(TaskStatistic.decode(input, path: "/fuzz/statistics.json"))
  },
  FuzzTarget("events") { input in
    events.write(input, to: "events.jsonl")
    try StepEvent.read(events["events.jsonl"]) { event in try requireRoundTrip(event) }
  },
  FuzzTarget("predictions") { input in
    let predictions = try PredictionsFile.decode(input, path: "/fuzz/task.jsonl")
    try Finding.unless((0...1).contains(predictions.accuracy), "an accuracy of \(predictions.accuracy)")
    for prediction in predictions { try requireRoundTrip(prediction) }
  },
  FuzzTarget("answers") { input in
    let answers = try PredictionsFile.decodeWritten(input, path: "/fuzz/task.jsonl")
    for answer in answers {
      let scores = [answer.clean, answer.legacy].compactMap(\.self)
      try Finding.unless(answer.tokens >= 0 && scores.allSatisfy((0...1).contains), "an answer of \(answer)")
      try requireRoundTrip(answer)
    }
  },
]

private func requireMetrics(of matrix: TaskMatrix) {
  for metric in [matrix.averageAccuracy, matrix.backwardTransfer, matrix.forwardTransfer].compactMap(\.self)
  where !(-1...1).contains(metric) {
    Finding("a metric of \(metric)").stop()
  }
}

private let checkpoint = WorkFolder("checkpoint")
private let events = WorkFolder("events")

private func stateTensors() throws -> [String: Tensor] {
  let zeros = try Tensor.zeros([2])
  return ["a": zeros, "optimizer.first_moment": zeros, "optimizer.second_moment": zeros]
}

import Files
import Foundation
import Learning
import Runs

let runTargets: [FuzzTarget] = [
  FuzzTarget("yaml") { input in
    let file = try RunFile.decode(input, path: "/fuzz/run.yaml")
    let again = try Finding.unlessDone("reading it twice") { try RunFile.decode(input, path: "/fuzz/run.yaml") }
    // A number that is not one equals nothing, itself included.
    let numbers = [
      file.alpha, file.dropout, file.adversaryWeight, file.learningRate, file.weightDecay, file.gradientClip,
    ]
    let isNumber = numbers.allSatisfy { $0.map { !$0.isNaN } ?? true }
    try Finding.unless(again == file || !isNumber, "two readings differ: \(file) and \(again)")
  },
  FuzzTarget("manifest") { input in
    let manifest = try Manifest.decode(input, path: "/fuzz/manifest.json")
    try requireRoundTrip(manifest)
    _ = TaskMatrix(tasks: manifest.tasks)
    try manifest.configuration.validate()
    _ = try manifest.configuration.shape()
  },
  // state.json of a checkpoint, beside tensors that are always the same.
  FuzzTarget("checkpoint") { input in
    checkpoint.write(input, to: "state.json")
    let (found, tensors) = try RunCheckpoint.read(checkpoint.url)
    try Finding.unless(tensors.keys.sorted() == ["a"], "other tensors: \(tensors.keys.sorted())")
    try requireRoundTrip(found)
    requireMetrics(of: found.matrix)
  },
  FuzzTarget("matrix") { input in
    let file = try MatrixFile.decode(input, path: "/fuzz/matrix.json")
    try requireRoundTrip(file)
    requireMetrics(of: try Finding.unlessDone("the matrix of an accepted file") { try file.matrix() })
  },
  FuzzTarget("predictions") { input in
    let predictions = try PredictionsFile.decode(input, path: "/fuzz/task.jsonl")
    try Finding.unless((0...1).contains(predictions.accuracy), "an accuracy of \(predictions.accuracy)")
    for prediction in predictions { try requireRoundTrip(prediction) }
  },
]

private func requireMetrics(of matrix: TaskMatrix) {
  for metric in [matrix.averageAccuracy, matrix.backwardTransfer, matrix.forwardTransfer].compactMap(\.self)
  where !(-1...1).contains(metric) {
    Finding("a metric of \(metric)").stop()
  }
}

/// A checkpoint whose tensors are always the same, so that a state with their digest can be in the corpus.
private let checkpoint: Workplace = {
  let workplace = Workplace("checkpoint")
  let header = Data(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#.utf8)
  var file = Data([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0])
  file.append(header)
  file.append(Data(count: 8))
  workplace.write(file, to: "state.safetensors")
  return workplace
}()

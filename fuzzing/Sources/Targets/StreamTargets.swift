import Foundation
import Streams

let streamTargets: [FuzzTarget] = [
  FuzzTarget("jsonl") { input in
    let url = URL(fileURLWithPath: "/fuzz/task.jsonl")
    try requirePossible(RowReader().read(input, as: url))
  },
  // train.json, test.json and labels.json of a task of MTL5.
  FuzzTarget("suite") { input in
    for (name, part) in zip(["train", "test", "labels"], input.parts(3)) {
      suite.write(part, to: "agnews/\(name).json")
    }
    try requirePossible(MTL5Suite(directory: suite.url).task(named: "agnews"))
  },
]

private let suite = Workplace("suite", folder: "agnews")

/// What every task that a reader returns can rely on.
private func requirePossible(_ task: LearningTask) throws {
  try Finding.unless(!task.train.isEmpty && !task.test.isEmpty, "a task without rows")
  let ids = (task.train + task.test).map(\.id)
  try Finding.unless(Set(ids).count == ids.count, "two rows of one id")
  if task.kind == .classification {
    try Finding.unless(task.labels.count >= 2, "fewer than two labels")
    for row in task.train + task.test {
      try Finding.unless(task.labelIndex(of: row) != nil, "a row whose label is none of the task's")
    }
  }
  try requireRoundTrip(task)
}

import Foundation
import Streams

let streamTargets: [FuzzTarget] = [
  FuzzTarget("jsonl") { input in
    let url = URL(fileURLWithPath: "/fuzz/task.jsonl")
    try requirePossible(RowReader().read(input, as: url))
  },
  // CSV, TSV and arrays: what does not begin with a brace.
  FuzzTarget("table") { input in
    // As requests: each is one line of JSON, which asks for the same.
    tables.write(input, to: "task.csv")
    do {
      for read in try RequestRow.read(tables["task.csv"]).rows {
        if case .failure(let problem) = read {
          try Finding.unless(problem.error is StreamError && problem.line > 0, "a row's problem without its line")
          continue
        }
        let row = try read.get()
        try Finding.unless(!row.json.contains("\n"), "a request over several lines")
        let again = try RequestRow(Data(row.json.utf8), line: 1, file: "again")
        try Finding.unless(again.text == row.text && again.id == row.id, "a request that changes when it is written")
      }
    } catch is StreamError {
      // A file that cannot be read at all; as rows it says the same.
    }
    try requirePossible(RowReader().read(input, as: URL(fileURLWithPath: "/fuzz/task.csv")))
  },
  // Rows with several labels, of every form.
  FuzzTarget("labels") { input in
    let url = URL(fileURLWithPath: "/fuzz/task.jsonl")
    try requirePossibleSets(RowReader(form: .textLabels).examples(input, as: url, name: "task"))
  },
  // train.json, test.json and labels.json of a task of MTL5.
  FuzzTarget("suite") { input in
    for (name, part) in zip(["train", "test", "labels"], input.parts(3)) {
      suite.write(part, to: "agnews/\(name).json")
    }
    try requirePossible(MTL5Suite(directory: suite.url).task(named: "agnews"))
  },
]

private let suite = WorkFolder("suite", folder: "agnews")
private let tables = WorkFolder("table")

/// What rows with several labels can rely on.
private func requirePossibleSets(_ examples: TaskExamples) throws {
  let task = examples.task
  try Finding.unless(task.kind == .severalLabels, "labels of another kind")
  try Finding.unless((2...LabelSet.most).contains(task.labels.count), "too few labels, or too many")
  for row in examples.learn + examples.choose + examples.gate {
    try Finding.unless(task.labelIndices(of: row.answer) != nil, "a label that is none of the task's")
    try Finding.unless(LabelSet(text: row.answer)?.text == row.answer, "a set that changes when it is written")
  }
}

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

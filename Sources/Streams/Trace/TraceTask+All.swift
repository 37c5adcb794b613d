extension TraceTask {
  /// The eight tasks in order 1 (arXiv 2310.06762).
  public static let all: [TraceTask] = [
    TraceTask(
      name: "C-STANCE", kind: .classification, scoring: accuracy, released: rows(5000, 2000, 2000),
      labels: ["A", "B", "C"],
      template: TraceTemplate(
        instruction: "判断以下文本对指定对象的态度，选择一项：A.支持，B.反对，C.中立。输出A，B或者C。\n文本：", cue: "态度："),
      isAnsweredByLetter: false),
    TraceTask(
      name: "FOMC", kind: .classification, scoring: accuracy, released: rows(5000, 496, 496), labels: ["A", "B", "C"],
      template: TraceTemplate(
        instruction: "What is the monetary policy stance for the following text? "
          + "A. dovish, B. hawkish, C. neutral. Choose one from A, B and C.\nText:", cue: "Stance:"),
      isAnsweredByLetter: false),
    TraceTask(
      name: "MeetingBank", kind: .generation,
      scoring: TaskScoring(legacy: RougeL(.legacy), clean: RougeL(.clean)), released: rows(5000, 687, 692), labels: [],
      template: TraceTemplate(
        instruction: "Write a summary of the following meeting transcripts.\nMeeting transcripts:", cue: "Summary:",
        // Rows that had a rationale, which was cut off, still ask for it.
        otherCues: ["Reasoning:Summary: ", "Summary: "]), isAnsweredByLetter: false),
    TraceTask(
      name: "Py150", kind: .generation,
      scoring: TaskScoring(legacy: EditSimilarity(.legacy), clean: EditSimilarity(.clean)),
      released: rows(5000, 2000, 2000), labels: [], template: TraceTemplate(), isAnsweredByLetter: false),
    TraceTask(
      name: "ScienceQA", kind: .classification,
      scoring: TaskScoring(legacy: FirstCharacter(.legacy), clean: FirstCharacter(.clean)),
      released: rows(5000, 2000, 2000), labels: ["A", "B", "C", "D"],
      template: TraceTemplate(
        instruction: "Choose an answer for the following question and give your reasons.\n\nQuestion:",
        cue: "\nAnswer:"), isAnsweredByLetter: true),
    TraceTask(
      name: "NumGLUE-cm", kind: .generation, scoring: numbers, released: rows(5000, 41, 81), labels: [],
      template: problem, isAnsweredByLetter: false),
    TraceTask(
      name: "NumGLUE-ds", kind: .generation, scoring: numbers, released: rows(5000, 164, 325), labels: [],
      template: problem, isAnsweredByLetter: false),
    TraceTask(
      name: "20Minuten", kind: .generation, scoring: TaskScoring(legacy: SARI(.legacy), clean: SARI(.clean)),
      released: rows(5000, 200, 200), labels: [],
      template: TraceTemplate(
        instruction: "Provide a simplified version of the following paragraph in German.\n\nParagraph:",
        cue: "\nSimplification:"), isAnsweredByLetter: false),
  ]

  /// The names of the tasks in order 2.
  static let order2 = [
    "NumGLUE-cm", "NumGLUE-ds", "FOMC", "20Minuten", "C-STANCE", "Py150", "MeetingBank", "ScienceQA",
  ]

  private static let accuracy = TaskScoring(legacy: Accuracy(.legacy), clean: Accuracy(.clean))
  private static let numbers = TaskScoring(legacy: Accuracy(.legacy), clean: NumericAccuracy())
  private static let problem = TraceTemplate(
    instruction: "Solve the following math problem.\nQuestion:", cue: "Answer:")

  private static func rows(_ train: Int, _ eval: Int, _ test: Int) -> RowCounts {
    RowCounts(train: train, eval: eval, test: test)
  }
}

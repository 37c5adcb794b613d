import TaskModels
import Testing

@Suite struct TaskFormTests {
  /// Versions made before kept spaces of their labels: a row without them means the same.
  @Test func labelsAreMeantWithoutTheirSpaces() {
    func form(_ kind: TaskForm.Kind, _ labels: [String]) -> TaskForm {
      TaskForm(kind: kind, instruction: "", cue: "", labels: labels, maxLength: 64)
    }
    let old = form(.label, [" good", "bad "])
    #expect(["good", " good", "bad", "other"].map(old.label(meantBy:)) == [" good", " good", "bad ", "other"])
    #expect(form(.label, ["good", " good"]).label(meantBy: "good") == "good")
    #expect(form(.answer, []).label(meantBy: " as it is") == " as it is")
    // By code points: an accent of its own is another label.
    #expect(Array(form(.label, [" \u{E9}"]).label(meantBy: "e\u{301}").unicodeScalars) == ["e", "\u{301}"])
  }

  /// A task that learned texts is asked texts, whatever field or option they come in; a prompt is asked as it is.
  @Test func textsAreAskedWithoutTheirSpaces() {
    func asked(_ kind: TaskForm.Kind, instruction: String = "", cue: String = "") -> String {
      TaskForm(kind: kind, instruction: instruction, cue: cue, labels: kind == .answer ? [] : ["a"], maxLength: 64)
        .asking(" a b\n")
    }
    #expect(asked(.label, instruction: "Which?") == "a b" && asked(.label, cue: "Label:") == "a b")
    #expect(asked(.severalLabels, instruction: "Which?") == "a b")
    #expect(asked(.label) == " a b\n" && asked(.answer) == " a b\n")
    #expect(asked(.answer, cue: "Summary:") == " a b\n")
  }
}

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
}

import Testing

@testable import Generation

/// Is nothing of a stop string ever given, and everything else?
@Suite struct StopStringsTests {
  private func run(_ stops: [String], _ pieces: [String]) -> (given: [String], ended: Bool) {
    var watch = StopStrings(stops)
    var given: [String] = []
    for piece in pieces {
      let (text, isEnd) = watch.feed(piece)
      given.append(text)
      if isEnd { return (given, true) }
    }
    return (given + [watch.finish()], false)
  }

  @Test func noStrings() {
    #expect(run([], ["a", "b"]).given == ["a", "b", ""])
    #expect(run([""], ["a"]).given == ["a", ""])
  }

  @Test func aStringInOnePiece() {
    let (given, ended) = run(["END"], ["one END two"])
    #expect(given == ["one "] && ended)
  }

  @Test func aStringInManyPieces() {
    let (given, ended) = run(["</answer>"], ["x<", "/", "ans", "wer", ">y"])
    #expect(given == ["x", "", "", "", ""] && ended)
  }

  @Test func aBeginningThatComesToNothing() {
    #expect(run(["abc"], ["xab", "d"]).given == ["x", "abd", ""])
    #expect(run(["abc"], ["xab"]).given == ["x", "ab"])
    // After `aab` the last two letters may still begin it.
    #expect(run(["abc"], ["aab", "c"]).given == ["a", ""])
  }

  @Test func theFirstOfSeveral() {
    let (given, ended) = run(["yes", "no"], ["say no or yes"])
    #expect(given == ["say "] && ended)
  }

  @Test func otherScripts() {
    let (given, ended) = run(["结束"], ["开始结", "束了"])
    #expect(given == ["开始", ""] && ended)
    #expect(run(["🙂🙂"], ["a🙂", "b"]).given == ["a", "🙂b", ""])
  }

  /// However a text is cut, the same is given, and never more than is certain.
  @Test func everyCut() {
    let text = Array("to be or not to be: that is")
    let stops = ["be:", "that"]
    for first in 0...text.count {
      for second in first...text.count {
        let pieces = [text[..<first], text[first..<second], text[second...]].map { String($0) }
        let (given, ended) = run(stops, pieces)
        #expect(ended && given.joined() == "to be or not to ", "\(pieces)")
      }
    }
  }

  /// What comes out is told by bytes, not by pieces: the string that is whole first, and of those the longest.
  @Test(arguments: [
    (["abc", "b"], "xabcd", "xa", "b"), (["bc", "abc"], "xabcd", "x", "abc"), (["c", "abcd"], "xabcd", "xab", "c"),
    (["aa"], "baaa", "b", "aa"), (["结束", "束"], "开结束了", "开", "结束"),
  ]) func whichString(stops: [String], text: String, given: String, stop: String) {
    let characters = Array(text)
    for first in 0...characters.count {
      for second in first...characters.count {
        var (watch, out, found) = (StopStrings(stops), "", String?.none)
        for piece in [characters[..<first], characters[first..<second], characters[second...]] where found == nil {
          let (text, end) = watch.take(String(piece))
          out += text
          found = end
        }
        #expect(out == given && found == stop, "\(first), \(second)")
      }
    }
  }

  @Test func whatIsTakenAfterAnEndBeginsAnew() {
    var watch = StopStrings(["ab"])
    let (text, stop) = watch.take("xaby")
    #expect(text == "x" && stop == "ab" && watch.finish().isEmpty)
    let (held, none) = watch.take("ya")
    #expect(held == "y" && none == nil && watch.finish() == "a" && watch.finish().isEmpty)
  }
}

/// Text as a shell reads it, as far as the documents need: quotation marks, comments, `\` at a line's end, `;`, `&&`, `|` and `>`.
struct ShellText {
  /// The words of each simple command, without redirections and assignments before it.
  private(set) var commands: [[String]] = []
  /// What stands behind a `#`.
  private(set) var comments: [String] = []

  private var words: [String] = []
  private var word: String?
  /// Whether the next word is the file of a redirection.
  private var isFile = false

  init(_ text: String) {
    var rest = text[...]
    while let next = rest.popFirst() {
      switch next {
      case "\\" where rest.first == "\n": rest.removeFirst()
      case "\\": word = (word ?? "") + (rest.popFirst().map(String.init) ?? "")
      case "'", "\"":
        let quoted = rest.prefix { $0 != next }
        word = (word ?? "") + quoted
        rest = rest[quoted.endIndex...].dropFirst()
      case "#" where word == nil:
        let comment = rest.prefix { $0 != "\n" }
        comments.append(comment.trimming())
        rest = rest[comment.endIndex...]
      case "\n", ";", "|", "&": endCommand()
      case ">", "<":
        // `2>` is not a word of the command.
        if word == "2" { word = nil }
        endWord()
        rest = rest.drop { $0 == ">" || $0 == "&" }
        isFile = true
      case " ", "\t": endWord()
      default: word = (word ?? "") + String(next)
      }
    }
    endCommand()
  }

  private mutating func endWord() {
    guard let word else { return }
    self.word = nil
    guard !isFile else {
      isFile = false
      return
    }
    // An assignment is none of the command's words.
    let isAssignment = words.isEmpty && word.firstMatch(of: #/^[A-Za-z_]+=/#) != nil
    if !isAssignment { words.append(word) }
  }

  private mutating func endCommand() {
    endWord()
    if !words.isEmpty { commands.append(words) }
    (words, isFile) = ([], false)
  }
}

extension Substring {
  fileprivate func trimming() -> String {
    var result = self
    while let first = result.first, first.isWhitespace { result.removeFirst() }
    while let last = result.last, last.isWhitespace { result.removeLast() }
    return String(result)
  }
}

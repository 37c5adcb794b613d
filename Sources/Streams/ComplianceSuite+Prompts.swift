extension ComplianceSuite.Language {
  /// The tasks in order 1 with their instructions, as `docs/protocol.md` lists them. An instruction says what counts as
  /// a violation, since the labels do not.
  var prompts: [(task: String, instruction: String)] {
    switch self {
    case .english:
      [
        ("tweet_abuse", "Is this tweet ok, or is it abusive, a violation?"),
        ("sms_spam", "Is this message ok, or is it spam, a violation?"),
        ("headline_clickbait", "Is this headline ok, or is it clickbait, a violation?"),
      ]
    case .chinese:
      [
        ("race", "这条评论合规，还是含有种族歧视而违规？"),
        ("region", "这条评论合规，还是含有地域歧视而违规？"),
        ("gender", "这条评论合规，还是含有性别歧视而违规？"),
      ]
    }
  }

  /// The line after the text.
  var cue: String {
    switch self {
    case .english: "Review:"
    case .chinese: "审核："
    }
  }

  /// The words that the model writes for the labels of the files, where those are not the labels themselves: a Chinese
  /// text is answered in Chinese.
  var labels: [String: String] {
    switch self {
    case .english: [:]
    case .chinese: ["ok": "合规", "violation": "违规"]
    }
  }
}

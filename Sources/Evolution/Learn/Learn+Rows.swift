import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Serving
import Streams
import TaskModels

extension Learn {
  /// Rows that were read and checked.
  struct Prepared {
    let examples: TaskExamples
    let encoded: EncodedRows
    let keys: RowKeys
    let summary: LearnRows
    /// The newest version of the task; `nil`: it is new.
    let parent: VersionRecord?
  }

  /// The rows of the job's file, and what they are where they are conversations.
  func examples() throws -> (TaskExamples, ConversationCounts?) {
    let known = try lastVersion().flatMap(form(of:))
    let reader = job.reader.asking(
      instruction: job.instruction ?? known?.instruction, cue: job.cue ?? known?.cue
    ).writing(conversations: base.hasChatTemplate)
    let read =
      try job.data.map { try reader.examples($0, as: job.file, name: name) }
      ?? reader.examples(job.file, name: name)
    for text in read.leftOut { warn(text) }
    let all = read.limited(perClass: job.perClass, seed: job.options.seed)
    let (examples, leaked) = all.withoutLeaks(canonically: base.composesText)
    if leaked > 0 {
      guard !examples.gate.isEmpty else {
        throw EvolutionError.missingRows(
          task: name, role: TaskExamples.Role.gate.rawValue, split: "test", learn: examples.learn.count,
          fix: "All \(leaked) have a text that is also learned from: give other texts \"split\": \"test\".")
      }
      let (rows, what) = all.areConversations ? ("turns", "what they answer") : ("rows", "their text")
      warn(
        "\(leaked) of \(all.gate.count) gate \(rows) are left out: \(what) is also learned from or chosen on, which would make the scores too high."
      )
    }
    try requireParts(examples)
    for (option, words) in [("--instruction", job.instruction), ("--cue", job.cue)]
    where words?.isEmpty == false && examples.task.instruction.isEmpty && examples.task.cue.isEmpty {
      warn("\(option) is not used: prompts and conversations have their own words.")
    }
    guard all.areConversations else { return (examples, nil) }
    let turns = all.learn + all.choose + all.gate
    return (
      examples,
      ConversationCounts(conversations: Set(turns.map(\.index)).count, turns: turns.count, leftOut: leaked)
    )
  }

  /// Checks rows against what is there.
  func prepared(_ examples: TaskExamples, _ conversations: ConversationCounts? = nil) throws -> Prepared {
    let parent = try lastVersion()
    try requireKind(examples.task.kind, since: parent)
    let keys = RowKeys(examples)
    try requireNoGateRows(keys)
    for text in RowProblems.warnings(examples, keys, labelLimit: job.reader.labelLimit) { warn(text) }
    let compares = parent.map { $0.state == .registered } ?? false
    if let text = RowProblems.estimate(examples, compares: compares, margin: job.margin) { report(.warning(text)) }
    let encoded = try EncodedRows(examples, on: base, options: job.options)
    try requireSameWriting(encoded.form, since: parent)
    let positions = base.model.configuration.maxPositions
    if job.options.maxLength > positions {
      warn(
        "--max-length \(job.options.maxLength) is more than the base reads: \(positions) tokens are used (max_position_embeddings)."
      )
    }
    try warnOfStart(keys)
    if let parent { try warnOfEarlierRows(keys, than: parent) }
    let truncated = (encoded.learn + encoded.choose).filter { $0.droppedTokens > 0 }
    let changed = try parent.flatMap { try changes(since: $0, keys, examples) }
    if let changed, changed.isEmpty {
      warn(
        "the rows are those of \(changed.since): only other options, or another base, can make a better version of them."
      )
    }
    return Prepared(
      examples: examples, encoded: encoded, keys: keys,
      summary: LearnRows(
        task: name, kind: encoded.form.kind, labels: encoded.form.labels, learn: encoded.learn.count,
        choose: encoded.choose.count, gate: examples.gate.count, origin: examples.origin.rawValue, form: examples.form,
        truncated: truncated.count, droppedTokens: truncated.reduce(0) { $0 + $1.droppedTokens }, changes: changed,
        conversations: conversations),
      parent: parent)
  }

  /// One label and several are answered, compared and served in different forms: a version cannot follow one of the other.
  private func requireKind(_ kind: LearningTask.Kind, since parent: VersionRecord?) throws {
    guard let parent, let known = try form(of: parent) else { return }
    if (known.kind == .answer) != (kind == .generation), known.kind != .severalLabels, kind != .severalLabels {
      throw EvolutionError.unsupported(
        what: kind == .generation
          ? "task \(name): its rows have free answers, and those of \(parent.reference) had labels"
          : "task \(name): its answers look like labels, and \(parent.reference) writes its answers",
        fix: kind == .generation
          ? "Give the labels, --labels \(known.labels.prefix(3).map(\.printable).joined(separator: ","))…, to see which row has another; or learn them under another --name."
          : "Write them, too: --label-limit 0; or learn them under another --name.")
    }
    guard (known.kind == .severalLabels) != (kind == .severalLabels) else { return }
    let (now, before) = kind == .severalLabels ? ("\"labels\"", "one answer") : ("one answer", "\"labels\"")
    throw EvolutionError.unsupported(
      what: "task \(name): its rows have \(now), and those of \(parent.reference) had \(before) a row",
      fix: "Learn them under another name, --name …; or write the rows as they were.")
  }

  /// A version that learned from plain texts is never asked with a chat template, and one that learned from conversations always is: no row
  /// can be asked of both, so that the new version could not be compared with the one before.
  private func requireSameWriting(_ form: TaskForm, since parent: VersionRecord?) throws {
    guard let parent, let known = try self.form(of: parent), (known.template == nil) != (form.template == nil) else {
      return
    }
    let (now, before) =
      form.template == nil ? ("plain texts", "conversations") : ("conversations", "plain texts or prompts")
    throw EvolutionError.unsupported(
      what:
        "task \(name): its rows are \(now), and \(parent.reference) was learned from \(before): no row can be asked of both, so that the versions could not be compared",
      fix: "Write the rows as they were, or learn them under another --name.")
  }

  /// How the last version asks; `nil` where it is purged.
  private func form(of version: VersionRecord) throws -> TaskForm? {
    guard version.state == .registered else { return nil }
    return try registry.manifest(of: version).taskModel(of: "\(version.reference)").description.form
  }

  /// The version that a new one is compared with: the released one, else the newest; `nil`: the task is new.
  private func lastVersion() throws -> VersionRecord? {
    let released = try registry.currentRelease()?.manifest.experts[name]
    return try released.map { try registry.version(digest: $0) } ?? registry.newestVersion(named: name)
  }

  /// Gate rows that the expert was trained on before say nothing of it.
  private func warnOfStart(_ keys: RowKeys) throws {
    guard let start = job.start else { return }
    if let names = start.namedBase {
      warn(
        "\(start.name) names \(names.printable) as its base, which is another name than this one's: only names and shapes were compared."
      )
    }
    var (earlier, texts, outside) = (start.version, Set<String>(), start.version == nil ? start.name : nil)
    // The same, also by what the user says in them alone.
    var alone: Set<String> = []
    // A version may have started from another one. What it says is text, which might name itself.
    var passed: Set<Digest> = []
    while let version = earlier, passed.insert(version.digest).inserted {
      earlier = nil
      if let known = try registry.rowKeys(of: version) {
        texts.formUnion(known.texts(.learn).union(known.texts(.choose)))
        alone.formUnion(known.known(.learn, .choose))
      }
      guard version.state == .registered else { continue }
      let run = try registry.manifest(of: version).run
      guard let before = run["startsFrom"]?.string else { continue }
      // Its name may be another version's in the registry that it came from.
      earlier = run["startsFromDigest"]?.string.flatMap(Digest.init).flatMap { try? registry.version(digest: $0) }
      if earlier == nil { outside = before }
    }
    if let outside {
      let by = start.version == nil ? "" : ", which \(start.name) started from,"
      warn(
        "what \(outside.printable)\(by) was trained on is not known here: if gate rows are among it, the scores of this version are too high."
      )
    }
    let gates = keys.texts(.gate)
    let seen = gates.intersection(texts)
    let around = keys.withOtherTurns(gates, but: seen, in: alone).count
    let all = seen.count + around
    if all > 0 {
      warn(
        "\(all) gate rows are texts that \(start.name) was trained on\(EvolutionError.turns(around, of: all)): the scores of this version are too high."
      )
    }
  }

  func warn(_ text: String) {
    warnings.append(text)
    report(.warning(text))
  }

  private func requireParts(_ examples: TaskExamples) throws {
    for (role, split) in [(TaskExamples.Role.choose, "validation"), (.gate, "test")] where examples[role].isEmpty {
      let fix =
        job.perClass.map { "--per-class \($0) leaves too few: it counts learn and choose rows together; give more." }
        ?? (examples.origin == .hash
          ? "Add rows with other texts: of 20 or more, each part gets some."
          : "Give some rows \"split\": \"\(split)\", or take \"split\" out of all: then a hash of the text deals them out.")
      throw EvolutionError.missingRows(
        task: name, role: role.rawValue, split: split, learn: examples.learn.count, fix: fix)
    }
  }

  /// Rows that another task's gates were taken from say nothing about that task any more once they are learned.
  private func requireNoGateRows(_ keys: RowKeys) throws {
    let own = keys.texts(.learn).union(keys.texts(.choose))
    let isKnown = try registry.newestVersion(named: name) != nil
    let before = isKnown ? try registry.versions(named: name).filter { $0.state == .registered } : []
    let known = try before.compactMap { version in
      try registry.rowKeys(of: version).map { keys.shared(own, with: $0).count }
    }
    for task in try registry.tasks() where task.name != name {
      var (shared, equal) = (0, 0)
      for version in try registry.versions(named: task.name) where version.state == .registered {
        guard let stored = try registry.rowKeys(of: version) else { continue }
        let gates = stored.texts(.gate).intersection(own)
        let around = keys.withOtherTurns(own, but: gates, in: stored.known(.gate)).count
        guard gates.isEmpty, around == 0 else {
          throw EvolutionError.gateRows(
            task: name, count: gates.count + around, withOtherTurns: around, version: "\(version.reference)")
        }
        let texts = keys.shared(own, with: stored)
        if texts.count > shared { (shared, equal) = (texts.count, keys.sameAnswers(as: stored, of: texts)) }
        if !own.isEmpty, Set(keys.rows.values.joined()) == Set(stored.rows.values.joined()) {
          throw EvolutionError.sameRows(task: name, other: "\(version.reference)")
        }
      }
      // Another task may be asked of the same texts; more often --name was forgotten. Where the task's own rows were these texts
      // before, it was told when it was new.
      if shared * 2 > own.count, shared > known.max() ?? 0 {
        let made = before.last.map { _ in "this way they become the next version of \(name)" }
        warn(
          "\(shared) of the \(own.count) texts that it learns from are texts of \(task.name), \(equal) of them with the same answer. If they are"
            + " its rows, learn them with --name \(task.name): \(made ?? "this way a second task is made, \(name)")."
        )
      }
    }
  }

  /// Rows of an earlier version again are told: what changed since the last one does not show it.
  private func warnOfEarlierRows(_ keys: RowKeys, than parent: VersionRecord) throws {
    let all = Set(keys.rows.values.joined())
    let earlier = try registry.versions(named: name).last { version in
      guard version.digest != parent.digest, version.state == .registered else { return false }
      return try registry.rowKeys(of: version).map { Set($0.rows.values.joined()) == all } ?? false
    }
    if let earlier { warn("these are the very rows and answers of \(earlier.reference).") }
  }

  private func changes(since version: VersionRecord, _ keys: RowKeys, _ examples: TaskExamples) throws -> RowChanges? {
    guard version.state == .registered, let old = try registry.rowKeys(of: version) else { return nil }
    return RowChanges(
      since: "\(version.reference)", old: old, oldLabels: try registry.manifest(of: version).labels, new: keys,
      newLabels: examples.task.labels, examples: examples)
  }
}

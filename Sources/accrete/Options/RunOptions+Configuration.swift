import Files
import Foundation
import Learning
import Records
import Runs
import Streams

extension RunOptions {
  /// The YAML file, or an empty one.
  /// - Parameter others: keys that may stand in it for somebody else.
  func file(besides others: [String] = []) throws -> RunFile {
    try config.map {
      try RunFile.read(URL(fileURLWithPath: absolute($0)), besides: InvocationFile.keys + others)
    } ?? RunFile()
  }

  /// What the YAML file says about the command itself.
  /// - Parameter others: keys that may stand in it for somebody else.
  func invocation(besides others: [String] = []) throws -> InvocationFile {
    try config.map {
      try InvocationFile.read(URL(fileURLWithPath: absolute($0)), besides: RunFile.keys + others)
    } ?? InvocationFile()
  }

  /// The configuration that flags, file and defaults make together.
  func configuration() throws -> RunConfiguration { try configuration(file()) }

  /// The configuration that flags, a file and defaults make together.
  func configuration(_ file: RunFile) throws -> RunConfiguration {
    let place = config.map { URL(fileURLWithPath: absolute($0)) }
    func fromFile(_ path: String, _ key: String) throws -> String {
      try place.map { try PathInFile.absolute(path, key: key, of: $0) } ?? absolute(path)
    }

    var result = RunConfiguration()
    let named = try base.base.map { try EmbeddedResources.base($0) }
    if named == nil, let inFile = file.base, !EmbeddedResources.bases.contains(inFile) {
      _ = try fromFile(inFile, "base")
    }
    let inFile = try file.base.map { try EmbeddedResources.base($0) }
    result.base = try (named ?? inFile ?? EmbeddedResources.base()).path
    result.device = base.device ?? file.device ?? result.device
    result.threads = base.threads ?? file.threads ?? DefaultThreads.count
    result.weights = base.weights ?? file.weights ?? result.weights
    result.source.suite = suite ?? file.suite ?? result.source.suite
    result.source.data = try data.map(absolute) ?? file.data.map { try fromFile($0, "data") }
    result.source.order = order ?? file.order ?? result.source.order
    result.source.files =
      try tasks.isEmpty ? (file.tasks ?? []).map { try fromFile($0, "tasks") } : tasks.map(absolute)
    try requireOneFileEach()
    let renamed = try columns.columns.isEmpty ? file.columns.map(ColumnNames.init(parsing:)) : columns.names()
    result.source.columns = renamed?.argument
    result.source.form = form ?? file.form
    result.method = method ?? file.method ?? result.method
    result.seed = seed ?? file.seed ?? result.seed
    result.source.scorer = scorer ?? file.scorer
    result.perClass = perClass ?? file.perClass
    result.trainLimit = trainLimit ?? file.trainLimit
    result.maxAnswerTokens = maxAnswerTokens ?? file.maxAnswerTokens
    result.testLimit = testLimit ?? file.testLimit
    result.evaluateOn = evaluateOn ?? file.evaluateOn ?? result.evaluateOn
    result.outputHead = try earlierHead() ?? outputHead ?? file.outputHead ?? result.outputHead
    result.rank = rank ?? file.rank ?? result.rank
    result.alpha = alpha ?? file.alpha ?? result.alpha
    result.dropout = dropout ?? file.dropout ?? result.dropout
    result.targetModules = targetModules ?? file.targetModules
    result.routedExperts = routedExperts || file.routedExperts == true ? true : nil
    result.options = try methodOptions(file)
    result.training = training(file)
    result.checkpoints.everySteps = checkpointSteps ?? file.checkpointSteps
    result.checkpoints.everySeconds = checkpointSeconds ?? file.checkpointSeconds ?? result.checkpoints.everySeconds
    if result.source.suite != "files", !result.source.files.isEmpty {
      throw RunError.invalidConfiguration(
        key: "tasks", got: "given together with suite \(result.source.suite)", allowed: "a suite or your own tasks")
    }
    return result
  }

  /// Files that are separated by commas, as some programs have them, would be one that is not there.
  private func requireOneFileEach() throws {
    for task in tasks where task.contains(",") && !FileManager.default.fileExists(atPath: absolute(task)) {
      let names = task.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      throw RunError.invalidConfiguration(
        key: "tasks", got: task.printable, allowed: "names that spaces separate: --tasks \(shellWords(names))")
    }
  }

  /// `--read-out`, as commands that were recorded by earlier versions have it.
  private func earlierHead() throws -> OutputHead? {
    guard let readOut else { return nil }
    guard outputHead == nil else {
      throw RunError.invalidConfiguration(
        key: "read-out", got: "\(readOut) beside --output-head",
        allowed: "--output-head alone: --read-out is its name in earlier versions")
    }
    guard let head = OutputHead(word: readOut) else {
      throw RunError.invalidConfiguration(
        key: "read-out", got: readOut,
        allowed: "\(OutputHead.allCases.map(\.rawValue).joined(separator: ", ")), as --output-head")
    }
    Console.error("note: --read-out \(readOut) is --output-head \(head.rawValue) now")
    return head
  }

  /// The method's hyper-parameters: those of the file, and over them those of the command line.
  private func methodOptions(_ file: RunFile) throws -> [String: HyperparameterValue]? {
    let given: [String: HyperparameterValue] = try options.reduce(into: [:]) { result, text in
      guard let (name, value) = MethodOptions.parse(text) else {
        throw RunError.invalidConfiguration(
          key: "option", got: text, allowed: "NAME=VALUE, such as lambda=400 or adversary=off")
      }
      result[name] = value
    }
    let earlier = EarlierAdversary(
      mode: adversary ?? file.adversary, weight: adversaryWeight ?? file.adversaryWeight
    ).options
    for (key, value) in earlier.sorted(by: { $0.key < $1.key }) {
      let name = key.split(separator: ".").last.map(String.init) ?? key
      for options in [file.options?.values ?? [:], given] where options[name] != nil || options[key] != nil {
        throw RunError.invalidConfiguration(
          key: name, got: "\(value) beside the option \(name)",
          allowed: "the option alone, as --option \(name)=\(value): `\(name)` is its name in earlier versions")
      }
      Console.error("note: \(name) is a hyper-parameter of moe-cl now: --option \(key)=\(value)")
    }
    let all = (file.options?.values ?? [:]).merging(earlier) { _, new in new }.merging(given) { _, flag in flag }
    return all.isEmpty ? nil : all
  }

  private func training(_ file: RunFile) -> TrainingOptions {
    var result = TrainingOptions()
    result.batchSize = batch ?? file.batch ?? result.batchSize
    result.batchTokens = batchTokens ?? file.batchTokens
    result.gradientCheckpointing = gradientCheckpointing || file.gradientCheckpointing == true
    result.accumulation = accumulation ?? file.accumulation ?? result.accumulation
    result.epochs = epochs ?? file.epochs ?? result.epochs
    result.learningRate = learningRate ?? file.learningRate ?? result.learningRate
    result.schedule = schedule ?? file.schedule ?? result.schedule
    result.warmupSteps = warmupSteps ?? file.warmupSteps ?? result.warmupSteps
    result.weightDecay = weightDecay ?? file.weightDecay ?? result.weightDecay
    result.gradientClip = gradientClip ?? file.gradientClip ?? result.gradientClip
    result.maxLength = maxLength ?? file.maxLength ?? result.maxLength
    return result
  }
}

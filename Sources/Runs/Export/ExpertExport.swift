import Decoder
public import Experts
public import Files
public import Foundation
public import Learning
public import ModelConfiguration
public import Records

/// A learned task as PEFT can express it: one low-rank pair for each projection, and what is lost by that.
public struct ExpertExport: Sendable {
  /// `accrete.json` of an exported folder.
  public struct Record: Sendable, Codable, Equatable {
    public var accrete: String
    public var task: String
    public var method: String
    public var form: Form
    /// What the files can say of the method, in a sentence.
    public var statement: String
    public var rank: Int
    public var alpha: Double
    public var projections: [String]
    /// The fixed weight of the shared expert in each layer, and where it comes from; `nil` of an exact form.
    public var sharedShares: [Double]?
    public var sharedSharesFrom: String?
    /// How far it is from what the run serves; `nil` of an exact form.
    public var deviation: MergeDeviation?
    /// The rows of ``deviation``.
    public var measuredOn: String?
    /// Of a run with heads the files hold the expert without the head.
    public var outputHead: OutputHead
    public var baseDigest: Digest
    /// What the run rounded its base's numbers to (`--weights`), under which its scores were taken; `nil`: to nothing.
    public var weights: WeightPrecision?
  }

  public enum Form: String, Sendable, Codable {
    /// PEFT computes what the run serves.
    case exact
    /// PEFT computes one fixed weighted sum of two experts.
    case staticMerge = "static-merge"
  }

  public let record: Record
  let expert: LowRankExpert
  let baseConfiguration: DecoderConfiguration
  let tokenizerDigest: Digest
  let promptDigest: Digest?

  static let recordFile = "accrete.json"

  /// Writes PEFT's two files, `expert.json`, `accrete.json` and a README into a new folder.
  /// - Throws: `FileError.alreadyExists`; `FileError` with nothing left behind.
  @discardableResult
  public func write(to folder: URL) throws -> ExpertArchive {
    let method = record.form == .exact ? record.method : record.method + "-merged"
    return try NewFolder.make(folder) { new in
      try JSONFile.write(record, to: new.appendingPathComponent(Self.recordFile))
      try AtomicFile.write(readme, to: new.appendingPathComponent("README.md"))
      return try ExpertArchive.write(
        expert, name: record.task, method: method, baseDigest: record.baseDigest,
        baseConfiguration: baseConfiguration, tokenizerDigest: tokenizerDigest, promptDigest: promptDigest, to: new)
    }
  }

  /// What a person should know before using the files.
  private var readme: String {
    var lines = [
      "# \(record.task)", "",
      "A LoRA of rank \(record.rank), alpha \(record.alpha), on \(record.projections.joined(separator: ", ")), exported by"
        + " Accrete \(record.accrete). Base: weights with the digest \(record.baseDigest).", "",
      "    PeftModel.from_pretrained(base, \"THIS FOLDER\")", "", record.statement, "",
    ]
    lines += deviationLines.flatMap { ["* " + $0] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The measured deviation as sentences; none of an exact form.
  public var deviationLines: [String] {
    guard let deviation = record.deviation, let shares = record.sharedShares else { return [] }
    func number(_ value: Double) -> String { String(format: "%.4g", value) }
    func percent(_ value: Double) -> String { String(format: "%.2f %%", 100 * value) }
    var lines = [
      "weight of the shared expert by layer (\(record.sharedSharesFrom ?? "")): "
        + shares.map { String(format: "%.4f", $0) }.joined(separator: " "),
      "deviation over n = \(deviation.rows) rows (\(record.measuredOn ?? "")), \(deviation.logits) logits:"
        + " max \(number(deviation.maxLogitDifference)), mean \(number(deviation.meanLogitDifference));"
        + " most probable next token changed in \(percent(deviation.changedNextTokens)) of the rows",
    ]
    if let labels = deviation.labels {
      lines.append(
        "predicted label changed in \(percent(labels.changedPredictions)) of the rows; accuracy"
          + " \(String(format: "%.4f", labels.dualAccuracy)) in the run,"
          + " \(String(format: "%.4f", labels.mergedAccuracy)) merged, n = \(deviation.rows)")
    }
    return lines
  }
}

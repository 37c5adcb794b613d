public import ArgumentParser
import Decoder
import Experts
import Files
import Foundation
import Generation
import ModelConfiguration
import Tokenization
public import Torch

struct ExpertsMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Fold an expert into its base: a checkpoint for programs that know no adapters.",
    discussion: """
      The result is a Hugging Face folder of the base's size that serves this one task. A closed-form head, labels and calibration of a \
      version are not part of it (registry export --peft writes them beside the adapter).
      """)

  @Argument(help: ArgumentHelp("An adapter's folder, or an expert's of a run.", valueName: "expert"))
  var folder: String

  @Option(
    help:
      "The base: a folder, an embedded base's name, or ORG/NAME of Hugging Face's cache. Default: that of the expert.")
  var base: String?

  @Option(help: "The folder that is written; it must not exist yet.")
  var out: String

  @Option(help: "Default: as the base's files; a type of 16 bits rounds the expert.")
  var dtype: MergedType?

  /// What a merged checkpoint may hold.
  enum MergedType: String, ExpressibleByArgument, CaseIterable {
    case float32, bfloat16, float16

    var dtype: DType {
      switch self {
      case .float32: .float32
      case .bfloat16: .bfloat16
      case .float16: .float16
      }
    }
  }

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let expected = "an adapter's folder, or an expert's of a run"
      try NoExperts.refuseRegistry(folder, expected: expected)
      try NoExperts.refuseVersion(folder, expected: expected)
      let source = URL(fileURLWithPath: absolute(folder))
      guard ExpertArchive.isArchive(source) || FolderFile.exists("adapter_config.json", in: source) else {
        throw PEFTError.noAdapter(
          folder: folder.printable, missing: "adapter_config.json",
          fix: "Give the folder of an expert or of an adapter, not of a base.")
      }
      guard let home = try base.map({ try EmbeddedResources.base($0) }) ?? ExpertOptions.home(of: source) else {
        throw ExpertError.invalidHyperparameter(
          name: "base", value: "missing", allowed: "the base that the expert was trained on, which its files do not say"
        )
      }
      let host = StoredExpert.Base(
        try DecoderConfiguration(folder: home), digest: try Checkpoint(folder: home).digest,
        tokenizerDigest: try BPETokenizer(folder: home).digest(of: home))
      let stored = try StoredExpert(source, for: host)
      let out = URL(fileURLWithPath: absolute(out))
      let summary = try MergedCheckpoint.write(
        stored.expert, into: home, to: out, dtype: dtype?.dtype)
      // Beside an adapter that was exported from a registry.
      if FolderFile.exists("head.safetensors", in: source) {
        Console.error(
          "warning: \(folder.printable) answers with a head as well (head.safetensors), which no checkpoint has: the merged model's answers differ from its"
        )
      }
      if let warning = HeldBase.warning(
        folder.printable, HeldBase.precision(of: source), "is folded into the base's own numbers")
      {
        Console.error(warning)
      }
      if summary.largestRounding > 0 {
        Console.error(
          "warning: rounding took up to \(fixed(summary.largestRounding * 100, 1)) % of the expert in a matrix (Frobenius norms); --dtype float32 keeps all of it"
        )
      }
      guard !json else { return try Console.output(String(decoding: try JSONFile.encode(summary), as: UTF8.self)) }
      try Console.output(
        "\(summary.matrices) matrices of \(EmbeddedResources.argument(for: home.path)) have the expert in them, in \(summary.dtype)"
      )
      try Console.output("model folder: \(out.path)")
    }
  }
}

extension DType: ExpressibleByArgument {}

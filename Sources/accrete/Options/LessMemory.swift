import Files
import Foundation
import ModelConfiguration
import Records
import Registry
import Serving
import Torch

/// What to do where memory is short: only what the command takes as things are, and what makes the base smaller.
enum LessMemory {
  /// How the base may be held to take less.
  ///
  /// - Parameters:
  ///   - held: How it is held; `nil`: as its files have it.
  ///   - base: Its folder; `nil`: it is not known.
  ///   - compute: What was asked for: on a CPU bfloat16 takes no codes.
  ///   - device: As it was named.
  static func forms(
    than held: WeightPrecision?, of base: URL?, compute: ComputeChoice? = nil, device: String? = nil
  ) -> [WeightPrecision] {
    // Checkpoints of GPTQ and AWQ are as small as nf4; other forms are made of their numbers.
    if held == nil, let base, (try? DecoderConfiguration(folder: base))?.packed != nil { return [] }
    let isOnCPU = (device ?? "cpu") == "cpu"
    // As its files have it: on a GPU that is float32 all the same.
    let isHalf = held == nil && isOnCPU && base.map(isInHalves) == true
    let smaller: [WeightPrecision] =
      switch isHalf ? .bfloat16 : held {
      case nil, .float32: [.bfloat16, .int8, .nf4]
      case .bfloat16: [.int8, .nf4]
      case .int8, .fp8: [.nf4]
      case .nf4, .int4: []
      }
    guard compute == .bfloat16, isOnCPU else { return smaller }
    return smaller.filter { $0 == .bfloat16 }
  }

  /// Whether a base's files have all matrices in bfloat16: the header of the first one says it for all of them, and needs no libtorch.
  private static func isInHalves(_ base: URL) -> Bool {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: base.path)) ?? []).sorted()
    guard let name = names.first(where: { $0.hasPrefix("model") && $0.hasSuffix(".safetensors") }),
      let file = try? SafetensorsFile(base.appendingPathComponent(name))
    else { return false }
    let types = file.names.filter { (file.shape(of: $0)?.count ?? 0) > 1 }.map(file.dtype(of:))
    return !types.isEmpty && types.allSatisfy { $0 == .bfloat16 }
  }

  /// A sentence.
  ///
  /// - Parameters:
  ///   - ways: Each behind "Use".
  ///   - forms: Behind `--weights`.
  ///   - last: One more, behind the others.
  static func advice(_ ways: [String] = [], weights forms: [WeightPrecision], last: String? = nil) -> String {
    let names = forms.map(\.rawValue)
    let weights = names.last.map { last in
      "--weights " + (names.count == 1 ? last : "\(names.dropLast().joined(separator: ", ")) or \(last)")
    }
    let all = ways + [weights, last].compactMap(\.self)
    guard let end = all.last else { return "Close other programs." }
    return "Use \(all.count == 1 ? end : all.dropLast().joined(separator: ", ") + ", or \(end)")."
  }
}

extension RunOptions {
  /// What to do where a step does not fit.
  ///
  /// - Parameter keys: Of the file, beside those of a run.
  func lessMemory(besides keys: [String] = []) -> String {
    let run = try? configuration(file(besides: keys))
    return LessMemory.advice(
      ["a smaller --batch-tokens, --batch or --max-length", "--gradient-checkpointing"],
      weights: LessMemory.forms(
        than: run?.weights, of: run.map { URL(fileURLWithPath: $0.base) }, compute: run?.compute, device: run?.device))
  }
}

extension BaseOptions {
  /// What to do where a base does not fit.
  ///
  /// - Parameter experts: What names a base where none is named.
  func lessMemory(for experts: ExpertOptions) -> String {
    LessMemory.advice(
      weights: LessMemory.forms(than: weights, of: try? folder(for: experts), device: device), last: "a smaller base")
  }
}

extension TaskBaseOptions {
  /// How the registry's base may be held to take less; the base is the registry's, and no other.
  ///
  /// - Parameters:
  ///   - options: The registry.
  ///   - task: What is asked, as it was written.
  ///   - learns: Whether something is learned on it: what is served holds it in one way then.
  ///   - compute: What was asked for.
  func smallerForms(
    in options: RegistryOptions, answering task: String? = nil, learns: Bool = false, compute: ComputeChoice? = nil
  ) -> [WeightPrecision] {
    let registry = try? options.open()
    if learns, let served = try? registry?.servedDescriptions(), !served.isEmpty { return [] }
    let known = try? registry?.base().path
    let folder = (base ?? known).flatMap { try? EmbeddedResources.base($0, from: base == nil ? registry?.url : nil) }
    return LessMemory.forms(
      than: weights ?? (try? registry?.basePrecision(answering: task)), of: folder, compute: compute,
      device: device)
  }
}

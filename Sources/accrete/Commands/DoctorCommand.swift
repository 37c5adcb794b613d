import ArgumentParser
import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Records
import Runs
import Streams
import Templates
import Torch

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check libtorch, threads, memory, disk, base and data, and say what to do about each problem.",
    discussion: """
      accrete doctor --device cuda

      says more about a GPU: its driver, our kernels, libtorch's operators, and whether it computes what the CPU does. It ends with 64 \
      where there is none.
      """)

  @OptionGroup var options: RunOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  struct Finding: Encodable {
    let what: String
    let ok: Bool
    let found: String
    let fix: String?
    /// The same as numbers, where there are many.
    var details: DeviceReport?
  }

  func run() throws {
    try Failure.reported {
      let configuration = Result { try options.configuration() }
      // Also where another option is wrong.
      let asked = device((try? configuration.get().device) ?? options.flags.texts["device"]?.last ?? "cpu")
      let findings = inspect(configuration, on: asked)
      if json {
        try Console.output(String(decoding: try JSONFile.encode(findings), as: UTF8.self))
      } else {
        for finding in findings {
          try Console.output("\(finding.ok ? "ok     " : "PROBLEM") \(finding.what): \(finding.found)")
          if let fix = finding.fix { try Console.output("        → \(fix)") }
        }
      }
      if case .failure = asked { throw ExitCode(Failure.usage) }
      if findings.contains(where: { !$0.ok }) { throw ExitCode(Failure.badData) }
    }
  }

  private func inspect(
    _ configured: Result<RunConfiguration, any Error>, on asked: Result<Device, MissingDevice>
  ) -> [Finding] {
    var findings = [libtorch(), program(), processor(), threads(of: try? configured.get()), memory(), disk()]
    let configuration = checked("options", fix: nil) {
      try configured.get().validate()
      return "a run can have them"
    }
    findings.append(configuration)
    // Before anything else can end the list: the exit code is the device's.
    if case .failure(let missing) = asked { findings.append(missing.finding) }
    guard configuration.ok else { return findings }
    // A base can be checked without its device.
    let device = (try? asked.get()) ?? .cpu
    var plan: ComputePlan?
    findings.append(
      checked(
        "base model",
        fix: ["device", "weights", "compute"].allSatisfy { options.flags.texts[$0] == nil }
          ? "Give a Hugging Face folder with --base, or leave it out for the embedded one." : nil
      ) {
        let configuration = try configured.get()
        let base = try Base(
          folder: URL(fileURLWithPath: configuration.base), on: device,
          precision: configuration.weights
        ).computing(configuration.compute ?? .auto)
        plan = base.model.plan
        let shape = base.model.configuration
        let template = try ChatTemplate.stored(in: base.folder).map { ", chat template \($0.digest)" }
        return
          "\(base.folder.path)\(try options.baseNote()): \(shape.family.architecture), \(shape.layers) layers, hidden \(shape.hiddenSize),"
          + " vocabulary \(shape.vocabularySize), \(Self.routed(shape))\(Self.cache(shape)), \(base.model.digest)"
          + (template ?? ", no chat template") + base.warnings.map { "; put right: \($0)" }.joined()
      })
    if let plan, case .success = asked {
      findings.append(
        Finding(
          what: "plan", ok: true, found: plan.entries.map { "\($0.what): \($0.how)" }.joined(separator: "; "), fix: nil)
      )
    }
    if case .success = asked, device != .cpu || Kernels.rehearsesDevice {
      // Where there is no base to ask: as one in float32 would be computed.
      let shown = plan ?? ComputePlan(device: device, weights: .float32, compute: .float32)
      findings += DeviceReport(device, plan: shown).findings
    }
    guard options.config != nil || ["suite", "tasks"].contains(where: { options.flags.texts[$0] != nil }) else {
      findings.append(
        Finding(what: "data", ok: true, found: "not asked for; give --suite or --tasks to check some", fix: nil))
      return findings
    }
    findings.append(
      checked("data", fix: nil) {
        let source = try configured.get().source
        let tasks = try source.taskSuite().tasks(order: source.order)
        return tasks.map {
          "\($0.name) \($0.train.count) train + \($0.test.count) test rows, \($0.labels.count) labels"
        }
        .joined(separator: "; ")
      })
    return findings
  }

  private static func routed(_ shape: DecoderConfiguration) -> String {
    guard let moe = shape.moe else { return "" }
    let shared = shape.intermediateSize > 0 ? "a shared expert and " : ""
    let dense = shape.denseLayers.map { ", in \(shape.layers - $0.layers.count) of \(shape.layers) layers" } ?? ""
    return "\(shared)\(moe.experts) routed experts, \(moe.active) for a token\(dense); "
  }

  /// What a token costs in a cache, beside what it would cost with keys and values for every head of every layer.
  private static func cache(_ shape: DecoderConfiguration) -> String {
    let bytes = shape.cacheBytesPerToken(bytesPerNumber: 4)
    let all = 2 * 4 * shape.headDim * shape.heads * shape.layers
    let percent = (Double(bytes) / Double(max(all, 1)) * 1000).rounded() / 10
    return
      "keys and values \(bytes) bytes a token in float32, \(percent) % of what a key and a value for every head would take"
  }

  private func checked(_ what: String, fix: String?, _ body: () throws -> String) -> Finding {
    do {
      return Finding(what: what, ok: true, found: try body(), fix: nil)
    } catch {
      return Finding(what: what, ok: false, found: "\(error)", fix: fix)
    }
  }

  private func libtorch() -> Finding {
    let works = (try? Tensor([Float(1), 2]).sum().item()) == 3
    if let problem = TorchRuntime.problem {
      return Finding(what: "libtorch", ok: false, found: problem, fix: TorchRuntime.fix)
    }
    let cuda = TorchRuntime.hasCUDA ? " with CUDA" : ", CPU only"
    let bridge =
      "bridge \(TorchRuntime.library?.lastPathComponent ?? "in the program"), built for \(TorchRuntime.bridgeVersion)"
    return Finding(
      what: "libtorch", ok: works,
      found: "\(TorchRuntime.version)\(cuda); \(bridge)\(works ? "" : "; it cannot add two numbers")",
      fix: works ? nil : "Run `make build`, or put the folder of another libtorch on LD_LIBRARY_PATH.")
  }

  /// What a comparison knows this program by.
  private func program() -> Finding {
    checked("program", fix: nil) {
      let identity = try ProgramCode.identity()
      switch identity.basis {
      case .sources(let stated):
        let commit = stated.commit.map { ", commit \($0)" } ?? ""
        return "\(identity.digest), a digest of its sources: every build of them has it, by \(stated.compiler),"
          + " \(stated.configuration)\(commit)"
      case .file(let reason):
        return "\(identity.digest), of this build's file, which no other build has, because \(reason);"
          + " `make build` states the sources"
      }
    }
  }

  private func processor() -> Finding {
    let half = InstructionSet.hasHalfProducts ? "multiplies bfloat16" : "has no instruction that multiplies bfloat16"
    return Finding(
      what: "processor", ok: InstructionSet.problem == nil, found: "\(InstructionSet.current.rawValue), \(half)",
      fix: InstructionSet.problem)
  }

  private func threads(of configuration: RunConfiguration?) -> Finding {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let asked = configuration?.threads ?? DefaultThreads.count
    return Finding(
      what: "threads", ok: (1...cores).contains(asked), found: "\(asked) of \(cores) cores",
      fix: asked <= cores ? nil : "More threads than cores are slower: use --threads \(cores).")
  }

  private func memory() -> Finding {
    let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let bytes = (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) * 1024
    let enough = bytes == 0 || bytes >= 1 << 30
    return Finding(
      what: "memory", ok: enough, found: bytes == 0 ? "unknown" : "\(bytes >> 20) MiB available",
      fix: enough ? nil : "Close other programs, or use a smaller --batch and --max-length.")
  }

  private func disk() -> Finding {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: FileManager.default.currentDirectoryPath)
    let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value
    let enough = free.map { $0 >= 1 << 30 } ?? true
    return Finding(
      what: "disk", ok: enough, found: free.map { "\($0 >> 20) MiB free here" } ?? "unknown",
      fix: enough ? nil : "A run writes a few times the size of its experts: free some space, or use another --out.")
  }
}

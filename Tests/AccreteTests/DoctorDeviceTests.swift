import Foundation
import TestSupport
import Testing
import Torch

extension CommandLineTests {
  /// What does the program say of a GPU: where one is rehearsed on the CPU, and where there is none?
  @Suite struct DoctorDeviceTests {
    private static let emulation = Accrete.binary.deletingLastPathComponent()
      .appendingPathComponent("libaccrete-cuda-emulated.so").path

    private func run(_ arguments: [String], in folder: URL? = nil, emulation: String? = emulation, fault: String = "")
      throws -> Outcome
    {
      let variables = ["ACCRETE_PLAN=gpu", "ACCRETE_EMULATED_FAULT=\(fault)"]
      let kernels = emulation.map { ["ACCRETE_CUDA_EMULATION=\($0)"] } ?? []
      return try Accrete.run(
        variables + kernels + [Accrete.binary.path] + arguments, in: folder,
        program: URL(fileURLWithPath: "/usr/bin/env"))
    }

    private func findings(_ outcome: Outcome) throws -> [String: [String: Any]] {
      let list = try #require(try outcome.json() as? [[String: Any]])
      return try Dictionary(uniqueKeysWithValues: list.map { (try #require($0["what"] as? String), $0) })
    }

    @Test func aRehearsedDevice() throws {
      let outcome = try run(["doctor", "--json", "--threads", "1", "--base", "seedling"])
      let findings = try findings(outcome)
      for what in ["device", "kernels", "operators", "results", "plan"] {
        #expect(findings[what]?["ok"] as? Bool == true, "\(what): \(outcome.text)")
      }
      let details = try #require(findings["device"]?["details"] as? [String: Any])
      #expect(details["device"] as? String == "cpu" && details["isRehearsed"] as? Bool == true)
      let kernels = try #require(details["kernels"] as? [String: Any])
      #expect(kernels["architecture"] as? String == "sm_90a" && kernels["isFromCache"] as? Bool == false)
      let operators = try #require(details["operators"] as? [[String: Any]])
      let flash = try #require(operators.first { $0["name"] as? String == "aten::_flash_attention_forward" })
      #expect(flash["arguments"] as? Int ?? 0 >= 15 && flash["isNeeded"] as? Bool == true)
      let checks = try #require(details["checks"] as? [[String: Any]])
      #expect(checks.count == 6 && checks.allSatisfy { $0["isWithin"] as? Bool == true }, "\(checks)")
      // A norm in float32 by another way has other bits somewhere, or the same: small in any case.
      for check in checks where check["type"] as? String == "float32" {
        #expect(check["error"] as? Double ?? 1 < 1e-3)
      }
      #expect(
        (details["plan"] as? [[String: Any]])?.contains { $0["how"] as? String == "our kernels for sm_90a" } == true)
    }

    /// Without a word products are bfloat16 on a GPU that is made for it, and float32 on one that is not; also where no compiler suits the
    /// driver, or ours does not compile, so that none of our kernels are there.
    @Test(arguments: [
      ("", "bfloat16, sums in float32, by libtorch"), ("capability=75", "float32 of the whole matrix, by libtorch"),
      ("version=12040,capability=75", "float32 of the whole matrix, by libtorch"),
      ("version=12040,capability=80", "bfloat16, sums in float32, by libtorch"),
    ])
    func whatProductsAreComputedIn(fault: String, products: String) throws {
      let findings = try findings(run(["doctor", "--json", "--threads", "1", "--base", "seedling"], fault: fault))
      let details = try #require(findings["device"]?["details"] as? [String: Any])
      let plan = try #require(details["plan"] as? [[String: Any]])
      #expect(plan.first?["how"] as? String == products)
    }

    @Test func asText() throws {
      let outcome = try run(["doctor", "--threads", "1", "--base", "seedling"])
      #expect(outcome.text.contains("ok      kernels: ") && outcome.text.contains(" for sm_90a, compiled in "))
      #expect(outcome.text.contains("ok      results: largest relative difference from the CPU: product, float32: "))
      #expect(outcome.text.contains("; aten::mm.dtype 3 arguments, "))
    }

    /// Where the kernels are missing, doctor says why, and training says it once and goes on.
    @Test func withoutKernels() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let outcome = try run(["doctor", "--json", "--threads", "1", "--base", "seedling"], fault: "driver=35")
      let kernels = try #require(try findings(outcome)["kernels"])
      #expect(outcome.code == 65 && kernels["ok"] as? Bool == false)
      #expect((kernels["fix"] as? String)?.contains("driver") == true, "\(kernels)")
      #expect(try findings(outcome)["results"]?["ok"] as? Bool == true)
      let arguments = ["train", "--dry-run", "--tasks", "weather.jsonl", "--out", "run"] + TinyRun.options
      let training = try run(arguments, in: scratch.url, emulation: "/nowhere/driver.so")
      let warnings = training.errorLines.filter { $0.contains("none of our kernels on cpu") }
      #expect(training.code == 0 && warnings.count == 1, "\(training.testDescription)")
      #expect(warnings.first?.hasPrefix("warning: ") == true && warnings.first?.contains("/nowhere/driver.so") == true)
    }

    /// A device that is full in the middle of a step.
    @Test func outOfMemory() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let outcome = try run(
        ["train", "--tasks", "weather.jsonl", "--out", "run"] + TinyRun.options, in: scratch.url, fault: "memory=40")
      #expect(outcome.code == 74, "\(outcome.testDescription)")
      let complaint = try #require(outcome.complaints.last)
      #expect(
        complaint.contains("out of memory: accrete_")
          && complaint.contains(" found no room. Use a smaller --batch-tokens"))
      let order = ["--batch-tokens", "--gradient-checkpointing", "--weights"].compactMap {
        complaint.firstRange(of: $0)
      }
      #expect(order.count == 3 && zip(order, order.dropFirst()).allSatisfy { $0.lowerBound < $1.lowerBound })
    }

    @Test func aDeviceThatIsNotThere() throws {
      let name = TorchRuntime.hasCUDA ? "cuda:127" : "cuda"
      let outcome = try Accrete.run(["doctor", "--json", "--threads", "1", "--base", "seedling", "--device", name])
      let findings = try findings(outcome)
      #expect(outcome.code == 64 && findings["device"]?["ok"] as? Bool == false, "\(outcome.text)")
      let found = try #require(findings["device"]?["found"] as? String)
      #expect(found.contains("device `\(name)` is not "))
      if !TorchRuntime.hasCUDA, !TorchRuntime.isCUDABuild { #expect(found.hasSuffix("is a CPU build.")) }
      // The rest is checked all the same.
      #expect(findings["base model"]?["ok"] as? Bool == true && findings["plan"] == nil)
      #expect(try Accrete.run(["doctor", "--threads", "1", "--base", "seedling", "--device", "gpu"]).code == 64)
    }

    /// Another option that is wrong does not hide it.
    @Test(arguments: [["--batch", "0"], ["--config", "nowhere.yaml"]])
    func aDeviceThatIsNotThereAndAnotherProblem(options: [String]) throws {
      let outcome = try Accrete.run(["doctor", "--json", "--threads", "1", "--device", "cuda:127"] + options)
      let findings = try findings(outcome)
      #expect(outcome.code == 64, "\(outcome.testDescription)")
      #expect(findings["options"]?["ok"] as? Bool == false && findings["device"]?["ok"] as? Bool == false)
      #expect((findings["device"]?["found"] as? String)?.contains("device `cuda:127` is not ") == true)
    }
  }
}

import ArgumentParser
import Foundation
import Records
import Runs
import Testing

@testable import accrete

/// `pretrain` is not `train`: what other programs call an option is another thing there, as a flag and as a key of its file.
@Suite struct PretrainHintTests {
  private static func flag(_ arguments: [String]) -> String {
    do {
      _ = try AccreteCommand.parseAsRoot(arguments)
      return "no error"
    } catch {
      return OptionSynonyms.explained(AccreteCommand.fullMessage(for: error), of: arguments)
    }
  }

  private static func key(_ key: String, of command: String) -> String {
    let error = RunError.invalidConfiguration(key: "a.yaml:3: \(key)", got: "unknown", allowed: "others")
    return "\(OptionSynonyms.explained(error, of: [command, "--config", "a.yaml"]))"
  }

  @Test(arguments: [
    ("--optimizer", "It is --set optimizer=VALUE here"),
    ("--optim", "It is --set optimizer=VALUE (adamw or muon) here"),
    ("--max-steps", "It is --tokens (how many to learn from: the steps follow from it) here"),
    ("--epochs", "It is --tokens (how many to learn from, in as many passes as these are) here"),
    ("--save-steps", "It is --set checkpoint-steps=VALUE here"),
    ("--max-length", "It is --set sequence-length=VALUE here"),
    (
      "--batch-size",
      "It is --set batch=VALUE or --set micro-batch=VALUE (how many are in memory at a time) here"
    ),
    ("--batch", "It is --set batch=VALUE here"), ("--lr", "It is --learning-rate here"),
    ("--lr-scheduler-type", "It is --set decay=VALUE here"),
    ("--stage", "There is nothing to choose: all weights of the base learn"),
    ("--packing", "It is not needed: windows are full of text"),
    ("--report-to", "The run's folder always has the curves, in tensorboard"),
    ("--rank", "It is an option of doctor, learn, train, compare. `pretrain` has no such option"),
  ]) func options(theirs: String, words: String) {
    let got = Self.flag(["pretrain", "--config", "a.yaml", theirs, "1"])
    #expect(got.contains("Unknown option '\(theirs)'. \(words)"), "\(got)")
    #expect(!got.contains("by AdamW") && !got.contains("--max-epochs of learn") && !got.contains("Did you mean"))
  }

  @Test(arguments: [
    ("optim", "optimizer (adamw or muon), which it is here"),
    ("max_steps", "tokens (how many to learn from: the steps follow from it), which it is here"),
    ("steps", "tokens (how many to learn from: the steps follow from it), which it is here"),
    ("save_steps", "checkpoint-steps, which it is here"), ("max_length", "sequence-length, which it is here"),
    ("lr", "learning-rate, which it is here"), ("warmup_ratio", "warm-up (a share of the tokens), which it is here"),
    ("per_device_train_batch_size", "batch, micro-batch (how many are in memory at a time), which it is here"),
    ("packing", "no such key. It is not needed: windows are full of text"),
    ("report_to", "no such key. The run's folder always has the curves"),
    ("lora_rank", "no such key. It is --rank of "), ("output_dir", "out, which it is here"),
  ]) func keys(theirs: String, words: String) {
    let got = Self.key(theirs, of: "pretrain")
    #expect(got.hasPrefix("`a.yaml:3: \(theirs)` is unknown; allowed: \(words)"), "\(got)")
  }

  /// The same words in a file of another kind.
  @Test(arguments: [
    ("train", "optim", "no such key. Experts are trained by AdamW"), ("train", "max_length", "max-length, which it is"),
    ("train", "max_steps", "no such key. Passes are given, not steps"),
    ("train", "save_steps", "checkpoint-steps, which it is here"),
    ("compare", "save_steps", "checkpoint-steps, which it is here"),
    ("train", "report_to", "tensorboard, which it is here"),
    ("compare", "report_to", "no such key. It is --tensorboard of learn, train"),
    ("train", "val_size", "a field \"split\" in the rows, evaluate-on, which it is here"),
    ("compare", "warmup_steps", "warmup-steps, which it is here"),
  ]) func otherFiles(command: String, theirs: String, words: String) {
    let got = Self.key(theirs, of: command)
    #expect(got.hasPrefix("`a.yaml:3: \(theirs)` is unknown; allowed: \(words)"), "\(got)")
  }

  /// Every key that is told is one of the file.
  @Test func everyKeyIsThere() {
    let told = OptionSynonyms.names.flatMap { OptionSynonyms.meanings(of: $0) ?? [] }.filter(\.isKey)
    #expect(!told.isEmpty)
    for meaning in told { #expect(PretrainingFile.keys.contains(meaning.key ?? ""), "\(meaning.text)") }
  }
}

import Files
import Foundation
import ModelConfiguration
import Records
import Registry
import Streams
import TaskModels

/// `README.md` beside an exported adapter, in the form of Hugging Face's model cards.
struct AdapterCard {
  let record: AdapterRecord
  /// What PEFT loads the base by: a name on the hub or a path.
  let base: String
  let metrics: [MetricRecord]
  let findings: [String]

  /// The fence around what stands in it to the letter: longer than any in the text.
  private static func block(_ text: String) -> [String] {
    var fence = "```"
    while text.contains(fence) { fence += "`" }
    return [fence + "text", text, fence]
  }

  var text: String {
    let form = record.model.form
    var lines = [
      "---", "base_model: \(Self.yaml(base))", "library_name: peft", "tags: [lora, accrete]", "---", "",
      "# \(record.version)", "",
      "A LoRA expert of one task, exported by Accrete \(Manifest.accreteVersion). PEFT loads it alone; `predict.py` answers as Accrete does, with everything else that the version"
        + " answers by (labels, closed-form head, weights of both, calibration), which stands in `accrete.json`\(record.model.head.map { $0 != .label } == true ? " and `head.safetensors`" : "").",
    ]
    if record.model.compute == .bfloat16 {
      lines += [
        "",
        "Its base computed in bfloat16 as it was learned, and does so where Accrete answers. `predict.py` computes in float32: probabilities differ"
          + " in the third or fourth digit, and an answer may where two are about as probable.",
      ]
    }
    if let weights = record.model.weights {
      lines += [
        "",
        "Its base was held in \(weights.rawValue) as it was learned and scored, and is so where Accrete answers. PEFT and `predict.py` load the base's own"
          + " numbers: probabilities differ, an answer may, and the scores below are not theirs.",
      ]
    }
    if let architecture = record.unknownArchitecture {
      lines += [
        "",
        "**transformers has no class for \(architecture), the base's architecture: the program below does not run with it.**",
      ]
    }
    lines += [
      "",
      "The folder has no tokenizer: it is the base's, which `predict.py` loads from there. Other programs are to load it from the base, too.",
      "", "```python", "from peft import AutoPeftModelForCausalLM",
      "model = AutoPeftModelForCausalLM.from_pretrained(\"path/to/this/folder\")   # loads the base, too", "",
      "from predict import Task                                                   # predict.py of this folder",
      "print(Task(\"path/to/this/folder\").predict(\"a text\"))", "```", "", "## Prompt", "",
    ]
    if let template = form.template {
      lines += [
        "A conversation as the base's chat template writes it (\(template.digest)), with its generation prompt; a text by itself is the user's"
          + " only turn. A template that writes the date is given 26 July 2024, as `predict.py` does.",
        "",
        "At most \(form.maxLength) tokens with the answer; of a longer conversation the oldest turns are left out, then the beginning of what was"
          + " said last.",
      ]
    } else if form.instruction.isEmpty, form.cue.isEmpty {
      lines.append("The prompt is used as it is.")
    } else {
      lines += [
        "To the letter, with the text in place of `TEXT`\(form.takesTexts ? ", without white space at its ends" : ""):",
        "",
      ]
      lines += Self.block(
        (form.instruction.isEmpty ? "" : form.instruction + "\n") + "TEXT" + (form.cue.isEmpty ? "" : "\n" + form.cue))
    }
    if form.template == nil {
      lines += [
        "",
        "At most \(form.maxLength) tokens with the answer; a longer text loses its beginning. The answer follows after a space and ends with the base's end token.",
      ]
    }
    lines.append("")
    if !form.labels.isEmpty {
      lines += ["## Labels", ""]
      lines += Self.block(form.labels.map(\.printable).joined(separator: "\n"))
      lines.append("")
    }
    lines += ["## Scores on gate rows", ""]
    func fixed(_ value: Double) -> String { String(format: "%.4f", value) }
    lines += metrics.map { metric in
      let interval = metric.low.flatMap { low in metric.high.map { " [\(fixed(low)), \(fixed($0))] (95 %)" } } ?? ""
      return "* \(metric.name) \(fixed(metric.value))\(interval)\(metric.n.map { ", n \($0)" } ?? "")"
    }
    lines += [""] + findings.map { "* \($0.onOneLine)" }
    lines += [
      "", "## Digests", "", "* version \(record.digest)", "* adapter_model.safetensors \(record.tensors)",
      "* the base's weight files \(record.base)", "",
    ]
    return lines.joined(separator: "\n")
  }

  /// A scalar of YAML.
  private static func yaml(_ text: String) -> String {
    "\"" + text.onOneLine.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

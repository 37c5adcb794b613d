public import ArgumentParser
import Experts
public import Files
import Foundation
import Learning
import Records
import Reports
import Runs
import Streams
import Torch

/// Flags of a run. Each is also a key of the YAML file, under the same name; a flag wins over the file.
struct RunOptions: ParsableArguments {
  @Option(help: "YAML file with any of these options as keys.")
  var config: String?

  @OptionGroup var base: BaseOptions

  /// What to do where a step does not fit.
  static let lessMemory =
    "Use a smaller --batch or --max-length, --gradient-checkpointing, or --weights bfloat16 or int8."

  @Option(help: "mtl5, trace, compliance-en, compliance-zh, or files (default) for your own --tasks.")
  var suite: String?

  @Option(help: "Folder with the suite's data.")
  var data: String?

  @Option(
    help: "Order of the suite's tasks: 1, 2 or 3; trace has 1 and 2. Default: 1. `compare` takes --orders instead.")
  var order: Int?

  @Option(
    parsing: .upToNextOption,
    help:
      "Your own tasks, in the order of learning: files of text and label, or prompt and answer, as JSONL, a JSON array, CSV or TSV, each also gzipped."
  )
  var tasks: [String] = []

  @OptionGroup var columns: ColumnOption

  @Option(help: "text-label, prompt-answer, prompt-completion or alpaca. Default: as the first row shows.")
  var form: RowForm?

  @Option(
    help:
      "Default: \(RunConfiguration.defaultMethod). `accrete methods` lists all. `compare` takes --methods instead.")
  var method: String?

  @Option(help: "Seed of everything random. Default: 0. `compare` takes --seeds instead.")
  var seed: UInt64?

  @Option(
    help:
      "Measure of your own tasks: accuracy (default); numeric-accuracy, first-character, rouge-l, edit-similarity or sari of free answers; macro-f1 of labels."
  )
  var scorer: String?

  @Option(help: "At most this many training rows of each label; free answers count as one label. Default: all.")
  var perClass: Int?

  @Option(help: "At most this many training rows of each task. Default: all.")
  var trainLimit: Int?

  @Option(
    help:
      "The most tokens of a free answer, in training and in scoring, where it is also at most as long as the task's longest training answer. Default: half of --max-length."
  )
  var maxAnswerTokens: Int?

  @Option(help: "At most this many scored rows of each task. Default: all.")
  var testLimit: Int?

  @Option(help: "test (default), or validation: a random fifth of the train rows, none of which is trained on then.")
  var evaluateOn: RowSelection.Evaluation?

  @Option(
    help:
      "label (default): the model writes the answer; trained: a linear head for each task, trained with its expert; ridge: a head in closed form, and no expert; both: label scores and the closed-form head, weighed on rows that are kept apart."
  )
  var outputHead: OutputHead?

  @Option(help: ArgumentHelp("--output-head by its name in earlier versions.", visibility: .hidden))
  var readOut: String?

  @Option(help: "Rank r of the experts. Default: 8.")
  var rank: Int?

  @Option(help: "Strength of the experts; they are scaled by alpha / rank. Default: 16.")
  var alpha: Double?

  @Option(help: "Dropout on the experts' inputs. Default: 0.05.")
  var dropout: Double?

  @Flag(help: "Experts plug into the routed experts of a mixture, too, not into its shared one alone.")
  var routedExperts = false

  @Option(
    help:
      "Where experts plug in, by PEFT's names: q_proj,v_proj,… or all-linear. Default: gate_proj,up_proj,down_proj.")
  var targetModules: String?

  @Option(
    help: ArgumentHelp("--option moe-cl.adversary by its name in earlier versions.", visibility: .hidden),
    completion: .list(EarlierAdversary.modes))
  var adversary: String?

  @Option(help: ArgumentHelp("--option moe-cl.adversary-weight by its name in earlier versions.", visibility: .hidden))
  var adversaryWeight: Double?

  @Option(
    name: .customLong("option"),
    help:
      "A hyper-parameter of the method, as NAME=VALUE, or METHOD.NAME=VALUE for one method of a comparison; may be repeated. `accrete methods` lists them."
  )
  var options: [String] = []

  @Option(help: "Examples in a micro-batch. Default: 8.")
  var batch: Int?

  @Option(help: "Most tokens of a micro-batch, instead of a number of examples.")
  var batchTokens: Int?

  @Flag(help: "Compute activations again in the backward pass: less memory, more time, the same result.")
  var gradientCheckpointing = false

  @Option(help: "Micro-batches in an optimizer step. Default: 1.")
  var accumulation: Int?

  @Option(help: "Passes over the training rows. Default: 3.")
  var epochs: Int?

  @Option(help: "Peak learning rate. Default: \(TrainingOptions().learningRate).")
  var learningRate: Double?

  @Option(help: "constant (default) or cosine.")
  var schedule: LearningRateShape?

  @Option(help: "Steps of linear warm-up. Default: 0.")
  var warmupSteps: Int?

  @Option(help: "AdamW's weight decay. Default: 0.01.")
  var weightDecay: Double?

  @Option(help: "Limit of the gradient norm; 0 switches clipping off. Default: 1.")
  var gradientClip: Double?

  @Option(help: "Steps between two checkpoints inside of a task. Default: by time only.")
  var checkpointSteps: Int?

  @Option(help: "Seconds between two checkpoints inside of a task. Default: 300.")
  var checkpointSeconds: Double?

  @Option(help: "The most tokens of an example; longer texts lose tokens at their left. Default: 256.")
  var maxLength: Int?
}

extension RowSelection.Evaluation: ExpressibleByArgument {}
extension OutputHead: ExpressibleByArgument {}
extension LearningRateShape: ExpressibleByArgument {}
extension WeightMatrix.Precision: ExpressibleByArgument {}

extension Digest: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

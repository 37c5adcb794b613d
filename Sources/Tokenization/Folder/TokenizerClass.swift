import Files
import Foundation

/// Which class of transformers reads a folder. Most take `tokenizer.json` as it is; three that the supported families name take only
/// its vocabulary, merges and post-processor, and bring what stands before and behind them.
enum TokenizerClass: Equatable {
  /// `TokenizersBackend`, `PreTrainedTokenizerFast` and all that take the file as it is.
  case file
  /// `LlamaTokenizer`. `prefix`: where it puts "▁".
  case llama(prefix: Metaspace.Prefix)
  case qwen2(addsSpace: Bool)
  case gpt2(addsSpace: Bool)

  /// What `AutoTokenizer` knows of the model types that this program reads (transformers 5.23).
  private static let registered = [
    "qwen2": "Qwen2Tokenizer", "qwen3": "Qwen2Tokenizer", "gpt2": "GPT2Tokenizer", "mistral": "TokenizersBackend",
  ]
  /// Types of which the registered class counts, whatever a folder says.
  private static let overruled: Set<String> = ["qwen2"]
  /// BPE classes that make parts of their own, which is not done here.
  private static let others: Set<String> = [
    "BarthezTokenizer", "BlenderbotTokenizer", "CLIPTokenizer", "CamembertTokenizer", "CodeGenTokenizer",
    "CodeLlamaTokenizer", "CohereTokenizer", "CpmTokenizer", "DebertaTokenizer", "EsmcTokenizer", "GPTNeoXTokenizer",
    "GemmaTokenizer", "HerbertTokenizer", "LayoutLMv3Tokenizer", "LukeTokenizer", "MLukeTokenizer", "MarkupLMTokenizer",
    "NllbTokenizer", "NougatTokenizer", "OpenAIGPTTokenizer", "Qwen3_5Tokenizer", "ReformerTokenizer",
    "RoFormerTokenizer", "RobertaTokenizer", "SeamlessM4TTokenizer", "Siglip2Tokenizer", "Tipsv2Tokenizer",
    "WhisperTokenizer",
  ]

  /// Chooses as `AutoTokenizer` does.
  ///
  /// - Parameters:
  ///   - configuration: `tokenizer_config.json`.
  ///   - model: `config.json`.
  ///   - isByteLevel: Whether `tokenizer.json` has a `ByteLevel` part.
  /// - Throws: `TokenizationError` for a class that makes parts of its own which are not made here.
  init(configuration: JSONLocation?, model: JSONLocation?, isByteLevel: Bool) throws {
    let own = try configuration?.optional("tokenizer_class")
    let location = try own ?? model?.optional("tokenizer_class")
    let declared = try location.map { Self.withoutFast(try $0.text()) }
    let type = try model?.optional("model_type")?.text() ?? ""
    let registered = Self.registered[type]
    let isRemote = try configuration?.optional("auto_map") != nil
    var name = declared ?? registered
    if !isRemote, let declared {
      if declared == "LlamaTokenizer", !Self.overruled.contains(type), isByteLevel {
        name = nil
      } else if let registered, registered != declared {
        name = registered == "TokenizersBackend" ? nil : Self.overruled.contains(type) ? registered : declared
      }
    }
    switch name {
    case "LlamaTokenizer"?: self = .llama(prefix: try Self.prefix(configuration))
    case "Qwen2Tokenizer"?:
      self = .qwen2(addsSpace: try configuration?.flag("add_prefix_space", default: false) ?? false)
    case "GPT2Tokenizer"?: self = .gpt2(addsSpace: try configuration?.flag("add_prefix_space", default: false) ?? false)
    case let name? where Self.others.contains(name):
      throw (location ?? JSONLocation(value: .null, key: "tokenizer_class", file: "config.json")).unsupported(
        "PreTrainedTokenizerFast, if tokenizer.json is right as it is, or LlamaTokenizer, Qwen2Tokenizer, GPT2Tokenizer",
        got: "\(name), which makes parts of its own")
    default: self = .file
    }
  }

  private static func withoutFast(_ name: String) -> String {
    name.utf8.count > 4 && name.hasSuffix("Fast") && name != "PreTrainedTokenizerFast" ? String(name.dropLast(4)) : name
  }

  private static func prefix(_ configuration: JSONLocation?) throws -> Metaspace.Prefix {
    guard try configuration?.flag("add_prefix_space", default: true) ?? true else { return .never }
    return try configuration?.flag("legacy", default: false) ?? false ? .always : .first
  }

  /// Tokens that the class names where a folder does not.
  var defaults: [(role: String, content: String)] {
    let end = "<|endoftext|>"
    return switch self {
    case .file: []
    case .llama: [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")]
    case .qwen2: [("eos_token", end), ("unk_token", end), ("pad_token", end)]
    case .gpt2: [("bos_token", end), ("eos_token", end), ("unk_token", end)]
    }
  }

  /// What the class puts instead of a file's parts; `nil`: nothing.
  var parts: [(name: String, json: String)]? {
    switch self {
    case .file: nil
    case .llama(let prefix):
      [
        ("normalizer", "null"),
        (
          "pre_tokenizer",
          #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"\#(prefix.rawValue)","split":false}"#
        ),
        (
          "decoder",
          #"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},"#
            + #"{"type":"ByteFallback"},{"type":"Fuse"}"#
            + (prefix == .never ? "]}" : #",{"type":"Strip","content":" ","start":1,"stop":0}]}"#)
        ),
      ]
    case .qwen2(let addsSpace):
      [
        ("normalizer", #"{"type":"NFC"}"#),
        (
          "pre_tokenizer",
          #"{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\#(Self.qwen2Pattern)"},"#
            + #""behavior":"Isolated","invert":false},"#
            + #"{"type":"ByteLevel","add_prefix_space":\#(addsSpace),"use_regex":false}]}"#
        ),
        ("decoder", #"{"type":"ByteLevel"}"#),
      ]
    case .gpt2(let addsSpace):
      [
        ("normalizer", "null"),
        ("pre_tokenizer", #"{"type":"ByteLevel","add_prefix_space":\#(addsSpace),"use_regex":true}"#),
        ("decoder", #"{"type":"ByteLevel"}"#),
      ]
    }
  }

  /// As JSON writes it.
  private static let qwen2Pattern = BPETrainer.Options.singleDigitPattern.replacing(#"\"#, with: #"\\"#)

  /// What the class says of its model, whatever the file does.
  var modelOptions: [(name: String, value: JSONTree)]? {
    switch self {
    case .file: nil
    case .llama, .qwen2, .gpt2:
      [
        ("fuse_unk", .boolean(isLlama)), ("byte_fallback", .boolean(isLlama)), ("ignore_merges", .boolean(false)),
        ("unk_token", .null), ("dropout", .null), ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null),
      ]
    }
  }

  private var isLlama: Bool { if case .llama = self { true } else { false } }

  /// `tokenizer.json` as the class reads it: parts of its own, and no added tokens but those that are declared again.
  func read(_ file: JSONTree) throws -> JSONTree {
    guard let parts, let modelOptions, case .object(var members) = file else { return file }
    func set(_ name: String, _ value: JSONTree, in members: inout [JSONTree.Member]) {
      members.removeAll { $0.name.elementsEqual(name.utf8) }
      members.append(JSONTree.Member(name: Array(name.utf8), value: value))
    }
    for (name, json) in parts { set(name, try JSONTree(Data(json.utf8)), in: &members) }
    set("added_tokens", .list([]), in: &members)
    if let model = members.first(where: { $0.name.elementsEqual("model".utf8) }),
      case .object(var options) = model.value
    {
      for (name, value) in modelOptions { set(name, value, in: &options) }
      set("model", .object(options), in: &members)
    }
    return .object(members)
  }
}

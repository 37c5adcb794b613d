import Foundation

/// What other servers call our options: those who come from vLLM, mlx-lm, llama-server and their like type these.
enum OptionHints {
  /// Adds to an argument parser's message what there is here instead of an option, or of a model's name.
  ///
  /// - Parameter message: As the parser wrote it.
  /// - Returns: `nil`: it is about anything else.
  static func explained(_ message: String) -> String? {
    if let match = message.firstMatch(of: /Unknown option '(--?[^'=]+)[^']*'(\. Did you mean '[^']*'\?)?/),
      let hint = hint(for: String(match.1))
    {
      let found = message[match.range].prefix { $0 != "." }
      return message.replacingCharacters(in: match.range, with: "\(found). \(hint)")
    }
    guard let match = message.firstMatch(of: /Unexpected argument '[^']*'|[0-9]+ unexpected arguments: '[^\n]*'/) else {
      return nil
    }
    return message.replacingCharacters(in: match.range, with: "\(match.0). \(served)")
  }

  /// What there is instead of an option; `nil`: nobody knows.
  ///
  /// - Parameter option: As it was typed, dashes included.
  static func hint(for option: String) -> String? {
    let name = option.drop { $0 == "-" }.replacing("_", with: "-")
    return table.first { $0.others.contains(String(name)) }?.hint
  }

  private static let served =
    "What is served is a registry, --registry FOLDER: `accrete init --base MODEL` makes one, and `accrete learn` and `accrete promote` fill it."
  private static let ofARequest = "It belongs to a request here, under the name that OpenAI's API has for it."
  private static let ofAFile =
    "Nothing is downloaded: `accrete init --base FOLDER` takes a base that is on this machine."
  private static let noTools = "Tools are not served; `response_format` of a request gives JSON of a schema."

  static let table: [(others: [String], hint: String)] = [
    (
      ["port", "host", "p", "bind", "listen-address", "uds"],
      "It is --listen HOST:PORT here (127.0.0.1:8080), or --listen unix:PATH; metrics and the page are at --admin-listen (127.0.0.1:8081)."
    ),
    (
      ["model", "m", "model-path", "model-id", "models-dir", "hf-repo", "hf", "tokenizer", "tokenizer-path"],
      served + " --base is for a base that has moved."
    ),
    (
      ["served-model-name", "alias", "a", "model-name"], "It is --base-name here; tasks have the names of the registry."
    ),
    (
      [
        "max-model-len", "ctx-size", "c", "context-length", "max-seq-len", "n-ctx", "max-total-tokens", "max-kv-size",
        "max-input-length", "max-prompt-length",
      ],
      "There is nothing to choose: a request may use all that the base reads (max_model_len of /v1/models). --kv-memory says how much memory all of them may take."
    ),
    (
      [
        "lora-modules", "enable-lora", "lora", "lora-scaled", "lora-init-without-apply", "adapter-path", "adapter",
        "lora-paths", "adapters",
      ],
      "Every version of the registry is served, each request naming its own: `accrete learn ROWS --name NAME` makes one, with `--start-from ADAPTER --max-epochs 0` of a PEFT adapter as it is, and `accrete promote NAME@1` releases it."
    ),
    (
      ["max-loras", "max-cpu-loras", "max-lora-rank", "max-loras-per-batch", "max-loaded-loras"],
      "There is no such limit: experts of any rank are loaded as requests name them, within --expert-memory."
    ),
    (
      ["api-key", "api-keys", "api-key-file", "admin-api-key"],
      "It is --keys here, and `accrete keys create NAME` prints a key: keys on a command line are read by everybody on the machine."
    ),
    (
      [
        "tensor-parallel-size", "tp", "tp-size", "pipeline-parallel-size", "pp", "pp-size", "data-parallel-size", "dp",
        "dp-size", "tensor-split", "ts", "split-mode", "sm", "main-gpu", "mg", "num-shard", "nnodes",
        "distributed-executor-backend",
      ],
      "The base lies on one device here: --device cuda:N. For more, start a server on each, on one registry."
    ),
    (
      [
        "gpu-memory-utilization", "mem-fraction-static", "cuda-memory-fraction", "num-gpu-blocks-override",
        "swap-space",
      ],
      "It is --kv-memory BYTES and --expert-memory BYTES here; the server prints at its start what that makes with the base."
    ),
    (["n-gpu-layers", "ngl", "gpu-layers", "gpu"], "It is --device cuda here: the whole base lies there."),
    (
      ["dtype", "quantization", "q", "load-format", "kv-cache-dtype", "cache-type-k", "cache-type-v"],
      "It is --weights here: how the base's matrices are held. Keys and values are as the base computes."
    ),
    (
      [
        "max-num-seqs", "parallel", "np", "max-running-requests", "max-concurrent-requests", "max-batch-size",
        "decode-concurrency", "prompt-concurrency",
      ],
      "It is --max-sequences here; what waits beside them is bounded by --max-waiting."
    ),
    (
      [
        "max-num-batched-tokens", "batch-size", "b", "ubatch-size", "ub", "chunked-prefill-size", "prefill-step-size",
        "enable-chunked-prefill", "cont-batching", "cb",
      ],
      "There is nothing to choose: requests are batched as they come, and long prompts are read in pieces."
    ),
    (
      ["enable-prefix-caching", "cache-prompt", "cache-reuse", "cache-ram", "prompt-cache-size", "prompt-cache"],
      "Beginnings of prompts are kept unless --no-prefix-cache is given, within --kv-memory."
    ),
    (["no-enable-prefix-caching", "disable-radix-cache", "no-cache-prompt"], "It is --no-prefix-cache here."),
    (["ssl-certfile", "ssl-cert-file", "tls-certfile"], "It is --tls-cert FILE here, with --tls-key."),
    (["ssl-keyfile", "ssl-key-file", "tls-keyfile"], "It is --tls-key FILE here, with --tls-cert."),
    (
      ["chat-template", "chat-template-file", "jinja", "use-default-chat-template", "chat-template-args"],
      "It is the base's own, in its folder; `chat_template_kwargs` of a request has variables for it."
    ),
    (
      ["max-tokens", "n-predict", "predict", "n", "max-new-tokens"],
      "It is `max_tokens` of a request; --default-max-tokens is for those that do not say."
    ),
    (["temp", "temperature", "top-p", "top-k", "min-p", "seed", "s", "repeat-penalty", "logit-bias"], ofARequest),
    (["t", "threads-batch", "tb", "threads-http", "num-threads"], "It is --threads here."),
    (
      ["workers", "num-workers", "api-server-count"],
      "One process answers all requests; --threads says how many cores an operation takes."
    ),
    (["max-queue-size", "max-queued-requests", "max-waiting-requests"], "It is --max-waiting here."),
    (
      ["timeout", "to", "request-timeout", "timeout-keep-alive"],
      "The server waits 600 s; a request may have less, by `accrete.deadline_ms`. After SIGTERM it is --drain-timeout."
    ),
    (
      [
        "log-level", "uvicorn-log-level", "verbose", "v", "log-verbosity", "log-file", "log-disable",
        "disable-log-requests",
        "enable-log-requests", "log-requests", "disable-log-stats",
      ],
      "The log goes to standard error, without requests, and nothing is chosen of it but its form, --log-format."
    ),
    (
      ["metrics", "enable-metrics", "slots", "props"],
      "Metrics are always there, at /metrics of --admin-listen; --metrics-alias vllm adds vLLM's names."
    ),
    (["otlp-traces-endpoint", "enable-trace"], "It is --trace-file FILE here, of OpenTelemetry's JSON."),
    (["config", "config-file"], "There is no file of options: a service's unit, or a script, has the command line."),
    (
      ["root-path", "allowed-origins", "allow-credentials", "cors", "api-prefix", "path"],
      "Put a proxy in front of it, with --behind-proxy."
    ),
    (["download-dir", "hf-token", "hft", "revision", "trust-remote-code", "offline"], ofAFile),
    (["tool-call-parser", "enable-auto-tool-choice", "reasoning-parser", "reasoning-format"], noTools),
    (
      ["draft-model", "model-draft", "md", "speculative-config", "num-draft-tokens", "speculative-model"],
      "There is no speculative decoding here: every token is the base's with its expert."
    ),
  ]
}

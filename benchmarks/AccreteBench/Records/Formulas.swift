/// How each number of a file is computed, written into the file.
enum Formulas {
  static let all: [String: String] = [
    "sent, ended":
      "seconds since the measurement began, of a monotonic clock; sent: before the connection is asked for",
    "ttft": "first event with text (of an answer without text: with finish_reason) - sent",
    "e2el": "last event with a choice - sent",
    "tpot":
      "(last event with a choice - first event with text) / (output tokens - 1), of answers with two tokens or more",
    "itl":
      "between each event with text and the next; a server that sends several tokens in an event has fewer of them",
    "promptTokens, outputTokens":
      "usage.prompt_tokens, usage.completion_tokens; without usage: events with text (tokensFrom says which)",
    "mean, std": "sum / n, sqrt(sum((x - mean)^2) / n)",
    "median, p90, p95, p99": "between the two sorted numbers next to the place q (n - 1), in proportion",
    "duration": "until the last request was over, since the measurement began",
    "requestsPerSecond, outputTokensPerSecond, tokensPerSecond":
      "of answered requests / duration; tokensPerSecond: of prompts and answers",
    "goodput": "answered requests that kept every limit / duration; one token keeps every limit of tpot",
    "concurrency":
      "requests between sent and ended, averaged over the time in which at least one ran; curve: over each `width` seconds",
    "lateness": "sent - arrival, where no limit of concurrency holds requests back",
    "step.seconds": "sum of (last event - first text) / sum of (output tokens - 1)",
    "step.tokens": "(prompt tokens - cached + output tokens) * step.seconds / seconds with at least one request",
    "step.sequences, step.adapters": "requests, and different adapters, at a time, averaged over the same seconds",
    "step.length": "prompt tokens + output tokens / 2, averaged over the seconds in which each request decoded",
    "processorSeconds": "utime + stime of /proc/PID/stat, behind the measurement - before",
    "peakResidentBytes": "largest VmRSS of /proc/PID/status, looked at five times a second in the measurement",
    "highWaterBytes": "VmHWM of /proc/PID/status behind the measurement: the largest since that process started",
    "ratio":
      "number of a server / number of the first server in the same round; median, lowest and highest of all rounds",
    "equalTexts": "requests whose texts are equal code point by code point / requests that both servers answered",
  ]
}

import BenchmarkSupport
import Decoder
import Foundation
import ModelConfiguration

extension CommandWords {
  /// The base, held and computing as the command line says; without a word, as `train` does it.
  func model() throws -> DecoderModel { try model("base", weights: nil) { _ in .auto } }

  /// Seconds since 1970 at which the driver started this process; now where it did not say.
  var started: Double { Double(text("started", or: "")) ?? Date().timeIntervalSince1970 }
}

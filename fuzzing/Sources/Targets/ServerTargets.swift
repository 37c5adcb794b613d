import Files
import Foundation
import HTTPServer

let serverTargets: [FuzzTarget] = [
  // The body of a request: whatever it is, each path reads it or refuses it with a status of 4xx.
  FuzzTarget("http-body") { input in
    var last: APIError?
    for policy in UnknownFields.allCases {
      for read in readers {
        do { try read(input, policy) } catch let error as APIError {
          try Finding.unless((400..<500).contains(error.status), "status \(error.status): \(error.message)")
          try Finding.unless(error.json.count < 8_192, "an answer of \(error.json.count) bytes to an error")
          last = error
        }
      }
    }
    if let last { throw last }
  }
]

/// What each path makes of a body.
private let readers: [@Sendable (Data, UnknownFields) throws -> Void] = [
  { body, policy in
    let request = try ChatRequest(body: body, unknownFields: policy)
    try requirePossible(request.sampling, ignored: request.ignored)
  },
  { body, policy in
    let request = try CompletionRequest(body: body, unknownFields: policy)
    try requirePossible(request.sampling, ignored: request.ignored)
    try Finding.unless((1...CompletionRequest.mostPrompts).contains(request.prompts.count), "too many prompts, or none")
  },
  { body, policy in
    let request = try ClassifyRequest(body: body, unknownFields: policy)
    try Finding.unless((1...ClassifyRequest.mostInputs).contains(request.input.count), "too many texts, or none")
  },
  { body, policy in _ = try RouteRequest(body: body, unknownFields: policy) },
]

/// What the engine can rely on.
private func requirePossible(_ sampling: SamplingParameters, ignored: [String]) throws {
  try Finding.unless((0...2).contains(sampling.temperature), "temperature \(sampling.temperature)")
  try Finding.unless(sampling.topP > 0 && sampling.topP <= 1 && sampling.topK >= 0, "top_p or top_k")
  try Finding.unless((1...SamplingParameters.mostChoices).contains(sampling.choices), "\(sampling.choices) choices")
  try Finding.unless(sampling.stops.count <= SamplingParameters.mostStops, "\(sampling.stops.count) stop texts")
  try Finding.unless(
    sampling.stops.allSatisfy { (1...SamplingParameters.longestStop).contains($0.utf8.count) }, "a stop text's length")
  try Finding.unless(sampling.logitBias.count <= SamplingParameters.mostBiases, "too many biases")
  try Finding.unless(ignored.count <= 33, "\(ignored.count) ignored fields are listed")
}

import ArgumentParser

/// Requests a second: a number above 0, or `inf` for all at once.
struct RequestRate: ExpressibleByArgument, Sendable, Equatable {
  let perSecond: Double

  init(_ perSecond: Double) { self.perSecond = perSecond }

  init?(argument: String) {
    if argument == "inf" {
      perSecond = .infinity
    } else {
      guard let number = Double(argument), number > 0, number <= 1_000_000 else { return nil }
      perSecond = number
    }
  }

  var text: String { perSecond.isFinite ? "\(perSecond)" : "inf" }
  var defaultValueDescription: String { text }
}

public import Decoder

/// What a text has to be, made ready for one tokenizer: one of some texts, or JSON of a schema. Every sequence goes through it with a state
/// of its own (`makeState()`).
public struct TextConstraint: Sendable {
  private let make: @Sendable () -> any TokenConstraint

  public init(_ make: @escaping @Sendable () -> any TokenConstraint) { self.make = make }

  /// Where a text that has nothing yet stands.
  public func makeState() -> any TokenConstraint { make() }
}

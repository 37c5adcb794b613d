import Files
import Foundation
public import Streams

/// Where a text goes, as `accrete route` prints it and a server sends it.
public struct RoutingLine: Encodable, Sendable {
  public let task: String?
  /// `nil` where no task claims the text.
  public let confidence: Double?
  public let distance: Double
  public let unknown: Bool
  public let nearest: String
  /// Whether the instruction that the request came with decided; `nil`: it came without one.
  public let byInstruction: Bool?

  /// - Parameters:
  ///   - route: Where it goes.
  ///   - decided: Whether the request's instruction decided.
  public init(_ route: RequestRouter.Route, decided: Bool? = nil) {
    task = route.task
    confidence = route.task == nil ? nil : route.confidence
    distance = route.distance
    unknown = route.task == nil
    nearest = route.nearest
    byInstruction = decided
  }

  /// Whether the instruction that a request came with decided its task; `nil`: it came without one.
  ///
  /// - Parameters:
  ///   - route: Where it went; `nil`: its task was given.
  ///   - row: The request.
  public static func decided(_ route: RequestRouter.Route?, by row: RequestRow) -> Bool? {
    guard let instruction = row.instruction, !instruction.isEmpty else { return nil }
    return route?.byInstruction ?? false
  }

  /// One line of JSON with sorted keys.
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func json() throws -> String {
    String(decoding: try JSONFile.encode(self, pretty: false), as: UTF8.self).withoutControls
  }
}

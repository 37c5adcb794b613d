public import ModelConfiguration
public import Planning
public import Streams

/// A single value that a setting can have: how a command line has it, and what a message calls it.
public protocol SettingValue: Decodable, Sendable {
  /// The value of a text on the command line; `nil` for a text that is none.
  static func value(of text: String) -> Self?

  /// As ``value(of:)`` reads it.
  var settingText: String { get }

  /// As help and docs show a default.
  var shownText: String { get }

  /// What may be given.
  static var form: String { get }

  /// All that may be given, where these are a few words; otherwise empty.
  static var choices: [String] { get }
}

extension SettingValue {
  public static var choices: [String] { [] }
  public var shownText: String { settingText }
}

extension SettingValue where Self: LosslessStringConvertible {
  public static func value(of text: String) -> Self? { Self(text) }
  public var settingText: String { description }
}

extension String: SettingValue {
  public static var form: String { "text" }
}

extension Int: SettingValue {
  public static var form: String { "a whole number" }
}

extension UInt64: SettingValue {
  public static var form: String { "a whole number, 0 or more" }
}

extension Double: SettingValue {
  public static var form: String { "a number" }

  /// Without a point where there is nothing behind it.
  public var shownText: String { Int(exactly: self).map(\.description) ?? description }
}

extension SettingValue where Self: CaseIterable & RawRepresentable<String> {
  public static func value(of text: String) -> Self? { Self(rawValue: text) }
  public var settingText: String { rawValue }
  public static var form: String { choices.joined(separator: ", ") }
  public static var choices: [String] { allCases.map(\.rawValue) }
}

extension OutputHead: SettingValue {}
extension LearningRateShape: SettingValue {}
extension OptimizerKind: SettingValue {}
extension WeightPrecision: SettingValue {}
extension ComputeChoice: SettingValue {}
extension RoutingRule.Overflow: SettingValue {}
extension TrainingSchedule.Decay: SettingValue {}
extension RowForm: SettingValue {
  /// Of a run: conversations and several labels a row are for `learn`.
  public static var choices: [String] {
    allCases.filter { !$0.isConversation && $0 != .textLabels }.map(\.rawValue)
  }
}
extension RowSelection.Evaluation: SettingValue {}

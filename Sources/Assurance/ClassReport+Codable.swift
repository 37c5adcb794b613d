extension ClassReport: Codable {
  private enum CodingKeys: CodingKey {
    case accuracy
    case confusion
    case perClass
    case macroF1
    case majorityShare
  }

  /// Reads a report. All of it follows from the confusion table, which alone is read and checked as `init` does.
  ///
  /// - Throws: `DecodingError`, or ``AssuranceError``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(confusion: container.decode([[Int]].self, forKey: .confusion))
  }

  /// Writes a report: the confusion table, and for readers what follows from it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(accuracy, forKey: .accuracy)
    try container.encode(confusion, forKey: .confusion)
    try container.encode(perClass, forKey: .perClass)
    try container.encode(macroF1, forKey: .macroF1)
    try container.encode(majorityShare, forKey: .majorityShare)
  }
}

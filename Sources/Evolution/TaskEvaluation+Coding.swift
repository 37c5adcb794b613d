extension TaskEvaluation.Share: Encodable {
  private enum CodingKeys: CodingKey { case value, interval, n }

  /// A share of no row is `null`, as its key is one that programs read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(value, forKey: .value)
    try container.encode(interval, forKey: .interval)
    try container.encode(n, forKey: .n)
  }
}

extension TaskEvaluation.Label: Encodable {
  private enum CodingKeys: CodingKey { case label, precision, recall, f1 }

  /// An F1 that there is not is `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(label, forKey: .label)
    try container.encode(precision, forKey: .precision)
    try container.encode(recall, forKey: .recall)
    try container.encode(f1, forKey: .f1)
  }
}

extension LabelSetEvaluation.Label: Encodable {
  private enum CodingKeys: CodingKey { case label, threshold, precision, recall, f1 }

  /// An F1 that there is not is `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(label, forKey: .label)
    try container.encode(threshold, forKey: .threshold)
    try container.encode(precision, forKey: .precision)
    try container.encode(recall, forKey: .recall)
    try container.encode(f1, forKey: .f1)
  }
}

extension TrainingSchedule: Decodable {
  /// Its properties' names.
  enum CodingKeys: String, CodingKey {
    case peak, warmUp, total, decay, floor, decayEnds, annealShare, annealEnd, long
  }

  /// Checks what it reads as ``init(peak:warmUp:total:decay:floor:decayEnds:annealShare:annealEnd:long:)`` does.
  ///
  /// - Throws: ``RateError``, `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      peak: values.decode(Double.self, forKey: .peak), warmUp: values.decode(Int.self, forKey: .warmUp),
      total: values.decode(Int.self, forKey: .total), decay: values.decode(Decay.self, forKey: .decay),
      floor: values.decode(Double.self, forKey: .floor), decayEnds: values.decode(Double.self, forKey: .decayEnds),
      annealShare: values.decode(Double.self, forKey: .annealShare),
      annealEnd: values.decode(Double.self, forKey: .annealEnd), long: values.decode(Int.self, forKey: .long))
  }
}

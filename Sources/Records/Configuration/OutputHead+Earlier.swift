/// The key under which earlier versions wrote the output head.
private enum EarlierKeys: CodingKey { case readOut }

extension OutputHead {
  /// The output head of a file, under its key or that of an earlier version.
  ///
  /// - Parameter decoder: Of the file.
  /// - Parameter keys: The file's keys as they are now.
  /// - Parameter key: That of the output head among them.
  /// - Throws: `DecodingError`.
  static func decoded<Key: CodingKey>(
    from decoder: any Decoder, _ keys: KeyedDecodingContainer<Key>, _ key: Key
  ) throws -> OutputHead {
    if !keys.contains(key),
      let earlier = try decoder.container(keyedBy: EarlierKeys.self)
        .decodeIfPresent(OutputHead.self, forKey: .readOut)
    {
      return earlier
    }
    return try keys.decode(OutputHead.self, forKey: key)
  }
}

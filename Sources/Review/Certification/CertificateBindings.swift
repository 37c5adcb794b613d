public import Files

/// The models that a certificate speaks about: it holds for exactly these.
public struct CertificateBindings: Sendable, Codable, Hashable {
  /// The version that gives the labels' scores.
  public let expert: Digest
  /// The base that it is an expert on.
  public let base: Digest
  /// What finds an item's task; `nil` where the item names it.
  public let router: Digest?
  /// What makes a prompt of an item; `nil` where the version has that within itself.
  public let template: Digest?

  /// Names the models.
  ///
  /// - Parameters:
  ///   - expert: The version that gives the labels' scores.
  ///   - base: The base that it is an expert on.
  ///   - router: What finds an item's task.
  ///   - template: What makes a prompt of an item.
  public init(expert: Digest, base: Digest, router: Digest?, template: Digest?) {
    self.expert = expert
    self.base = base
    self.router = router
    self.template = template
  }

  /// What differs, by the names that a certificate has for it.
  ///
  /// - Parameter other: Other models.
  public func differences(from other: CertificateBindings) -> [String] {
    var names: [String] = []
    if expert != other.expert { names.append("expert") }
    if base != other.base { names.append("base") }
    if router != other.router { names.append("router") }
    if template != other.template { names.append("template") }
    return names
  }
}

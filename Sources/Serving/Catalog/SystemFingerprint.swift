import AuditedDatabase
import Files
public import Registry

/// What decides an answer beside the request: answers of one fingerprint to one request with one seed are equal to the byte.
public enum SystemFingerprint {
  private struct Content: Encodable {
    let base: String
    let tokenizer: String
    let template: String?
    let expert: String?
    let numerics: String
    let build: String
  }

  /// `fp_` and twelve hexadecimal digits.
  ///
  /// - Parameters:
  ///   - base: The registry's base: its weights and its tokenizer.
  ///   - model: What answers: its version and its chat template.
  ///   - numerics: The arithmetic, `Numerics.id(threads:)`.
  ///   - build: Which program it is.
  /// - Throws: An error of the encoder.
  public static func text(base: BaseRecord, model: ServedModel, numerics: String, build: String) throws -> String {
    let content = Content(
      base: base.weights.description, tokenizer: base.tokenizer.description, template: model.template?.description,
      expert: model.digest?.description, numerics: numerics, build: build)
    return "fp_" + Digest(of: try CanonicalJSON.encode(content)).hexadecimal.prefix(12)
  }
}

public import Files

/// What can go wrong with a certificate, and with the rows that it rests on. Each is one line: what was expected, what was got, where, and
/// the fix.
public enum CertificationError: AccreteError, Equatable {
  /// Rows may not be used for this.
  case forbiddenRows(use: RowUse, count: Int, first: Digest, reason: RowRefusal)
  /// A value of a request is out of its range.
  case invalid(what: String, got: String, expected: String, fix: String)
  /// A certificate's bytes are not those of a certificate.
  case malformed(what: String, reason: String)
  /// A certificate's bytes have another digest than the one that names them.
  case changed(what: String, expected: Digest, got: Digest)
  /// A certificate does not follow from the rows and thresholds that it names.
  case doesNotFollow(task: String, label: String, what: String, expected: String, got: String)
  /// A certificate was calibrated on a file.
  case notForProduction(task: String, label: String)
  /// A certificate says something about other models than those that are served.
  case otherModels(task: String, label: String, what: [String])
  /// A certificate has expired.
  case expired(task: String, label: String)
  /// A person has taken a certificate back.
  case revoked(task: String, label: String)
  /// A certificate for another side.
  case otherSide(expected: String, got: String)
  /// There is no such certificate.
  case unknownCertificate(Digest)
  /// Somebody else has looked at rows of the side in the meantime.
  case looked(task: String, label: String)
  /// A release does not answer as the one before, so that nothing can be carried over.
  case answersDiffer(task: String, label: String, row: Digest)

  public var category: ErrorCategory {
    switch self {
    case .invalid: .usage
    case .unknownCertificate: .notFound
    case .notForProduction, .otherModels, .expired, .revoked, .otherSide, .answersDiffer: .conflict
    case .looked: .stale
    case .forbiddenRows: .data
    case .malformed, .changed, .doesNotFollow: .damaged
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .forbiddenRows(let use, let count, let first, let reason):
      "\(count == 1 ? "row" : "\(count) rows, the first of them") \(first): expected rows that may \(Self.verb(use)), and this one \(reason.text)."
        + " Make the set anew from the reviewed rows."
    case .invalid(let what, let got, let expected, let fix): "\(what): got \(got), expected \(expected). \(fix)"
    case .malformed(let what, let reason):
      "\(what): expected the canonical JSON of a certificate and of what it names: \(reason). Certify the side anew."
    case .changed(let what, let expected, let got):
      "\(what): expected bytes with the digest \(expected), got \(got): they were changed. Certify the side anew."
    case .doesNotFollow(let task, let label, let what, let expected, let got):
      "certificate of side \(label) of \(task): `\(what)` says \(got), and from its rows follows \(expected). Certify the side anew."
    case .notForProduction(let task, let label):
      "certificate of side \(label) of \(task): was calibrated on a file, where labels are as frequent as its maker chose, and not for production."
        + " Certify the side on coin rows of the stream."
    case .otherModels(let task, let label, let what):
      "certificate of side \(label) of \(task): \(what.listed) \(what.count == 1 ? "is" : "are") not what is served now. Certify the side for what is"
        + " served."
    case .expired(let task, let label):
      "certificate of side \(label) of \(task): has expired. Certify the side on the coin rows since."
    case .revoked(let task, let label):
      "certificate of side \(label) of \(task): a person has taken it back. Certify the side anew."
    case .otherSide(let expected, let got):
      "a certificate of side \(got): expected one of side \(expected). Give that one."
    case .unknownCertificate(let digest):
      "certificate \(digest): there is none. `ReviewDesk.certificates` lists those that there are."
    case .looked(let task, let label):
      "side \(label) of \(task): somebody else has looked at the rows that certify it in the meantime. Repeat what you did."
    case .answersDiffer(let task, let label, let row):
      "certificate of side \(label) of \(task): row \(row) is routed or scored otherwise by the new release, so that the certificate cannot be"
        + " carried over. Certify the side anew."
    }
  }

  private static func verb(_ use: RowUse) -> String {
    switch use {
    case .train: "teach"
    case .calibrate: "calibrate"
    case .measure: "measure"
    }
  }
}

public import HTTPTypes

/// What every answer of the page has in its head: nothing is loaded from elsewhere, nothing in the markup runs, no other site can frame it.
public enum PageHeaders {
  public static let contentSecurityPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; "
    + "frame-ancestors 'none'; base-uri 'none'"

  /// For views and assets alike; the type of the content is added by whoever answers.
  public static let all: HTTPFields = {
    var fields = HTTPFields()
    fields[.contentSecurityPolicy] = contentSecurityPolicy
    fields[.xContentTypeOptions] = "nosniff"
    fields[.cacheControl] = "no-store"
    if let name = HTTPField.Name("referrer-policy") { fields[name] = "no-referrer" }
    return fields
  }()

  public static let html = "text/html; charset=utf-8"
  public static let styleSheet = "text/css; charset=utf-8"
  public static let script = "text/javascript; charset=utf-8"
}

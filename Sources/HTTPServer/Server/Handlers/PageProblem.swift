import Console
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

extension RequestScope {
  /// Whether a browser wants to show the answer: programs do not ask for HTML.
  var isOfBrowser: Bool { request.headers[values: .accept].contains { $0.contains("text/html") } }
}

extension Response {
  /// An error for a person, who reads no JSON: with the same status and headers, as a view.
  static func problem(_ error: APIError) -> Response {
    let text =
      error.code == .methodNotAllowed
      ? "This address only takes a form of the page. Open the page, and send the form from there." : error.message
    var headers = PageHeaders.all
    for (name, value) in error.headers { headers.set(name, value) }
    headers[.contentType] = PageHeaders.html
    return Response(
      status: HTTPResponse.Status(code: error.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: Page.problem(title(of: error.status), text))))
  }

  private static func title(of status: Int) -> String {
    switch status {
    case 401, 403: "Not allowed"
    case 404: "Not found"
    default: "Not done"
    }
  }
}

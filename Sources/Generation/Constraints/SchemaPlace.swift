import Files

/// Where in a schema something stands, as a JSON pointer that begins with `#`.
struct SchemaPlace {
  let path: String
  /// How many schemas lie one in the other there.
  let depth: Int

  static let root = SchemaPlace(path: "#", depth: 1)

  var isRoot: Bool { path == "#" }

  /// The place of a key.
  subscript(name: String) -> SchemaPlace {
    SchemaPlace(path: Self.joined(path, name), depth: depth)
  }

  /// A pointer to a key of what another points to.
  static func joined(_ path: String, _ name: String) -> String {
    let escaped = String(
      String.UnicodeScalarView(
        name.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
          scalar == "~" ? ["~", "0"] : scalar == "/" ? ["~", "1"] : [scalar]
        }))
    return path + "/" + shown(escaped)
  }

  /// The same place as that of a schema in a schema.
  var inner: SchemaPlace { SchemaPlace(path: path, depth: depth + 1) }

  /// The name that a part of a pointer stands for.
  static func unescaped(_ part: String) -> String {
    var (name, rest) = (String.UnicodeScalarView(), part.unicodeScalars[...])
    while let scalar = rest.popFirst() {
      if scalar == "~", rest.first == "0" || rest.first == "1" {
        name.append(rest.removeFirst() == "0" ? "~" : "/")
      } else {
        name.append(scalar)
      }
    }
    return String(name)
  }

  /// A name from outside, for a message.
  static func shown(_ name: String) -> String {
    let scalars = name.unicodeScalars
    return (String(scalars.prefix(60)) + (scalars.dropFirst(60).isEmpty ? "" : "…")).printable
  }

  func invalid(_ expected: String, got: String) -> ConstraintError {
    .invalidSchema(path: path, expected: expected, got: got)
  }

  func invalid(_ expected: String, got value: JSONTree?) -> ConstraintError {
    invalid(expected, got: value.map(\.description) ?? "nothing")
  }
}

import Files

/// Whether a value fits a schema and was written as ours are: the members in the schema's order. It shares nothing with what is tested.
func fits(_ value: JSONTree, _ schema: JSONTree, root: JSONTree) -> Bool {
  if let reference = schema["$ref"]?.string {
    if reference == "#" { return fits(value, root, root: root) }
    let name = String(reference.dropFirst("#/$defs/".count)).split(separator: "~1", omittingEmptySubsequences: false)
      .joined(separator: "/")
    guard let target = root["$defs"]?[name] else { return false }
    return fits(value, target, root: root)
  }
  if let constant = schema["const"] { return value == constant }
  if case .list(let schemas)? = schema["anyOf"] ?? schema["allOf"] {
    return schemas.contains { fits(value, $0, root: root) }
  }
  if case .list(let values)? = schema["enum"], !values.contains(value) { return false }
  if case .list(let names)? = schema["type"] {
    guard case .object(let members) = schema else { return false }
    return names.contains { name in
      fits(value, .object(members.map { $0.key == "type" ? JSONTree.Member("type", name) : $0 }), root: root)
    }
  }
  switch (schema["type"]?.string, value) {
  case (nil, _): return schema["enum"] != nil
  case ("boolean", .boolean), ("null", .null): return true
  case ("string", .text):
    let length = value.string?.unicodeScalars.count ?? 0
    return length >= schema["minLength"]?.integer ?? 0 && length <= schema["maxLength"]?.integer ?? .max
  case ("number", .integer), ("number", .number), ("integer", .integer):
    guard let number = value.number else { return false }
    return number >= schema["minimum"]?.number ?? -.infinity && number <= schema["maximum"]?.number ?? .infinity
      && number > schema["exclusiveMinimum"]?.number ?? -.infinity
      && number < schema["exclusiveMaximum"]?.number ?? .infinity
  case ("array", .list(let elements)):
    guard let items = schema["items"] else { return false }
    guard elements.count >= schema["minItems"]?.integer ?? 0, elements.count <= schema["maxItems"]?.integer ?? .max
    else {
      return false
    }
    return elements.allSatisfy { fits($0, items, root: root) }
  case ("object", .object(let members)):
    var properties: [JSONTree.Member] = []
    if case .object(let listed)? = schema["properties"] { properties = listed }
    var next = 0
    for member in members {
      guard let place = properties[next...].firstIndex(where: { $0.name == member.name }),
        fits(member.value, properties[place].value, root: root)
      else { return false }
      next = place + 1
    }
    guard case .list(let required)? = schema["required"] else { return true }
    return required.allSatisfy { name in members.contains { name.string == $0.key } }
  default: return false
  }
}

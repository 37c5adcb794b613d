/// Upper, lower and title case, with Python's rules.
extension Text {
  var uppercased: Text { Text(scalars.flatMap { $0.properties.uppercaseMapping.unicodeScalars }) }

  var lowercased: Text { Text(scalars.indices.flatMap(lowercase(at:))) }

  /// The first character in title case, the others in lower case.
  var capitalized: Text {
    Text(
      scalars.indices.flatMap { index in
        index == 0 ? Array(scalars[0].properties.titlecaseMapping.unicodeScalars) : lowercase(at: index)
      })
  }

  /// `str.title`: each run of letters with case begins with title case.
  var titled: Text {
    var result: [Unicode.Scalar] = []
    var insideWord = false
    for index in scalars.indices {
      result += insideWord ? lowercase(at: index) : Array(scalars[index].properties.titlecaseMapping.unicodeScalars)
      insideWord = scalars[index].properties.isCased
    }
    return Text(result)
  }

  /// The filter `title`: words are parted by white space and by `- ( { [ <`.
  var wordsTitled: Text {
    var result: [Unicode.Scalar] = []
    var word: [Unicode.Scalar] = []
    func flushed() -> [Unicode.Scalar] {
      guard let first = word.first else { return [] }
      return Array(first.properties.uppercaseMapping.unicodeScalars) + Text(word.dropFirst()).lowercased.scalars
    }
    for scalar in scalars {
      if scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar) {
        result += flushed() + [scalar]
        word = []
      } else {
        word.append(scalar)
      }
    }
    return Text(result + flushed())
  }

  /// Whether there are letters with case, and all of them are lower case.
  var isLower: Bool {
    var found = false
    for scalar in scalars {
      if scalar.properties.isUppercase || scalar.properties.generalCategory == .titlecaseLetter { return false }
      found = found || scalar.properties.isLowercase
    }
    return found
  }

  var isUpper: Bool {
    var found = false
    for scalar in scalars {
      if scalar.properties.isLowercase || scalar.properties.generalCategory == .titlecaseLetter { return false }
      found = found || scalar.properties.isUppercase
    }
    return found
  }

  private func lowercase(at index: Int) -> [Unicode.Scalar] {
    if scalars[index] == "\u{3A3}", isFinalSigma(index) { return ["\u{3C2}"] }
    return Array(scalars[index].properties.lowercaseMapping.unicodeScalars)
  }

  /// Whether a Greek sigma ends its word (Unicode, SpecialCasing).
  private func isFinalSigma(_ index: Int) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    guard before?.properties.isCased == true else { return false }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return after?.properties.isCased != true
  }
}

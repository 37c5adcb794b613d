import Files
import Foundation
import Runs
import Testing

@testable import Records

/// Earlier versions had MoE-CL's adversary as two options of every run: what they wrote means what it meant.
@Suite struct EarlierAdversaryTests {
  /// A configuration as they wrote it.
  private func earlier(
    _ method: String, _ adversary: String, _ weight: Double, options: [String: HyperparameterValue]? = nil
  ) throws -> RunConfiguration {
    var configuration = RunConfiguration()
    (configuration.method, configuration.options) = (method, options)
    let text = String(decoding: try JSONFile.encode(configuration), as: UTF8.self)
    let range = try #require(text.range(of: "{"))
    let old = text.replacingCharacters(
      in: range, with: "{ \"adversary\" : \"\(adversary)\", \"adversaryWeight\" : \(weight),")
    return try JSONFile.decode(RunConfiguration.self, from: Data(old.utf8), path: "manifest.json")
  }

  /// What a run has that says nothing is left out, so that it is the configuration of a run of today.
  @Test func defaultsAreNone() throws {
    #expect(try earlier("moe-cl", "isolated", 0.1).options == nil)
    #expect(try earlier("ewc", "isolated", 0.1, options: ["lambda": 4]).options == ["lambda": 4])
  }

  @Test func othersAreHyperparameters() throws {
    let all = try earlier("moe-cl", "paper", 0.3)
    #expect(all.options == ["moe-cl.adversary": "paper", "moe-cl.adversary-weight": 0.3])
    #expect(all.options?.meant(for: "moe-cl") == ["adversary": "paper", "adversary-weight": 0.3])
    try all.validate()
    // Of another method it decided nothing.
    let other = try earlier("ewc", "off", 0.1, options: ["lambda": 4])
    #expect(other.options == ["lambda": 4, "moe-cl.adversary": "off"])
    #expect(other.options?.meant(for: "ewc") == ["lambda": 4])
    try other.validate()
    #expect(throws: (any Error).self) { try earlier("moe-cl", "none", 0.1).validate() }
    #expect(throws: (any Error).self) { try earlier("moe-cl", "paper", 2).validate() }
  }

  /// What is read is written, and read again, as it is; numbers alone as they always were.
  @Test func valuesInAManifest() throws {
    var configuration = RunConfiguration()
    configuration.options = ["lambda": 400, "share": 0.5]
    let numbers = String(decoding: try JSONFile.encode(configuration), as: UTF8.self)
    #expect(numbers.contains("\"lambda\" : 400,") && numbers.contains("\"share\" : 0.5"))
    configuration.options = ["adversary": "off", "router-instruction": false, "lambda": 1, "on": true]
    let data = try JSONFile.encode(configuration)
    #expect(try JSONFile.decode(RunConfiguration.self, from: data, path: "x") == configuration)
    #expect(String(decoding: data, as: UTF8.self).contains("\"router-instruction\" : false"))
    #expect(throws: FileError.self) {
      try JSONFile.decode([String: HyperparameterValue].self, from: Data("{\"a\":[1]}".utf8), path: "x")
    }
  }

  /// Their keys and flags, of which the command line's win, and so does what they are now.
  @Test func keysAndFlags() throws {
    func options(_ yaml: String, _ texts: [String: [String]]) throws -> [String: HyperparameterValue]? {
      var run = RunConfiguration()
      run.method = "moe-cl"
      try RunFile.decode(Data(yaml.utf8), path: "run.yaml").values.apply(to: &run)
      try SettingValues<RunConfiguration>(texts: texts).apply(to: &run)
      return run.options
    }
    let file = "adversary: off\nadversary-weight: 3e-1\n"
    #expect(try options(file, [:]) == ["moe-cl.adversary": "off", "moe-cl.adversary-weight": 0.3])
    #expect(try options(file, ["adversary": ["paper"]])?["moe-cl.adversary"] == "paper")
    #expect(try options("adversary: off\n", ["adversary": ["isolated"]]) == nil)
    #expect(try options("adversary: off\n", ["option": ["adversary=paper"]]) == ["adversary": "paper"])
    #expect(throws: RunError.self) { try options("", ["adversary": ["off"], "option": ["adversary=paper"]]) }
    #expect(throws: RunError.self) { try options("options: {adversary: off}\nadversary: paper\n", [:]) }
  }

  /// A word that YAML takes for a boolean is the word; numbers have YAML's forms.
  @Test func valuesInYAML() throws {
    func options(_ text: String) throws -> [String: HyperparameterValue]? {
      try RunFile.decode(Data("options: \(text)\n".utf8), path: "run.yaml").options
    }
    let wanted: [String: HyperparameterValue] = ["adversary": "off", "router-instruction": true, "lambda": 16]
    #expect(try options("{adversary: off, router-instruction: true, lambda: 1.6e1}") == wanted)
    #expect(try options("[adversary=off, router-instruction=true, lambda=16]") == wanted)
    for broken in ["{a: [1]}", "{a: }", "[a=]", "[a=inf]", "{a: .nan}", "{a: 'nan'}", "[=1, a]"] {
      #expect(throws: RunError.self, "\(broken)") { try options(broken) }
    }
  }
}

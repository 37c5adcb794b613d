public import ArgumentParser
public import Files
public import ModelConfiguration
import Records
import Torch

/// Flags of a run. Each is also a key of the YAML file, under the same name; a flag wins over the file.
struct RunOptions: ParsableArguments {
  @Option(help: "YAML file with any of these options as keys.")
  var config: String?

  @OptionGroup var flags: SettingFlags<RunConfiguration>
}

extension OutputHead: ExpressibleByArgument {}
extension WeightMatrix.Precision: ExpressibleByArgument {}
extension ComputeChoice: ExpressibleByArgument {}

extension Digest: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

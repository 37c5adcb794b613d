import Foundation

// accrete-fuzz TARGET [flags of libFuzzer] [folders of inputs]
//
// Without a target it lists them. libFuzzer starts itself again for some of its flags, without our argument: the target is
// therefore also taken from the environment.

let arguments = CommandLine.arguments
guard let target = FuzzTarget.chosen else {
  print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
  exit(arguments.count == 1 ? 0 : 64)
}
setenv(FuzzTarget.variable, target.name, 1)
let rest = arguments.dropFirst().first == target.name ? arguments.dropFirst(2) : arguments.dropFirst()
exit(Driver.run(arguments.prefix(1) + rest))

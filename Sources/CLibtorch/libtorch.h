// This target has no code. It carries the compile and link flags of libtorch, which pkg-config finds under the name
// `accrete-libtorch` (written by Scripts/setup), so that no target of the package needs unsafe flags.

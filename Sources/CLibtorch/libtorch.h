// This target has no code. It carries libtorch's compile and link flags, which pkg-config finds under the name `accrete-libtorch` (written
// by Scripts/setup). So no target of the package needs unsafe flags.

// Makes this a target of C++, as all others are: the symbol graphs of a package with a C++ standard cannot be made of targets in C alone.
#include "CFaults.h"

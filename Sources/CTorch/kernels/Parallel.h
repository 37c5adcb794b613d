// Splits work over the threads that libtorch already has (GNU OpenMP's), so that no second pool competes with them.

#pragma once

#include <cstdint>

namespace accrete {

// Calls body(begin, end, thread) for contiguous parts of [0, count): the same parts for the same number of threads.
// A part has at least `grain` elements where there are so many. `thread` is the number of the part: one thread may take several.
void parallel(int64_t count, int64_t grain, int32_t threads, void (*body)(void*, int64_t, int64_t, int32_t), void* data);

// How many parts `parallel` makes.
int32_t parts(int64_t count, int64_t grain, int32_t threads);

// How many of so many threads this thread gets, here and in libtorch's operations, which give wrong numbers where they get fewer than they
// planned with (oneDNN's products do). From here on they do not change with the load of the machine.
int32_t granted(int32_t threads);

// Memory of the calling thread for one piece of work, not set to anything; the next call on this thread gives the same again.
float* scratch(int64_t count);

template <typename Body>
void each(int64_t count, int64_t grain, int32_t threads, Body body) {
  parallel(count, grain, threads,
           [](void* data, int64_t begin, int64_t end, int32_t thread) { (*static_cast<Body*>(data))(begin, end, thread); },
           &body);
}

}  // namespace accrete

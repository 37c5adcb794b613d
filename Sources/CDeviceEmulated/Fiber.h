// A call that can stop in the middle and go on later: what a thread of a block is on a CPU.
#pragma once

#include <memory>

#if !defined(__x86_64__) || defined(ACCRETE_UCONTEXT)
#define ACCRETE_SWITCHES_BY_CONTEXT
// macOS has these functions for programs that ask for all of X/Open, and calls them deprecated.
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include <ucontext.h>
#endif

namespace emulated {

class Fiber {
 public:
  Fiber();
  Fiber(const Fiber&) = delete;

  // Makes it ready to call `body(data)` from its beginning; whatever it was in the middle of is forgotten.
  void prepare(void (*body)(void*), void* data);
  // Lets it run until it suspends or its call is over.
  void resume();
  // Called by the running fiber: back to who resumed it.
  void suspend();

  bool is_over() const { return is_over_; }

 private:
  static void enter();

  std::unique_ptr<char[]> stack_;
  void (*body_)(void*) = nullptr;
  void* data_ = nullptr;
  bool is_over_ = true;
#ifdef ACCRETE_SWITCHES_BY_CONTEXT
  ucontext_t own_, caller_;
#else
  void* own_ = nullptr;     // the stack pointers
  void* caller_ = nullptr;
#endif
};

}  // namespace emulated

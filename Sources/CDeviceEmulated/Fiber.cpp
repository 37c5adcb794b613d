#include "Fiber.h"

#include <cstdint>

#ifdef ACCRETE_SWITCHES_BY_CONTEXT
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#endif

namespace emulated {

namespace {

constexpr size_t stack_bytes = 32768;

// Which fiber begins; set just before it does.
thread_local Fiber* beginning = nullptr;

}  // namespace

Fiber::Fiber() : stack_(new char[stack_bytes]) {}

void Fiber::enter() {
  Fiber* self = beginning;
  self->body_(self->data_);
  self->is_over_ = true;
  self->suspend();
}

#ifdef ACCRETE_SWITCHES_BY_CONTEXT

void Fiber::prepare(void (*body)(void*), void* data) {
  body_ = body;
  data_ = data;
  is_over_ = false;
  getcontext(&own_);
  own_.uc_stack.ss_sp = stack_.get();
  own_.uc_stack.ss_size = stack_bytes;
  own_.uc_link = nullptr;
  makecontext(&own_, &Fiber::enter, 0);
}

void Fiber::resume() {
  beginning = this;
  swapcontext(&caller_, &own_);
}

void Fiber::suspend() { swapcontext(&own_, &caller_); }

#else

// swapcontext asks the system for the signals' mask at every switch, which is most of the time of a kernel with barriers. This
// keeps what a function must keep by the calling convention.
extern "C" void accrete_switch_stacks(void** from, void* to);
#ifdef __APPLE__
#define ACCRETE_SYMBOL "_accrete_switch_stacks"
#else
#define ACCRETE_SYMBOL "accrete_switch_stacks"
#endif
__asm__(
    ".text\n"
    ".globl " ACCRETE_SYMBOL "\n" ACCRETE_SYMBOL
    ":\n"
    "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
    "  retq\n");

void Fiber::prepare(void (*body)(void*), void* data) {
  body_ = body;
  data_ = data;
  is_over_ = false;
  // As if `enter` had been called: its stack pointer is 8 beside a multiple of 16. Below its address lie the six registers.
  uint64_t* top = reinterpret_cast<uint64_t*>((reinterpret_cast<uintptr_t>(stack_.get()) + stack_bytes) & ~uintptr_t(15));
  *--top = 0;
  *--top = reinterpret_cast<uint64_t>(&Fiber::enter);
  for (int i = 0; i < 6; ++i) *--top = 0;
  own_ = top;
}

void Fiber::resume() {
  beginning = this;
  accrete_switch_stacks(&caller_, own_);
}

void Fiber::suspend() { accrete_switch_stacks(&own_, caller_); }

#endif

}  // namespace emulated

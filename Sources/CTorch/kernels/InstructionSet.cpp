#include "InstructionSet.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#include <cstdio>
#include <cstdlib>
#include <string>

namespace accrete {
namespace {

constexpr const char* names[] = {"plain", "avx2", "avx512"};
constexpr const char* variable = "ACCRETE_ISA";

AccreteInstructionSet find_best() {
#ifdef ACCRETE_X86
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return accrete_avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return accrete_avx2;
#endif
  return accrete_plain;
}

AccreteInstructionSet best() {
  static const AccreteInstructionSet found = find_best();
  return found;
}

struct Choice {
  AccreteInstructionSet set = best();
  std::string problem;

  Choice() {
    const char* wanted = std::getenv(variable);
    if (wanted == nullptr || *wanted == 0) return;
    for (int number = accrete_plain; number <= best(); ++number) {
      if (std::string(wanted) != names[number]) continue;
      set = static_cast<AccreteInstructionSet>(number);
      return;
    }
    std::string allowed = names[0];
    for (int number = 1; number <= best(); ++number) allowed += std::string(", ") + names[number];
    // The value comes from outside: no control character of it reaches a terminal.
    std::string shown;
    for (const char* byte = wanted; *byte != 0 && shown.size() < 40; ++byte) shown += *byte >= 32 && *byte < 127 ? *byte : '?';
    problem = std::string(variable) + "=" + shown + ": this processor has " + allowed + "; name one of these, or unset it";
  }
};

// Programs refuse a wrong choice before they begin; what does not ask for the problem is told when it computes.
const Choice& choice() {
  static const Choice made;
  return made;
}

AccreteInstructionSet chosen() {
  static const AccreteInstructionSet set = [] {
    if (!choice().problem.empty()) {
      std::fprintf(stderr, "%s. Going on with %s.\n", choice().problem.c_str(), names[choice().set]);
    }
    return choice().set;
  }();
  return set;
}

// -1: what the process has chosen.
thread_local int32_t of_thread = -1;

}  // namespace

AccreteInstructionSet instruction_set() {
  return of_thread < 0 ? chosen() : static_cast<AccreteInstructionSet>(of_thread);
}

}  // namespace accrete

extern "C" {

AccreteInstructionSet accrete_best_instruction_set(void) { return accrete::best(); }

AccreteInstructionSet accrete_instruction_set(void) { return accrete::instruction_set(); }

const char* accrete_instruction_set_problem(void) {
  const std::string& problem = accrete::choice().problem;
  return problem.empty() ? nullptr : problem.c_str();
}

int32_t accrete_has_half_products(void) {
#ifdef ACCRETE_X86
  return accrete::instruction_set() == accrete_avx512 && __builtin_cpu_supports("avx512bf16") ? 1 : 0;
#elif defined(__aarch64__) && defined(__linux__)
  constexpr unsigned long bf16 = 1ul << 14;  // HWCAP2_BF16
  return (getauxval(AT_HWCAP2) & bf16) != 0 ? 1 : 0;
#else
  return 0;
#endif
}

void accrete_use_instruction_set(int32_t set) {
  // One that the processor lacks would end the process.
  accrete::of_thread = set > accrete::best() ? static_cast<int32_t>(accrete::best()) : set;
}

}  // extern "C"

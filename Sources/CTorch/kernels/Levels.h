// The sixteen levels of NF4 (arXiv 2305.14314, appendix E) and what lies halfway between neighbours.

#pragma once

#include <array>
#include <cstdint>

namespace accrete {

constexpr float nf4_levels[16] = {-1.0f,
                                  -0.6961928009986877f,
                                  -0.5250730514526367f,
                                  -0.39491748809814453f,
                                  -0.28444138169288635f,
                                  -0.18477343022823334f,
                                  -0.09105003625154495f,
                                  0.0f,
                                  0.07958029955625534f,
                                  0.16093020141124725f,
                                  0.24611230194568634f,
                                  0.33791524171829224f,
                                  0.44070982933044434f,
                                  0.5626170039176941f,
                                  0.7229568362236023f,
                                  1.0f};

// A number above the k-th of these has a level above the k-th; one that equals it has the lower level, as in bitsandbytes.
constexpr float nf4_bound(int k) { return (nf4_levels[k] + nf4_levels[k + 1]) / 2; }

// The levels of both codes of a byte, the low one first.
struct LevelPairs {
  float of[256][2];

  constexpr LevelPairs() : of{} {
    for (int byte = 0; byte < 256; ++byte) {
      of[byte][0] = nf4_levels[byte & 15];
      of[byte][1] = nf4_levels[byte >> 4];
    }
  }
};

constexpr LevelPairs nf4_pairs;

}  // namespace accrete

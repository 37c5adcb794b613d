#include "Emulation.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "Fiber.h"

namespace emulated {

constinit thread_local Place place = {0, 1, 0, 0, 1, 1};

namespace {

enum class Wait { none, warp, block };

struct Thread {
  Fiber fiber;
  Wait waits = Wait::none;
  // What it shows the other lanes; two, as a lane may have taken part in the next exchange before another has read this one.
  u64 shown[2] = {0, 0};
  int exchanges = 0;
};

// The threads of the block that runs; stacks are used again by the next one.
struct Block {
  std::vector<std::unique_ptr<Thread>> threads;
  bool has_fibers = false;
  std::string problem;
};

thread_local Block own_block;
// The same, and the thread that runs: reached without asking whether they have been made, which every exchange between lanes would.
constinit thread_local Block* block ACCRETE_QUICK_LOCAL = nullptr;
constinit thread_local Thread* running ACCRETE_QUICK_LOCAL = nullptr;

void report(const std::string& problem) {
  if (block->problem.empty()) {
    block->problem = problem + " in block " + std::to_string(place.block_x) + ", " + std::to_string(place.block_y);
  }
}

Thread& lane_of(i32 thread) { return *block->threads[static_cast<size_t>(thread)]; }

void wait(Wait what) {
  if (!block->has_fibers) return report("a kernel that is listed as free of barriers has one");
  running->waits = what;
  running->fiber.suspend();
}

struct Count {
  int over = 0, at_block = 0, at_warp = 0;
};

// Lets the lanes of a warp run until each is over or waits for the block.
Count run_warp(i32 first, i32 end) {
  while (true) {
    Count count;
    for (i32 thread = first; thread < end; ++thread) {
      Thread& lane = lane_of(thread);
      if (!lane.fiber.is_over() && lane.waits == Wait::none) {
        place.thread = thread;
        running = &lane;
        lane.fiber.resume();
      }
      if (lane.fiber.is_over()) {
        ++count.over;
      } else {
        ++(lane.waits == Wait::warp ? count.at_warp : count.at_block);
      }
    }
    if (count.at_warp < end - first) return count;
    for (i32 thread = first; thread < end; ++thread) lane_of(thread).waits = Wait::none;
  }
}

void run_block(i32 threads, const std::function<void()>& body) {
  while (static_cast<i32>(block->threads.size()) < threads) block->threads.push_back(std::make_unique<Thread>());
  for (i32 thread = 0; thread < threads; ++thread) {
    Thread& lane = lane_of(thread);
    lane.waits = Wait::none;
    lane.exchanges = 0;
    lane.fiber.prepare([](void* data) { (*static_cast<const std::function<void()>*>(data))(); },
                       const_cast<std::function<void()>*>(&body));
  }
  while (block->problem.empty()) {
    Count all;
    for (i32 first = 0; first < threads; first += 32) {
      const Count count = run_warp(first, std::min(first + 32, threads));
      if (count.at_warp > 0) {
        return report("lanes of a warp exchange numbers while " + std::to_string(count.over + count.at_block) + " others do not");
      }
      all.over += count.over;
      all.at_block += count.at_block;
    }
    if (all.over == threads) return;
    if (all.over > 0) {
      return report(std::to_string(all.at_block) + " threads wait at a barrier that " + std::to_string(all.over) + " never reach");
    }
    for (i32 thread = 0; thread < threads; ++thread) lane_of(thread).waits = Wait::none;
  }
}

}  // namespace

void wait_for_block() { wait(Wait::block); }

u64 exchange(u64 bits, int mask) {
  if (!block->has_fibers) {
    report("a kernel that is listed as free of barriers exchanges numbers between lanes");
    return bits;
  }
  const int turn = running->exchanges++ % 2;
  running->shown[turn] = bits;
  wait(Wait::warp);
  return lane_of(place.thread ^ mask).shown[turn];
}

std::string launch(Grid grid, Kind kind, const std::function<void()>& body) {
  block = &own_block;
  block->problem.clear();
  block->has_fibers = kind == Kind::block;
  for (i64 y = 0; y < grid.y; ++y) {
    for (i64 x = 0; x < grid.x && block->problem.empty(); ++x) {
      place = {0, grid.threads, x, y, grid.x, grid.y};
      if (kind == Kind::block) {
        run_block(grid.threads, body);
        continue;
      }
      for (i32 thread = 0; thread < grid.threads; ++thread) {
        place.thread = thread;
        body();
      }
    }
  }
  return block->problem;
}

}  // namespace emulated

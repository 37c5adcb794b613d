// Memory for tensors: one region in which nothing else lies.
//
// In the C library's heap, what oneDNN keeps for good of each new shape comes to lie between the tensors of a step. Then the freed memory
// is no longer one piece, and the next large batch takes new memory: a run grew by half in 1,500 steps (docs/performance.md, "Memory over
// many steps"). Here a step that has given back its tensors leaves one free piece.

#include "TensorMemory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

namespace accrete {
namespace {

// Address space of the size of the machine's memory, handed out in pieces: the first free one that is large enough, so that what is
// in use stays at the beginning. Pages take memory once they are touched, and keep it.
class Region {
 public:
  Region() {
    size_ = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      size_ = 0;
      return;
    }
    begin_ = static_cast<char*>(memory);
    free_.emplace(begin_, size_);
  }

  bool exists() const { return size_ > 0; }

  bool holds(const void* place) const { return place >= begin_ && place < begin_ + size_; }

  // NULL when no piece is large enough.
  void* take(size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    // There are few: neighbours are one piece.
    const auto fit = std::find_if(free_.begin(), free_.end(), [size](const auto& piece) { return piece.second >= size; });
    if (fit == free_.end()) return nullptr;
    const auto [place, room] = *fit;
    free_.erase(fit);
    if (room > size) free_.emplace(place + size, room - size);
    taken_.emplace(place, size);
    return place;
  }

  void give_back(void* memory) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = taken_.find(static_cast<char*>(memory));
    char* place = found->first;
    size_t size = found->second;
    taken_.erase(found);
    // One piece with its free neighbours.
    const auto next = free_.lower_bound(place);
    if (next != free_.begin()) {
      const auto [before, room] = *std::prev(next);
      if (before + room == place) {
        free_.erase(before);
        place = before;
        size += room;
      }
    }
    const auto after = free_.find(place + size);
    if (after != free_.end()) {
      const auto [end, room] = *after;
      free_.erase(end);
      size += room;
    }
    free_.emplace(place, size);
  }

 private:

  char* begin_ = nullptr;
  size_t size_ = 0;
  std::mutex mutex_;
  std::map<char*, size_t> free_;
  std::unordered_map<char*, size_t> taken_;
};

class TensorAllocator final : public c10::Allocator {
 public:
  // Never destroyed: tensors may outlive everything.
  static TensorAllocator& shared() {
    static auto* const allocator = new TensorAllocator;
    return *allocator;
  }

  bool has_region() const { return region_.exists(); }

  c10::DataPtr allocate(size_t size) override {
    void* memory = size < smallest || size >= largest ? nullptr : region_.take((size + grain - 1) / grain * grain);
    if (memory == nullptr) memory = rest_->allocate(size).release_context();
    return {memory, memory, &release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* target, const void* source, size_t count) const override {
    default_copy_data(target, source, count);
  }

 private:
  // Small ones are fast in the C library; for large ones it asks the system, and gives them back to it.
  static constexpr size_t smallest = 32 << 10, largest = 32 << 20, grain = 4 << 10;

  static void release(void* memory) {
    auto& allocator = shared();
    if (allocator.region_.holds(memory)) {
      allocator.region_.give_back(memory);
    } else {
      allocator.rest_->raw_deleter()(memory);
    }
  }

  c10::Allocator* const rest_ = c10::GetDefaultCPUAllocator();
  Region region_;
};

}  // namespace

void keep_tensor_memory() {
  if (!TensorAllocator::shared().has_region()) return;
  c10::SetCPUAllocator(&TensorAllocator::shared());
}

}  // namespace accrete

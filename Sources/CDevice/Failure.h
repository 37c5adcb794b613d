// What a call that did not work gives back: a code, and words for accrete_device_last_error.
#pragma once

#include <cstdint>
#include <string>

#include "CDevice.h"

namespace accrete::device {

struct Failure {
  AccreteDeviceError code;
  std::string text;
};

// Calls `body`, which may throw a Failure. → The code for the caller in C.
template <typename Body>
int32_t guarded(Body body);

void keep_error(const std::string& text);

template <typename Body>
int32_t guarded(Body body) {
  try {
    body();
    return accrete_device_fine;
  } catch (const Failure& failure) {
    keep_error(failure.text);
    return failure.code;
  } catch (const std::exception& error) {
    keep_error(error.what());
    return accrete_device_driver_failed;
  }
}

}  // namespace accrete::device

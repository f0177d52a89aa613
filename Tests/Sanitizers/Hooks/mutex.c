#include "hooks.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

// Swift's Mutex is half inlined, half in the library libswiftSynchronization. ThreadSanitizer sees the inlined half: the
// lock that is free when it is asked for. It does not see the other, the lock that is waited for, since the library is
// not instrumented; so it would take whatever happens under a lock that two threads wanted at once for a race. The linker
// (`--wrap` in Package.swift) leads the calls into the library through these functions, which do just the same and tell.
// Nothing is hidden by it: two accesses without the lock are a race as before (`make test-sanitized-self-test`).

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

void __tsan_acquire(void *);
void __tsan_release(void *);

// Synchronization._MutexHandle._lockSlow(UInt32), and its _unlockSlow().
SWIFT void lock_slow(unsigned thread, SELF mutex) __asm__("__real_$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void unlock_slow(SELF mutex) __asm__("__real_$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

SWIFT void told_lock_slow(unsigned thread, SELF mutex)
    __asm__("__wrap_$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void told_unlock_slow(SELF mutex) __asm__("__wrap_$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

SWIFT void told_lock_slow(unsigned thread, SELF mutex) {
    lock_slow(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void told_unlock_slow(SELF mutex) {
    __tsan_release(mutex);
    unlock_slow(mutex);
}

#endif
#endif

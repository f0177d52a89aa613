#include "hooks.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

// A task that awaits a continuation learns from Swift's runtime, which is not instrumented, that another thread has resumed
// it. ThreadSanitizer is told of it where the task sleeps when it is resumed, but not where it is resumed before it
// sleeps, which is common when an event loop is quick. As with the Mutex (mutex.c), these functions do the same and tell.

#define SWIFT __attribute__((swiftcall))
#define ASYNC __attribute__((swiftasynccall))

void __tsan_acquire(void *);
void __tsan_release(void *);
SWIFT void *swift_task_getCurrent(void);

SWIFT void __real_swift_continuation_resume(void *task);
SWIFT void __real_swift_continuation_throwingResume(void *task);
SWIFT void __real_swift_continuation_throwingResumeWithError(void *task, void *error);
ASYNC void __real_swift_continuation_await(void *continuation);

SWIFT void __wrap_swift_continuation_resume(void *task) {
    __tsan_release(task);
    __real_swift_continuation_resume(task);
}

SWIFT void __wrap_swift_continuation_throwingResume(void *task) {
    __tsan_release(task);
    __real_swift_continuation_throwingResume(task);
}

SWIFT void __wrap_swift_continuation_throwingResumeWithError(void *task, void *error) {
    __tsan_release(task);
    __real_swift_continuation_throwingResumeWithError(task, error);
}

ASYNC void __wrap_swift_continuation_await(void *continuation) {
    __tsan_acquire(swift_task_getCurrent());
    __attribute__((musttail)) return __real_swift_continuation_await(continuation);
}

#endif
#endif

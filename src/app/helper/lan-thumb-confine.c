/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-thumb-confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__loongarch64)
#define ARCHITECTURE AUDIT_ARCH_LOONGARCH64
#endif

#define LOAD(member)   BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, member))
#define IF(n, yes, no) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (n), (yes), (no))
#define RETURN(what)   BPF_STMT (BPF_RET | BPF_K, (what))
#define REFUSED        (SECCOMP_RET_ERRNO | EPERM)
#define ALLOW(call)    IF (__NR_##call, 0, 1), RETURN (SECCOMP_RET_ALLOW)

#define BEGIN LOAD (arch), IF (ARCHITECTURE, 1, 0), RETURN (SECCOMP_RET_KILL_PROCESS), LOAD (nr)

/* What decoding needs: bytes in and out of descriptors that are there, memory, the time, an end. */
#define DECODING                                                                                   \
  ALLOW (read), ALLOW (readv), ALLOW (pread64), ALLOW (write), ALLOW (writev), ALLOW (pwrite64),   \
      ALLOW (lseek), ALLOW (fstat), ALLOW (close), ALLOW (mmap), ALLOW (munmap), ALLOW (mremap),   \
      ALLOW (mprotect), ALLOW (madvise), ALLOW (brk), ALLOW (futex), ALLOW (rt_sigprocmask),       \
      ALLOW (rt_sigaction), ALLOW (rt_sigreturn), ALLOW (sigaltstack), ALLOW (clock_gettime),      \
      ALLOW (gettimeofday), ALLOW (getpid), ALLOW (gettid), ALLOW (tgkill), ALLOW (getrandom),     \
      ALLOW (sched_yield), ALLOW (sched_getaffinity), ALLOW (exit), ALLOW (exit_group)

#ifdef ARCHITECTURE
static struct sock_filter child_filter[] = {
  BEGIN,
  DECODING,
  RETURN (REFUSED),
};

static struct sock_filter parent_filter[] = {
  BEGIN,
  DECODING,
  ALLOW (recvmsg),
  ALLOW (sendto),
  ALLOW (clone),
#ifdef __NR_fork
  ALLOW (fork),
#endif
  ALLOW (set_robust_list),
#ifdef __NR_rseq
  ALLOW (rseq),
#endif
  ALLOW (wait4),
  ALLOW (getppid),
  ALLOW (prctl),
  ALLOW (prlimit64),
#ifdef __NR_setrlimit
  ALLOW (setrlimit),
#endif
#ifdef __NR_alarm
  ALLOW (alarm),
#endif
  ALLOW (setitimer),
  RETURN (REFUSED),
};
#endif

static gboolean
limit (int what, guint64 most)
{
  const struct rlimit both = { most, most };

  return setrlimit ((__rlimit_resource_t) what, &both) == 0;
}

gboolean
lan_thumb_confine_parent (void)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
      !limit (RLIMIT_CORE, 0) || !limit (RLIMIT_NOFILE, 16))
    return FALSE;
#ifdef ARCHITECTURE
  const struct sock_fprog program = { G_N_ELEMENTS (parent_filter), parent_filter };

  if (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return FALSE;
#endif
  return TRUE;
}

gboolean
lan_thumb_confine_child (void)
{
#if !defined(__SANITIZE_ADDRESS__) /* its shadow would not fit */
  if (!limit (RLIMIT_DATA, LAN_THUMB_MEMORY_MAX) || !limit (RLIMIT_AS, 2 * LAN_THUMB_MEMORY_MAX))
    return FALSE;
#endif
  if (!limit (RLIMIT_CPU, LAN_THUMB_CPU_S))
    return FALSE;
  alarm (2 * LAN_THUMB_CPU_S); /* of the clock on the wall */
#ifdef ARCHITECTURE
  const struct sock_fprog program = { G_N_ELEMENTS (child_filter), child_filter };

  if (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return FALSE;
#endif
  return TRUE;
}

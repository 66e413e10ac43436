/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-confine.h"

#include <errno.h>
#include <gio/gio.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__loongarch64)
#define ARCHITECTURE AUDIT_ARCH_LOONGARCH64
#endif

#define LOAD(member)       BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, member))
#define IF(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define RETURN(what)       BPF_STMT (BPF_RET | BPF_K, (what))
#define REFUSED            (SECCOMP_RET_ERRNO | EPERM)
/* Refuses one system call; the number is loaded. */
#define REFUSE(call) IF (__NR_##call, 0, 1), RETURN (REFUSED)

#ifdef ARCHITECTURE
static struct sock_filter filter[] = {
  LOAD (arch),
  IF (ARCHITECTURE, 1, 0),
  RETURN (SECCOMP_RET_KILL_PROCESS),
  LOAD (nr),
#if defined(__x86_64__)
  BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* x32 */
  RETURN (REFUSED),
#endif
  REFUSE (execve),
  REFUSE (execveat),
  REFUSE (ptrace),
  REFUSE (process_vm_readv),
  REFUSE (process_vm_writev),
  REFUSE (bpf),
  REFUSE (perf_event_open),
  REFUSE (userfaultfd),
  REFUSE (keyctl),
  REFUSE (add_key),
  REFUSE (request_key),
  REFUSE (mount),
  REFUSE (unshare),
  REFUSE (setns),
  REFUSE (io_uring_setup),
  /* Sockets of this machine only. */
  IF (__NR_socket, 0, 3),
  LOAD (args[0]),
  IF (AF_UNIX, 1, 0),
  RETURN (REFUSED),
  RETURN (SECCOMP_RET_ALLOW),
};
#endif

static gboolean
fail (GError **error, const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (code), "%s: %s", what,
               g_strerror (code));
  return FALSE;
}

gboolean
lan_media_confine (GError **error)
{
  const struct rlimit no_core = { 0, 0 };

  /* Without node there is nobody to speak to. */
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail (error, "prctl");
#if !defined(__SANITIZE_ADDRESS__) /* its shadow would not fit */
  const struct rlimit memory = { LAN_MEDIA_MEMORY_MAX, LAN_MEDIA_MEMORY_MAX };

  if (setrlimit (RLIMIT_DATA, &memory) != 0)
    return fail (error, "memory limit");
#endif
  if (setrlimit (RLIMIT_CORE, &no_core) != 0)
    return fail (error, "core limit");
#ifdef ARCHITECTURE
  const struct sock_fprog program = { G_N_ELEMENTS (filter), filter };

  if (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return fail (error, "seccomp");
#endif
  return TRUE;
}

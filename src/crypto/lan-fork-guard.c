/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-fork-guard.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

/* One page for the whole program, never unmapped. NULL where the kernel cannot wipe on fork. */
static guint64 *
guard_word (void)
{
  static gsize once;
  static guint64 *word;

  if (g_once_init_enter (&once)) {
    gsize size = (gsize) sysconf (_SC_PAGESIZE);
    void *page = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page != MAP_FAILED && madvise (page, size, MADV_WIPEONFORK) == 0)
      word = page;
    else if (page != MAP_FAILED)
      munmap (page, size);
    g_once_init_leave (&once, 1);
  }
  return word;
}

guint64
lan_fork_guard_token (void)
{
  guint64 *word = guard_word (), none = 0, fresh = 0;

  if (word == NULL)
    return (guint64) getpid ();
  while (fresh == 0)
    randombytes_buf (&fresh, sizeof fresh);
  /* Whoever comes first in this process chooses; the others take what is there. */
  if (__atomic_compare_exchange_n (word, &none, fresh, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    return fresh;
  return none;
}

gboolean
lan_fork_guard_holds (guint64 token)
{
  const guint64 *word = guard_word ();

  if (word == NULL)
    return token == (guint64) getpid ();
  return __atomic_load_n (word, __ATOMIC_RELAXED) == token;
}

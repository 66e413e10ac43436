/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-secret-slab.h"
#include "test-crypto.h"

#include <string.h>

#define MANY 200

static gboolean
is_all (const guint8 *p, gsize len, guint8 value)
{
  for (gsize i = 0; i < len; i++)
    if (p[i] != value)
      return FALSE;
  return TRUE;
}

/* Enough for several allocations, given back in another order, taken again. */
static void
test_slab_many (void)
{
  static LanSecretSlab slab = { .size = 77 };
  guint8 *secrets[MANY];

  for (guint round = 0; round < 3; round++) {
    for (guint i = 0; i < MANY; i++) {
      secrets[i] = lan_secret_slab_take (&slab);
      g_assert_true (is_all (secrets[i], 77, 0)); /* nothing of whoever had it before */
      g_assert_cmpuint ((gsize) secrets[i] % 16, ==, 0);
      memset (secrets[i], (int) i + 1, 77);
    }
    for (guint i = 0; i < MANY; i++)
      g_assert_true (is_all (secrets[i], 77, (guint8) (i + 1)));
    for (guint i = 0; i < MANY; i++)
      lan_secret_slab_give (&slab, secrets[(i * 7 + round) % MANY]);
  }
  lan_secret_slab_give (&slab, NULL);
}

static gpointer
take_and_give (gpointer slab)
{
  for (guint i = 0; i < 2000; i++) {
    guint8 *one = lan_secret_slab_take (slab), *two = lan_secret_slab_take (slab);

    memset (one, 1, 40);
    memset (two, 2, 40);
    g_assert_true (is_all (one, 40, 1));
    lan_secret_slab_give (slab, one);
    g_assert_true (is_all (two, 40, 2));
    lan_secret_slab_give (slab, two);
  }
  return NULL;
}

static void
test_slab_threads (void)
{
  static LanSecretSlab slab = { .size = 40 };
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("slab", take_and_give, &slab);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

void
add_secret_slab_tests (void)
{
  g_test_add_func ("/crypto/secret-slab/many", test_slab_many);
  g_test_add_func ("/crypto/secret-slab/threads", test_slab_threads);
}

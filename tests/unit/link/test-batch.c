/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-batch-out.h"
#include "link-fixture.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

static int
udp (struct sockaddr_storage *address)
{
  struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (0x7f000001) };
  socklen_t len = sizeof own;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &own, sizeof own), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &own, &len), ==, 0);
  memset (address, 0, sizeof *address);
  memcpy (address, &own, sizeof own);
  return fd;
}

/* Whatever the sizes, the receiver sees each datagram as it was written, in order. */
static void
test_sizes (void)
{
  static const gsize sizes[] = { 1193, 1193, 1193, 700, 1193, 1193, 40, 40, 41, 1280, 1, 1193 };
  struct sockaddr_storage to, own;
  int receiver = udp (&to), sender = udp (&own);
  LanBatchOut *out = lan_batch_out_new ();
  guint first;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    memset (lan_batch_out_slot (out), (int) i, sizes[i]);
    lan_batch_out_add (out, sizes[i]);
  }
  g_assert_cmpuint (lan_batch_out_count (out), ==, G_N_ELEMENTS (sizes));
  g_assert_true (lan_batch_out_send (out, sender, &to, &first));
  g_assert_cmpuint (first, ==, G_N_ELEMENTS (sizes));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint8 bytes[2000];
    gssize len = recv (receiver, bytes, sizeof bytes, MSG_DONTWAIT);

    g_assert_cmpint (len, ==, (gssize) sizes[i]);
    g_assert_cmpuint (bytes[0], ==, i);
    g_assert_cmpuint (bytes[len - 1], ==, i);
  }
  lan_batch_out_clear (out);
  g_assert_cmpuint (lan_batch_out_count (out), ==, 0);
  while (!lan_batch_out_is_full (out))
    lan_batch_out_add (out, LAN_PATH_DATAGRAM_MAX);
  g_assert_true (lan_batch_out_send (out, sender, &to, &first));
  lan_batch_out_free (out);
  close (receiver);
  close (sender);
}

/* A socket that does not know segmentation: the caller hears from where on to send one by one. */
static void
test_refused (void)
{
  struct sockaddr_storage to;
  int receiver = udp (&to), other = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  LanBatchOut *out = lan_batch_out_new ();
  gsize len;
  guint first = 99;

  memset (lan_batch_out_slot (out), 7, 100);
  lan_batch_out_add (out, 100);
  lan_batch_out_add (out, 100);
  g_assert_false (lan_batch_out_send (out, other, &to, &first));
  g_assert_cmpuint (first, ==, 0);
  g_assert_cmpuint (lan_batch_out_get (out, 0, &len)[99], ==, 7);
  g_assert_cmpuint (len, ==, 100);
  lan_batch_out_free (out);
  close (receiver);
  close (other);
}

void
add_batch_tests (void)
{
  g_test_add_func ("/link/batch/sizes", test_sizes);
  g_test_add_func ("/link/batch/refused", test_refused);
}

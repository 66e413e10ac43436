/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-path-signal.h"
#include "link-fixture.h"

#include <string.h>

#define PASSWORD "0123456789abcdefghij/+"

static void
test_good (void)
{
  g_auto (LanPathSignal) signal = { 0 };
  g_autoptr (GString) again = g_string_new (NULL);
  const char *lines = "c 1 1 UDP 2013266431 10.0.0.5 40000 typ host\n"
                      "c r2+/ 1 UDP 100 2001:db8::1 1 typ relay raddr 10.0.0.5 rport 40000\n";
  g_autofree char *text = g_strdup_printf ("u abcd\np %s\n%se\n", PASSWORD, lines);

  g_assert_cmpint (lan_path_signal_parse (&signal, text), ==, LAN_STATUS_OK);
  g_assert_cmpstr (signal.ufrag, ==, "abcd");
  g_assert_cmpstr (signal.password, ==, PASSWORD);
  g_assert_cmpuint (signal.n_candidates, ==, 2);
  g_assert_true (signal.is_complete);
  for (GSList *l = signal.candidates; l != NULL; l = l->next)
    g_assert_true (lan_path_signal_append (again, l->data));
  g_assert_cmpstr (again->str, ==, lines);
}

/* A candidate of a relay reached by TCP names a base without a port. */
static void
test_relays (void)
{
  static const struct {
    const char *text;
    gboolean direct, relay;
    guint n;
  } rows[] = {
    { "c 2 1 UDP 337641727 10.80.0.2 50000 typ relay raddr 192.168.1.10 rport 0\n", FALSE, FALSE,
      1 },
    { "d\n", TRUE, FALSE, 0 },
    { "r\n", FALSE, TRUE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (LanPathSignal) signal = { 0 };

    g_assert_cmpint (lan_path_signal_parse (&signal, rows[i].text), ==, LAN_STATUS_OK);
    g_assert_cmpint (signal.is_direct_only, ==, rows[i].direct);
    g_assert_cmpint (signal.is_relay_only, ==, rows[i].relay);
    g_assert_cmpuint (signal.n_candidates, ==, rows[i].n);
  }
}

static void
test_bad (void)
{
  static const char *const bad[] = {
    "x",
    "u",
    "u ",
    "u abc",                       /* short */
    "u abcd",                      /* without password */
    "p " PASSWORD,                 /* without ufrag */
    "u abcd\nu abcd\np " PASSWORD, /* twice */
    "u ab d\np " PASSWORD,
    "u abcd\np short",
    "\ne",
    "e \n",
    "ee",
    "c",
    "c ",
    "c 1 1 UDP 1 10.0.0.1 1 typ",
    "c 1 1 UDP 1 10.0.0.1 1 typ host x",
    "c 1 2 UDP 1 10.0.0.1 1 typ host",          /* component */
    "c 1 1 TCP 1 10.0.0.1 1 typ host",          /* transport */
    "c 1 1 UDP 4294967296 10.0.0.1 1 typ host", /* priority */
    "c 1 1 UDP -1 10.0.0.1 1 typ host",
    "c 1 1 UDP 1 10.0.0.1 0 typ host", /* port */
    "c 1 1 UDP 1 10.0.0.1 65536 typ host",
    "c 1 1 UDP 1 example.org 5 typ host", /* a name */
    "c 1 1 UDP 1 224.0.0.1 5 typ host",   /* multicast */
    "c 1 1 UDP 1 255.255.255.255 5 typ host",
    "c 1 1 UDP 1 0.0.0.0 5 typ host",
    "c 1 1 UDP 1 :: 5 typ host",
    "c 1 1 UDP 1 ff02::1 5 typ host",
    "c 1 1 UDP 1 fe80::1 5 typ host",
    "c 1 1 UDP 1 fe80::1%lo 5 typ host",
    "c 1 1 UDP 1 ::ffff:10.0.0.1 5 typ host",
    "c 1 1 UDP 1 10.0.0.1 5 typ guest",
    "c 1 1 UDP 1 10.0.0.1 5 tip host",
    "c 1 1 UDP 1 10.0.0.1 5 typ srflx raddr x rport 1",
    "c 1 1 UDP 1 10.0.0.1 5 typ srflx radr 10.0.0.1 rport 1",
    "c  1 UDP 1 10.0.0.1 5 typ host", /* empty foundation */
    "c 123456789012345678901234567890123 1 UDP 1 10.0.0.1 5 typ host",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    LanPathSignal signal;

    if (lan_path_signal_parse (&signal, bad[i]) == LAN_STATUS_OK)
      g_error ("accepted: %s", bad[i]);
    g_assert_null (signal.candidates);
  }
}

static void
test_limits (void)
{
  g_auto (LanPathSignal) signal = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < LAN_PATH_CANDIDATES_MAX; i++)
    g_string_append (text, "c 1 1 UDP 1 10.0.0.1 5 typ host\n");
  g_assert_cmpint (lan_path_signal_parse (&signal, text->str), ==, LAN_STATUS_OK);
  lan_path_signal_clear (&signal);
  g_string_append (text, "c 1 1 UDP 1 10.0.0.1 5 typ host\n");
  g_assert_cmpint (lan_path_signal_parse (&signal, text->str), ==, LAN_STATUS_LIMIT);
  g_string_set_size (text, 0);
  while (text->len <= LAN_PATH_SIGNAL_MAX)
    g_string_append (text, "e\n");
  g_assert_cmpint (lan_path_signal_parse (&signal, text->str), ==, LAN_STATUS_OVERSIZED);
}

void
add_path_signal_tests (void)
{
  g_test_add_func ("/link/path-signal/good", test_good);
  g_test_add_func ("/link/path-signal/relays", test_relays);
  g_test_add_func ("/link/path-signal/bad", test_bad);
  g_test_add_func ("/link/path-signal/limits", test_limits);
}

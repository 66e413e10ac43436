/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-server.h"

#include "lan-hub-config.h"
#include "lan-hub-turn-config.h"

#include <string.h>

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LanHubConfig) c = lan_hub_config_parse ("x", "", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (c->handshakes_per_address, ==, 32);
  g_assert_cmpuint (c->failures_per_second, ==, 10);
  g_assert_cmpuint (c->unauthenticated, ==, 512);
  g_assert_cmpuint (c->first_bytes, ==, 2);
  g_assert_cmpuint (c->handshake, ==, 10);
  g_assert_cmpuint (c->idle, ==, 90);
  g_assert_cmpuint (c->write_queue, ==, 1024 * 1024);
  g_assert_cmpuint (c->device_connections, ==, 4);
  g_assert_cmpuint (c->deposit_rate, ==, 50);
  g_assert_cmpuint (c->deposit_burst, ==, 5000);
  g_assert_cmpuint (c->mailbox, ==, 64 * 1024 * 1024);
  g_assert_cmpuint (c->blob, ==, 64 * 1024 * 1024);
  g_assert_cmpuint (c->blob_quota, ==, 256 * 1024 * 1024);
  g_assert_cmpuint (c->blob_days, ==, 30);
  g_assert_cmpint (c->relay, ==, LAN_HUB_RELAY_OFF);
  g_assert_cmpuint (g_strv_length (c->relay_allow), ==, 3);
}

/* What init writes is what the defaults are. */
static void
test_template (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = lan_hub_config_template ("chat.example.com:1", "/tmp/x", "Büro 公司");
  g_autofree char *bare = NULL, *difference = NULL;
  g_autoptr (LanHubConfig) c = lan_hub_config_parse ("x", text, &error);
  g_autoptr (GRegex) hidden = g_regex_new ("^#([a-z-]+ = )", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (LanHubConfig) d = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (c->address, ==, "chat.example.com:1");
  g_assert_cmpstr (c->organisation, ==, "Büro 公司");
  bare = g_regex_replace (hidden, text, -1, 0, "\\1", 0, NULL);
  g_assert_cmpuint (strlen (bare), <, strlen (text));
  d = lan_hub_config_parse ("x", bare, &error);
  g_assert_no_error (error);
  difference = lan_hub_config_needs_restart (c, d);
  g_assert_null (difference);
}

static void
check_wrong (const char *text, const char *say)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LanHubConfig) c = lan_hub_config_parse ("file", text, &error);

  g_assert_null (c);
  g_assert_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG);
  if (strstr (error->message, say) == NULL)
    g_error ("'%s' lacks '%s'", error->message, say);
}

static void
test_wrong (void)
{
  check_wrong ("\n\nlisten", "line 3");
  check_wrong ("[nothing]", "sections");
  check_wrong ("[limits]\nmailbox = 1 MB", "64 MiB");
  check_wrong ("[limits]\nmailbox = -1", "64 MiB");
  check_wrong ("[limits]\nblob = 1 KiB", "64 MiB");
  check_wrong ("[limits]\nblob-quota = 0", "256 MiB");
  check_wrong ("[limits]\nblob-days = 0", "from 1 to 365");
  check_wrong ("[limits]\nblob-days = 400", "from 1 to 365");
  check_wrong ("[limits]\nmailbox = 99999999999999999999", "64 MiB");
  check_wrong ("[limits]\nidle = 1", "from 5 to 3600");
  check_wrong ("[limits]\nhandshake = 10 s\nhandshake = 10 s", "line 2");
  check_wrong ("[limits]\nhandshakes = 4", "did you mean handshake");
  check_wrong ("listen = example.com:80", "0.0.0.0:24790");
  check_wrong ("listen = ", "0.0.0.0:24790");
  check_wrong ("listen = ::1:80", "0.0.0.0:24790");
  check_wrong ("[relay]\nrelay = on", "bundled");
  check_wrong ("[relay]\nrelay = external", "secret-file");
  check_wrong ("[relay]\nrelay-to-relay = maybe", "yes or no");
  check_wrong ("[relay]\nport-min = 60000\nport-max = 50000", "exchange");
  check_wrong ("[relay]\nallow = ::/0", "IPv4 subnets");
  check_wrong ("[http]\nlisten = localhost", "127.0.0.1");
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LanHubConfig) c = lan_hub_config_parse (
      "x",
      "listen = 127.0.0.1:0, [::1]:5 # both\n  # nothing\n[limits]\nidle=2 min\nmailbox = 1 GiB\n"
      "[log]\nlevel = debug\n",
      &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (c->listen), ==, 2);
  g_assert_cmpuint (c->idle, ==, 120);
  g_assert_cmpuint (c->mailbox, ==, 1 << 30);
  g_assert_cmpuint (c->log_level, ==, 3);
}

static void
test_keep (void)
{
  g_autoptr (LanHubConfig) a = lan_hub_config_parse ("x", "state = /a\n[limits]\nidle = 10", NULL);
  g_autoptr (LanHubConfig) b = lan_hub_config_parse ("x", "state = /b\n[limits]\nidle = 20", NULL);
  g_autofree char *names = lan_hub_config_needs_restart (a, b);

  g_assert_cmpstr (names, ==, "server.state");
  lan_hub_config_keep (b, a);
  g_assert_cmpstr (b->state, ==, "/a");
  g_assert_cmpuint (b->idle, ==, 20);
}

static gboolean
has_line (const char *text, const char *line)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strv_contains ((const char *const *) lines, line);
}

/* T17: every rule of SECURITY 8.6, and nothing that it forbids. */
static void
test_relay_rules (void)
{
  static const char *const must[] = {
    "use-auth-secret",
    "static-auth-secret=s3cret",
    "no-cli",
    "no-tcp-relay",
    "no-multicast-peers",
    "user-quota=8",
    "total-quota=1200",
    "denied-peer-ip=0.0.0.0-255.255.255.255",
    "denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255",
    "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    /* 10.0.0.0/8 without the server that is denied in it */
    "allowed-peer-ip=10.0.0.0-10.0.0.4",
    "allowed-peer-ip=10.0.0.6-10.255.255.255",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (LanHubConfig) c = lan_hub_config_parse (
      "x", "[relay]\nrelay = bundled\nallow = 10.0.0.0/8, 127.0.0.0/8\ndeny = 10.0.0.5\n", &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = lan_hub_turn_config (c, "s3cret", "/nowhere");
  for (guint i = 0; i < G_N_ELEMENTS (must); i++)
    if (!has_line (text, must[i]))
      g_error ("'%s' is missing in: %s", must[i], text);
  g_assert_null (strstr (text, "oauth"));
  g_assert_null (strstr (text, "no-auth"));
  g_assert_null (strstr (text, "allowed-peer-ip=127"));
  g_assert_null (strstr (text, "allow-loopback-peers"));
}

/* Only when it is asked for, and then to nothing of this host but where it relays. */
static void
test_relay_to_relay (void)
{
  const char *const off = "[relay]\nrelay = bundled\nallow = 10.0.0.0/8\nlisten = 10.0.0.7\n";
  g_autofree char *on = g_strconcat (off, "relay-to-relay = yes\n", NULL);
  const struct {
    const char *config;
    gboolean allowed;
  } cases[] = { { off, FALSE }, { on, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (LanHubConfig) c = lan_hub_config_parse ("x", cases[i].config, &error);
    g_autofree char *text = lan_hub_turn_config (c, "s3cret", "/nowhere");

    g_assert_no_error (error);
    g_assert_cmpint (has_line (text, "allowed-peer-ip=10.0.0.7"), ==, cases[i].allowed);
    g_assert_true (has_line (text, "relay-ip=10.0.0.7"));
    g_assert_null (strstr (text, "allowed-peer-ip=127"));
  }
}

void
add_config_tests (void)
{
  g_test_add_func ("/server/config/relay-to-relay", test_relay_to_relay);
  g_test_add_func ("/server/config/defaults", test_defaults);
  g_test_add_func ("/server/config/template", test_template);
  g_test_add_func ("/server/config/wrong", test_wrong);
  g_test_add_func ("/server/config/values", test_values);
  g_test_add_func ("/server/config/keep", test_keep);
  g_test_add_func ("/server/config/relay-rules", test_relay_rules);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Joining: links, typed addresses, words of a server's key, passwords, relay credentials. */
#include "test-crypto.h"

#include "lan-base32.h"
#include "lan-invite.h"
#include "lan-password.h"
#include "lan-turn-credential.h"

#include <string.h>

static void
test_base32 (void)
{
  /* RFC 4648, section 10, without padding. */
  static const char *const pairs[][2] = { { "", "" },
                                          { "f", "my" },
                                          { "fo", "mzxq" },
                                          { "foo", "mzxw6" },
                                          { "foob", "mzxw6yq" },
                                          { "fooba", "mzxw6ytb" },
                                          { "foobar", "mzxw6ytboi" } };
  guint8 out[40];

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    gsize len = strlen (pairs[i][0]);
    g_autofree char *text = lan_base32_encode ((const guint8 *) pairs[i][0], len);
    g_autofree char *upper = g_ascii_strup (text, -1);

    g_assert_cmpstr (text, ==, pairs[i][1]);
    g_assert_true (lan_base32_decode (upper, -1, out, len));
    g_assert_cmpmem (out, len, pairs[i][0], len);
  }
  g_assert_false (lan_base32_decode ("mz", -1, out, 1)); /* unused bits set */
  g_assert_true (lan_base32_decode ("my", -1, out, 1));
  g_assert_false (lan_base32_decode ("my======", -1, out, 1));
  g_assert_false (lan_base32_decode ("m1", -1, out, 1));
  g_assert_false (lan_base32_decode ("m", -1, out, 1));
  g_assert_false (lan_base32_decode ("m\xc3\xa4y", -1, out, 2));
}

static LanInvite
an_invite (void)
{
  LanInvite invite = { .address = { .host = "chat.example.org", .port = 24790 },
                       .has_root = TRUE,
                       .has_code = TRUE };

  for (guint i = 0; i < LAN_KEY_BYTES; i++) {
    invite.server_public[i] = (guint8) (i * 7);
    invite.root_public[i] = (guint8) (255 - i);
  }
  for (guint i = 0; i < LAN_INVITE_BYTES; i++)
    invite.code[i] = (guint8) (i + 200);
  return invite;
}

static void
test_link_round_trip (void)
{
  static const char *const hosts[] = { "chat.example.org", "10.1.2.3", "2001:db8::5", "srv" };

  for (guint h = 0; h < G_N_ELEMENTS (hosts); h++)
    for (guint bits = 0; bits < 4; bits++) {
      LanInvite invite = an_invite (), got;
      g_autofree char *text = NULL;
      g_autofree char *spaced = NULL;

      g_strlcpy (invite.address.host, hosts[h], sizeof invite.address.host);
      invite.has_root = (bits & 1) != 0;
      invite.has_code = (bits & 2) != 0;
      if (!invite.has_root)
        memset (invite.root_public, 0, sizeof invite.root_public);
      if (!invite.has_code)
        memset (invite.code, 0, sizeof invite.code);
      text = lan_invite_build (&invite);
      spaced = g_strconcat (" \n", text, "\r\n", NULL);
      g_assert_true (lan_invite_is_link (spaced));
      g_assert_cmpint (lan_invite_parse (&got, spaced), ==, LAN_STATUS_OK);
      g_assert_cmpstr (got.address.host, ==, hosts[h]);
      g_assert_cmpuint (got.address.port, ==, 24790);
      g_assert_cmpint (got.has_root, ==, invite.has_root);
      g_assert_cmpint (got.has_code, ==, invite.has_code);
      g_assert_cmpmem (got.server_public, 32, invite.server_public, 32);
      g_assert_cmpmem (got.root_public, 32, invite.root_public, 32);
      g_assert_cmpmem (got.code, 16, invite.code, 16);
    }
}

static void
test_link_known (void)
{
  LanInvite invite = an_invite ();
  g_autofree char *built = NULL;

  built = lan_invite_build (&invite);
  g_assert_cmpstr (built, ==,
                   "lanyard://chat.example.org:24790/"
                   "?k=aadq4fi4emvdcob7izgviw3cnfyho7ufrsjzviniv63l3rgl2lmq"
                   "&o=777p37h37l47r57w6x2ph4xr6dx653pm5pvot2hh43s6jy7c4hqa"
                   "&i=zde4vs6mzxhm7ugr2lj5jvow24");
}

static void
test_link_hostile (void)
{
  const char *key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  static const char *const forms[] = {
    "lanyard://h:1/?k=%s", /* fine: says that the others fail for their own reason */
    "lanyard:h:1/?k=%s",
    "http://h:1/?k=%s",
    "lanyard://h/?k=%s", /* no port */
    "lanyard://h:0/?k=%s",
    "lanyard://h:65536/?k=%s",
    "lanyard://h:99999/?k=%s",
    "lanyard://h:01/?k=%s",
    "lanyard://h:1x/?k=%s",
    "lanyard://h:/?k=%s",
    "lanyard://:1/?k=%s", /* no host */
    "lanyard://a b:1/?k=%s",
    "lanyard://a..b:1/?k=%s",
    "lanyard://-a:1/?k=%s",
    "lanyard://u@h:1/?k=%s",
    "lanyard://10.0.0.256:1/?k=%s",
    "lanyard://[10.0.0.1]:1/?k=%s",
    "lanyard://[::1:1/?k=%s",
    "lanyard://[::1]1/?k=%s",
    "lanyard://[fe80::1%%eth0]:1/?k=%s",
    "lanyard://::1:1/?k=%s",
    "lanyard://h:1/path?k=%s",
    "lanyard://h:1/?k=%s#x",
    "lanyard://h:1/?k=%sa",
    "lanyard://h:1/?k=%s&k=aaaa",
    "lanyard://h:1/?k=%s&o=",
    "lanyard://h:1/?k=%s&i=aaaa",
    "lanyard://h:1/?k=%s&i=!",
    "lanyard://h:1/?k=%s\x01",
    "lanyard://h:1/?k=%s&x=\xe4\xbd\xa0",
    "lanyard://h:1/?K=%s",
    "lanyard://h:1/?",
    "lanyard://",
    "lanyard:",
    "",
  };
  g_autofree char *huge = g_strnfill (5000, 'a');
  LanInvite got;

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_auto (GStrv) parts = g_strsplit (forms[i], "%s", 2);
    g_autofree char *text =
        parts[0] == NULL ? g_strdup ("")
                         : g_strconcat (parts[0], parts[1] != NULL ? key : "", parts[1], NULL);
    LanStatus status = lan_invite_parse (&got, text);

    g_assert_true ((status == LAN_STATUS_OK) == (i == 0));
  }
  g_assert_cmpint (lan_invite_parse (&got, huge), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_invite_parse (&got, "LANYARD://H.X:1?z=1&&&"
                                           "k=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                           "&new=1"),
                   ==, LAN_STATUS_OK);
  g_assert_cmpstr (got.address.host, ==, "h.x");
  g_assert_false (lan_invite_is_link ("chat.example.org"));
}

static void
test_address (void)
{
  static const struct {
    const char *text, *host;
    guint port;
  } cases[] = {
    { "chat", "chat", 5 },
    { " Chat.Example.org:24790 ", "chat.example.org", 24790 },
    { "10.0.0.1", "10.0.0.1", 5 },
    { "10.0.0.1:80", "10.0.0.1", 80 },
    { "[::1]", "::1", 5 },
    { "[2001:DB8::1]:99", "2001:db8::1", 99 },
    { "2001:db8::1", "2001:db8::1", 5 },
    { "b\xc3\xbc\x63her.example:7", "xn--bcher-kva.example", 7 },
    { "", NULL, 0 },
    { "a:b", NULL, 0 },
    { "a b", NULL, 0 },
    { "a:1:2", NULL, 0 },
    { "\xff", NULL, 0 },
    { "[::1", NULL, 0 },
    { "300.1.1.1", NULL, 0 },
  };
  g_autofree char *huge = g_strnfill (5000, 'a');
  g_autofree char *long_name = g_strnfill (64, 'a');
  LanServerAddress address;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    LanStatus status = lan_server_address_parse (&address, cases[i].text, 5);

    g_assert_cmpint (status, ==, cases[i].host != NULL ? LAN_STATUS_OK : LAN_STATUS_MALFORMED);
    if (cases[i].host != NULL) {
      g_autofree char *text = lan_server_address_format (&address);
      LanServerAddress again;

      g_assert_cmpstr (address.host, ==, cases[i].host);
      g_assert_cmpuint (address.port, ==, cases[i].port);
      g_assert_cmpint (lan_server_address_parse (&again, text, 1), ==, LAN_STATUS_OK);
      g_assert_cmpstr (again.host, ==, address.host);
      g_assert_cmpuint (again.port, ==, address.port);
    }
  }
  g_assert_cmpint (lan_server_address_parse (&address, huge, 5), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_server_address_parse (&address, long_name, 5), ==, LAN_STATUS_MALFORMED);
}

static void
test_words (void)
{
  LanInvite invite = an_invite ();
  g_autofree char *english = lan_server_words_text (invite.server_public, LAN_WORDS_ENGLISH);
  g_autofree char *chinese = lan_server_words_text (invite.server_public, LAN_WORDS_CHINESE);
  g_autofree char *shouted = g_ascii_strup (english, -1);
  g_auto (GStrv) parts = g_strsplit (english, " ", -1);

  g_assert_cmpuint (g_strv_length (parts), ==, LAN_SERVER_WORDS);
  g_assert_true (lan_server_words_match (invite.server_public, shouted));
  g_assert_true (lan_server_words_match (invite.server_public, chinese));
  invite.server_public[31] ^= 1;
  g_assert_false (lan_server_words_match (invite.server_public, english));
  g_assert_false (lan_server_words_match (invite.server_public, ""));
}

static void
test_password (void)
{
  guint8 a[32], b[32], key[LAN_KEY_BYTES] = { 1 };
  char stored[LAN_PASSWORD_HASH_MAX], weak[LAN_PASSWORD_HASH_MAX];
  g_autofree char *huge = g_strnfill (LAN_PASSWORD_MAX + 1, 'x');
  gboolean outdated = TRUE;

  g_assert_cmpint (lan_password_secret ("", key, "li", a), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_password_secret (huge, key, "li", a), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_password_secret ("correct horse", key, "li", a), ==, LAN_STATUS_OK);
  /* Another server, or another login, gets another secret. */
  key[0]++;
  g_assert_cmpint (lan_password_secret ("correct horse", key, "li", b), ==, LAN_STATUS_OK);
  g_assert_true (memcmp (a, b, sizeof a) != 0);
  key[0]--;
  g_assert_cmpint (lan_password_secret ("correct horse", key, "lu", b), ==, LAN_STATUS_OK);
  g_assert_true (memcmp (a, b, sizeof a) != 0);

  g_assert_cmpint (lan_password_store (a, stored), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_password_check (stored, a, &outdated), ==, LAN_STATUS_OK);
  g_assert_false (outdated);
  g_assert_cmpint (lan_password_check (stored, b, &outdated), ==, LAN_STATUS_AUTH);
  g_assert_cmpint (lan_password_check (NULL, a, NULL), ==, LAN_STATUS_AUTH);
  g_assert_cmpint (lan_password_check ("", a, NULL), ==, LAN_STATUS_AUTH);
  g_assert_cmpint (lan_password_check (huge, a, NULL), ==, LAN_STATUS_AUTH);
  g_strlcpy (weak, stored, sizeof weak);
  weak[30]++;
  g_assert_cmpint (lan_password_check (weak, a, NULL), ==, LAN_STATUS_AUTH);
}

static void
test_enrol (void)
{
  guint8 h[64] = { 3 }, sig[LAN_SIGNATURE_BYTES];
  const guint8 *public_key;
  TestPerson p;

  test_person_init (&p, 501);
  public_key = lan_device_keys_sign_public (p.device);
  lan_enrol_sign (p.device, h, sizeof h, "li.wei", sig);
  g_assert_cmpint (lan_enrol_verify (public_key, h, sizeof h, "li.wei", sig), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_enrol_verify (public_key, h, sizeof h, "li.wej", sig), ==, LAN_STATUS_AUTH);
  h[9] ^= 1;
  g_assert_cmpint (lan_enrol_verify (public_key, h, sizeof h, "li.wei", sig), ==, LAN_STATUS_AUTH);
  test_person_clear (&p);
}

static void
test_turn (void)
{
  const LanDeviceId device = { { 1, 2, 3, 4, 5, 6, 7, 8 } };
  LanTurnCredential got;

  lan_turn_credential_make (&got, "north", &device, 1700000000);
  g_assert_cmpstr (got.user, ==, "1700000000:0102030405060708");
  /* Python: base64.b64encode (hmac.new (b"north", b"1700000000:0102030405060708", "sha1").digest ()) */
  g_assert_cmpstr (got.password, ==, "B3xYMh/Fb+H/1s4ONnrh6297HX4=");
  lan_turn_credential_make (&got, "north", &device, G_MAXINT64);
  g_assert_cmpstr (got.user, ==, "9223372036854775807:0102030405060708");
}

static void
test_keys (void)
{
  LanInvite invite = an_invite ();
  guint8 net[LAN_NET_ID_BYTES], other[LAN_NET_ID_BYTES];
  LanHash hash, again;

  lan_invite_hash (&hash, invite.code);
  invite.code[0]++;
  lan_invite_hash (&again, invite.code);
  g_assert_false (lan_hash_equal (&hash, &again));
  lan_server_net_id (net, invite.server_public);
  lan_server_net_id (other, invite.root_public);
  g_assert_true (memcmp (net, other, sizeof net) != 0);
}

void
add_invite_tests (void)
{
  g_test_add_func ("/crypto/base32", test_base32);
  g_test_add_func ("/crypto/invite/round-trip", test_link_round_trip);
  g_test_add_func ("/crypto/invite/known", test_link_known);
  g_test_add_func ("/crypto/invite/hostile", test_link_hostile);
  g_test_add_func ("/crypto/invite/address", test_address);
  g_test_add_func ("/crypto/invite/words", test_words);
  g_test_add_func ("/crypto/invite/keys", test_keys);
  g_test_add_func ("/crypto/password", test_password);
  g_test_add_func ("/crypto/enrol", test_enrol);
  g_test_add_func ("/crypto/turn-credential", test_turn);
}

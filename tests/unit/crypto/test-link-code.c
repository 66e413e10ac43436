/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Codes that link a device, and what the account's devices do with certificates and lists. */
#include "test-crypto.h"

#include "lan-cert.h"
#include "lan-device-list.h"
#include "lan-link-code.h"

#include <string.h>

static void
test_typed (void)
{
  LanSeededRandom random;

  lan_seeded_random_init (&random, 7);
  for (guint i = 0; i < 200; i++) {
    LanLinkCode code, read;
    g_autofree char *text = NULL;
    g_autofree char *sloppy = NULL;

    lan_link_code_make (&code, &random.base);
    text = lan_link_code_format (&code);
    g_assert_cmpuint (strlen (text), ==, LAN_LINK_CODE_CHARS + 5);
    g_assert_cmpint (lan_link_code_parse (&read, text), ==, LAN_STATUS_OK);
    g_assert_cmpmem (read.code, sizeof read.code, code.code, sizeof code.code);
    g_assert_false (read.has_keys);
    sloppy = g_ascii_strdown (text, -1);
    g_strdelimit (sloppy, "-", ' ');
    for (char *c = sloppy; *c != '\0'; c++)
      *c = *c == '0' ? 'o' : *c == '1' ? 'l' : *c;
    g_assert_cmpint (lan_link_code_parse (&read, sloppy), ==, LAN_STATUS_OK);
    g_assert_cmpmem (read.code, sizeof read.code, code.code, sizeof code.code);
  }
}

static void
test_typed_wrong (void)
{
  LanSeededRandom random;
  LanLinkCode code, read;
  g_autofree char *text = NULL;
  guint found = 0;

  lan_seeded_random_init (&random, 8);
  lan_link_code_make (&code, &random.base);
  text = lan_link_code_format (&code);
  for (guint i = 0; text[i] != '\0'; i++) {
    char was = text[i];

    if (was == '-')
      continue;
    text[i] = was == 'A' ? 'B' : 'A';
    found += lan_link_code_parse (&read, text) != LAN_STATUS_OK;
    text[i] = 'U'; /* not one of Crockford's */
    g_assert_cmpint (lan_link_code_parse (&read, text), ==, LAN_STATUS_MALFORMED);
    text[i] = was;
  }
  g_assert_cmpuint (found, >, 10); /* of 26, with two bits of checksum */
  g_assert_cmpint (lan_link_code_parse (&read, ""), ==, LAN_STATUS_MALFORMED);
  text[strlen (text) - 1] = '\0';
  g_assert_cmpint (lan_link_code_parse (&read, text), ==, LAN_STATUS_MALFORMED);
}

static void
test_qr (void)
{
  LanSeededRandom random;
  LanLinkCode code, read;
  g_autofree char *text = NULL;
  guint8 psk[LAN_KEY_BYTES], other[LAN_KEY_BYTES];

  lan_seeded_random_init (&random, 9);
  lan_link_code_make (&code, &random.base);
  code.has_keys = TRUE;
  memset (code.keys.b, 0x5a, sizeof code.keys.b);
  code.n_hints = 2;
  code.hints[0] = (LanLinkHint){ 4, { 10, 0, 0, 5 }, 24789 };
  code.hints[1] = (LanLinkHint){ 6, { 0xfd, 1 }, 40000 };
  text = lan_link_code_format_qr (&code);
  g_assert_true (g_str_has_prefix (text, "LYL1:"));
  g_assert_cmpint (lan_link_code_parse (&read, text), ==, LAN_STATUS_OK);
  g_assert_cmpmem (&read.keys, sizeof read.keys, &code.keys, sizeof code.keys);
  g_assert_cmpuint (read.n_hints, ==, 2);
  g_assert_cmpmem (read.hints, 2 * sizeof read.hints[0], code.hints, 2 * sizeof code.hints[0]);
  lan_link_code_psk (&code, psk);
  lan_link_code_psk (&read, other);
  g_assert_cmpmem (psk, sizeof psk, other, sizeof other);
  lan_link_code_lane_id (&read, other);
  g_assert_cmpint (memcmp (psk, other, LAN_LINK_ID_BYTES_SHOWN), !=, 0);
  for (gsize len = strlen (text) - 1; len > 5; len--) {
    g_autofree char *cut = g_strndup (text, len);

    g_assert_cmpint (lan_link_code_parse (&read, cut), !=, LAN_STATUS_OK);
  }
}

/* The two halves of a certificate are the whole one. */
static void
test_cert_halves (void)
{
  LanSeededRandom random;
  g_autoptr (LanAccountKeys) account = NULL, stranger = NULL;
  g_autoptr (LanDeviceKeys) device = NULL;
  g_autoptr (GBytes) request = NULL, cert = NULL, whole = NULL;
  LanCert decoded;

  lan_seeded_random_init (&random, 10);
  account = lan_account_keys_new (&random.base);
  stranger = lan_account_keys_new (&random.base);
  device = lan_device_keys_new (lan_account_keys_id (account), &random.base);
  request = lan_cert_request (device, "Anna", 1000, 2000, 3, 1);
  cert = lan_cert_complete (account, request);
  whole = lan_cert_issue (account, device, "Anna", 1000, 2000, 3, 1);
  g_assert_true (g_bytes_equal (cert, whole));
  g_assert_null (lan_cert_complete (stranger, request));
  for (gsize i = 0; i < g_bytes_get_size (request); i += 7) {
    g_autofree guint8 *bent =
        g_memdup2 (g_bytes_get_data (request, NULL), g_bytes_get_size (request));

    bent[i] ^= 1;
    g_assert_cmpint (lan_cert_check_request (&decoded, bent, g_bytes_get_size (request)), !=,
                     LAN_STATUS_OK);
  }
}

static void
add (LanDeviceList *list, guint8 id, guint8 cert, guint8 state)
{
  LanDeviceEntry *entry = &list->devices[list->n_devices++];

  memset (entry->device.b, id, sizeof entry->device.b);
  memset (entry->cert_hash.b, cert, sizeof entry->cert_hash.b);
  entry->state = state;
}

/* Two lists that were made apart become the same bytes on both sides, and follow both. */
static void
test_join (void)
{
  LanSeededRandom random;
  g_autoptr (LanAccountKeys) account = NULL;
  g_autoptr (GBytes) a = NULL, b = NULL, at_a = NULL, at_b = NULL, again = NULL;
  LanDeviceList one, two, joined;
  LanDeviceId first, second;

  lan_seeded_random_init (&random, 11);
  account = lan_account_keys_new (&random.base);
  memset (&first, 1, sizeof first);
  memset (&second, 2, sizeof second);
  one = (LanDeviceList){ .account = *lan_account_keys_id (account), .seq = 5, .time_s = 100 };
  two = (LanDeviceList){ .account = *lan_account_keys_id (account), .seq = 5, .time_s = 90 };
  memset (&one.previous, 9, sizeof one.previous);
  two.previous = one.previous;
  add (&one, 1, 0x11, LAN_DEVICE_ACTIVE); /* its certificate was renewed here */
  add (&one, 2, 0x20, LAN_DEVICE_ACTIVE);
  add (&one, 3, 0x30, LAN_DEVICE_REVOKED);
  add (&one, 4, 0x40, LAN_DEVICE_ACTIVE); /* new here */
  add (&two, 1, 0x10, LAN_DEVICE_ACTIVE);
  add (&two, 2, 0x22, LAN_DEVICE_ACTIVE);
  add (&two, 3, 0x30, LAN_DEVICE_ACTIVE);
  add (&two, 5, 0x50, LAN_DEVICE_ACTIVE); /* new there */
  a = lan_device_list_issue (&one, account);
  b = lan_device_list_issue (&two, account);
  at_a = lan_device_list_settle (a, &first, b, &second, account);
  at_b = lan_device_list_settle (b, &second, a, &first, account);
  g_assert_true (g_bytes_equal (at_a, at_b));
  g_assert_cmpint (
      lan_device_list_verify (&joined, g_bytes_get_data (at_a, NULL), g_bytes_get_size (at_a)), ==,
      LAN_STATUS_OK);
  g_assert_cmpuint (joined.n_devices, ==, 5);
  g_assert_cmpuint (lan_device_list_find (&joined, &first)->cert_hash.b[0], ==, 0x11);
  g_assert_cmpuint (lan_device_list_find (&joined, &second)->cert_hash.b[0], ==, 0x22);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (joined.devices[i].state == LAN_DEVICE_ACTIVE, !=,
                     joined.devices[i].device.b[0] == 3);
  g_assert_cmpint (
      lan_device_list_check_successor (g_bytes_get_data (a, NULL), g_bytes_get_size (a),
                                       g_bytes_get_data (at_a, NULL), g_bytes_get_size (at_a)),
      ==, LAN_STATUS_OK);
  g_assert_cmpint (
      lan_device_list_check_successor (g_bytes_get_data (b, NULL), g_bytes_get_size (b),
                                       g_bytes_get_data (at_a, NULL), g_bytes_get_size (at_a)),
      ==, LAN_STATUS_OK);
  /* Settled: nothing more happens, on whichever side. */
  again = lan_device_list_settle (at_a, &first, b, &second, account);
  g_assert_true (g_bytes_equal (again, at_a));
  /* A device without the account's key cannot join. */
  g_assert_null (lan_device_list_settle (a, &first, b, &second, NULL));
}

void
add_link_code_tests (void)
{
  g_test_add_func ("/crypto/link-code/typed", test_typed);
  g_test_add_func ("/crypto/link-code/typed-wrong", test_typed_wrong);
  g_test_add_func ("/crypto/link-code/qr", test_qr);
  g_test_add_func ("/crypto/cert/halves", test_cert_halves);
  g_test_add_func ("/crypto/device-list/join", test_join);
}
